import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Rules from "../../Rules.ts"
import { ErrorResponse } from "../http/errorResponse.ts"
import { isFor, type ScriptedEndpoint } from "./answerKind.ts"
import type { ScriptRules, TakenRule } from "./currentScript.ts"
import { checkRules, isFunctionRule } from "./readRules.ts"
import { RequestFacts } from "./requestFacts.ts"
import { functionAnswer, scriptedError } from "./ruleAnswer.ts"
import { type RuleCondition, ruleConditions } from "./ruleConditions.ts"
import { isStrict, type Misfit, strictRefusal } from "./strictRefusal.ts"

/** The rules of an emulator and of its scopes. */
export interface RuleStore extends ScriptRules {
  /** The rules without a scope. */
  readonly rules: Rules.Rules
  /** The rules of a scope. */
  readonly scoped: (scope: string) => Rules.Rules
  /** The rules of all scopes, and then those without one. */
  readonly all: Effect.Effect<ReadonlyArray<Rules.Listed>>
  /** Replaces the rules of the script. Those that were added stay. */
  readonly replaceScript: (script: ReadonlyArray<Rules.Rule>) => Effect.Effect<void, Rules.InvalidRule>
}

/** A rule in the store. */
interface Entry {
  readonly rule: Rules.Rule
  readonly label: string
  readonly origin: Rules.Listed["origin"]
  readonly scope: string | undefined
  readonly conditions: ReadonlyArray<RuleCondition>
  /** The uses by the scope of the request; `""` is none. */
  readonly uses: Map<string, number>
  /** The uses in all scopes. */
  hits: number
}

/** The number of scopes whose uses of a rule are remembered, so that a long-running emulator does not grow. */
const rememberedScopes = 10_000

const count = (entry: Entry, scope: string | undefined, change: 1 | -1): void => {
  const { uses } = entry
  uses.set(scope ?? "", Math.max(0, (uses.get(scope ?? "") ?? 0) + change))
  entry.hits += change
  const oldest = uses.size > rememberedScopes ? [...uses.keys()].find((one) => one !== "") : undefined
  if (oldest !== undefined) uses.delete(oldest)
}

const listed = ({ hits, label, origin, rule, scope, uses }: Entry, within?: string): Rules.Listed => ({
  label,
  origin,
  ...(scope === undefined ? undefined : { scope }),
  ...(rule.name === undefined ? undefined : { name: rule.name }),
  ...(rule.when === undefined ? undefined : { when: rule.when }),
  ...(isFunctionRule(rule) ? undefined : { answer: rule.answer }),
  ...(rule.times === undefined ? undefined : { times: rule.times }),
  hits: within === undefined ? hits : uses.get(within) ?? 0
})

const makeEntries = (
  rules: ReadonlyArray<Rules.Rule>,
  { first = 1, origin, scope }: Pick<Entry, "origin" | "scope"> & { readonly first?: number }
): ReadonlyArray<Entry> =>
  rules.map((rule, at) => ({
    rule,
    label: rule.name ?? `${origin === "script" ? "rule" : "added rule"} ${first + at}`,
    origin,
    scope,
    conditions: ruleConditions(rule.when),
    uses: new Map(),
    hits: 0
  }))

/** The places of a rule that do not fit a request. */
const misfitPlaces = (
  { conditions, rule, uses }: Entry,
  endpoint: ScriptedEndpoint,
  request: RequestFacts
): ReadonlyArray<string> => [
  ...(isFunctionRule(rule) || isFor(endpoint, rule.answer) ? [] : ["answer"]),
  ...((uses.get(request.scope ?? "") ?? 0) < (rule.times ?? Infinity) ? [] : ["times"]),
  ...conditions.filter(({ fits }) => !fits(request)).map(({ place }) => place)
]

/** Makes the rules of a script, none of them used yet. An invalid pattern throws. */
export const makeRuleStore = (
  script: ReadonlyArray<Rules.Rule>,
  strict: boolean
): Effect.Effect<RuleStore> =>
  Effect.sync(() => {
    let own = makeEntries(script, { origin: "script", scope: undefined })
    let shared: ReadonlyArray<Entry> = []
    const scopes = new Map<string, ReadonlyArray<Entry>>()

    const visible = (scope: string | undefined): ReadonlyArray<Entry> => [
      ...(scope === undefined ? [] : scopes.get(scope) ?? []),
      ...shared,
      ...own
    ]

    /** Uses a rule for a request; `undefined` if its function leaves the request to the next rule. */
    const use = (
      entry: Entry,
      endpoint: ScriptedEndpoint,
      request: RequestFacts
    ): Effect.Effect<TakenRule | undefined, ErrorResponse> => {
      const { label, rule } = entry
      const { scope } = request
      // Counted before the function runs, so that a request at the same time does not use the rule too.
      count(entry, scope, 1)
      const putBack = Effect.sync(() => count(entry, scope, -1))
      const answer = isFunctionRule(rule)
        ? functionAnswer(rule, label, endpoint, request).pipe(
          Effect.onExit((exit) => Exit.isSuccess(exit) && exit.value !== undefined ? Effect.void : putBack)
        )
        : Effect.succeed(rule.answer)
      return Effect.map(answer, (answer) =>
        answer === undefined
          ? undefined
          : { label, answer: "error" in answer ? scriptedError(answer) : answer, putBack })
    }

    const take: ScriptRules["take"] = Effect.fnUntraced(function*(endpoint, body, headers, scope) {
      const refuses = isStrict(headers, strict)
      if (refuses instanceof ErrorResponse) return yield* refuses
      const request = new RequestFacts({ path: endpoint.path, headers, scope }, body)
      const misfits: Array<Misfit> = []
      for (const entry of visible(scope)) {
        const places = misfitPlaces(entry, endpoint, request)
        const taken = places.length === 0 ? yield* use(entry, endpoint, request) : undefined
        if (taken !== undefined) return taken
        misfits.push({ label: entry.label, places: places.length === 0 ? ["function"] : places })
      }
      // Endpoints that no rule can answer, such as the list of models, have nothing made up to refuse.
      return refuses && endpoint.answers !== undefined ? yield* strictRefusal(misfits, endpoint.path) : undefined
    })

    const addedTo = (scope: string | undefined): ReadonlyArray<Entry> =>
      scope === undefined ? shared : scopes.get(scope) ?? []

    const setAdded = (scope: string | undefined, entries: ReadonlyArray<Entry>): void => {
      if (scope === undefined) shared = entries
      else if (entries.length === 0) scopes.delete(scope)
      else scopes.set(scope, entries)
    }

    const clear = (scope: string | undefined): void => {
      setAdded(scope, [])
      if (scope === undefined) own = []
      else for (const { uses } of [...shared, ...own]) uses.delete(scope)
    }

    const rulesOf = (scope: string | undefined): Rules.Rules => ({
      add: (rules) =>
        Effect.map(checkRules(rules), () => {
          const before = addedTo(scope)
          setAdded(scope, [...before, ...makeEntries(rules, { first: before.length + 1, origin: "added", scope })])
        }),
      list: Effect.sync(() => visible(scope).map((entry) => listed(entry, scope))),
      clear: Effect.sync(() => clear(scope)),
      replace: (rules) =>
        Effect.map(checkRules(rules), () => {
          clear(scope)
          setAdded(scope, makeEntries(rules, { origin: "added", scope }))
        })
    })

    return {
      take,
      rules: rulesOf(undefined),
      scoped: rulesOf,
      all: Effect.sync(() => [...[...scopes.values()].flat(), ...visible(undefined)].map((entry) => listed(entry))),
      replaceScript: (script) =>
        Effect.map(checkRules(script), () => {
          own = makeEntries(script, { origin: "script", scope: undefined })
        })
    }
  })
