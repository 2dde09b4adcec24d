import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Ref from "effect/Ref"
import type * as Script from "../../Script.ts"
import { ErrorResponse } from "../http/errorResponse.ts"

/** What a rule says to a request: a reply in place of the made-up one, or a refusal. */
export type Scripted = Script.Reply | ErrorResponse

/** The rules of an emulator, and how often each has been used. */
export interface ScriptRules {
  /** What the script says to a request of an endpoint, if it says anything; the rule is used up by one. */
  readonly take: (endpoint: ScriptedEndpoint, request: unknown) => Effect.Effect<Scripted | undefined>
}

/** The rules of the emulator that is answering. */
export const CurrentScript: Context.Reference<ScriptRules> = Context.Reference(
  "@effect-mistral/emulator/internal/CurrentScript",
  {
    defaultValue: (): ScriptRules => ({ take: () => Effect.undefined })
  }
)

/** The reply that a script has for the request being answered. */
export const ScriptedReply: Context.Reference<Script.Reply | undefined> = Context.Reference(
  "@effect-mistral/emulator/internal/ScriptedReply",
  { defaultValue: (): Script.Reply | undefined => undefined }
)

/** The endpoint that a request is for. */
export interface ScriptedEndpoint {
  readonly path: string
  /** Whether a reply can answer it: others can only be refused. */
  readonly completes: boolean
}

const property = (value: unknown, key: string): unknown => Predicate.hasProperty(value, key) ? value[key] : undefined

/** The text of a value that is a text, a message, a piece of a message, or a list that ends with what is meant. */
const textOf = (value: unknown): string => {
  if (typeof value === "string") return value
  if (Array.isArray(value)) return textOf(value.at(-1))
  const content = property(value, "content")
  return Array.isArray(content)
    ? content.map((piece) => textOf(property(piece, "text") ?? "")).join("\n")
    : typeof content === "string"
    ? content
    : ""
}

const lastText = (request: unknown): string =>
  textOf(property(request, "messages") ?? property(request, "prompt") ?? property(request, "input"))

type Fits = (endpoint: ScriptedEndpoint, request: unknown) => boolean

/** What a rule is for, as a predicate. A pattern that is none throws here, before anything is asked. */
const makeFits = ({ agent_id, model, path, pattern, text }: Script.Condition): Fits => {
  const is = (expected: string | undefined, found: unknown) => expected === undefined || expected === found
  const expression = pattern === undefined ? undefined : new RegExp(pattern, "u")
  return (endpoint, request) =>
    is(path, endpoint.path) && is(model, property(request, "model")) && is(agent_id, property(request, "agent_id")) &&
    (text === undefined || lastText(request).includes(text)) &&
    (expression === undefined || expression.test(lastText(request)))
}

const refusal = ({ error: { body, headers, status } }: Script.Failure): ErrorResponse =>
  new ErrorResponse({
    status,
    body: body ?? {
      object: "error",
      message: "The emulator's script refuses this request",
      type: "invalid_request_error",
      param: null,
      code: null
    },
    headers
  })

/** Follows a script from its beginning. */
export const makeScriptRules = (script: Script.Script): Effect.Effect<ScriptRules> =>
  Effect.map(Ref.make<ReadonlyArray<number>>(script.map(() => 0)), (uses) => {
    const fits = script.map(({ when = {} }) => makeFits(when))
    return {
      take: (endpoint, request) =>
        Ref.modify(uses, (used) => {
          const at = script.findIndex(({ answer, times = Infinity }, at) =>
            ("error" in answer || endpoint.completes) && (used[at] ?? 0) < times &&
            fits[at]?.(endpoint, request) === true
          )
          const answer = script[at]?.answer
          if (answer === undefined) return [undefined, used]
          return ["error" in answer ? refusal(answer) : answer, used.with(at, (used[at] ?? 0) + 1)]
        })
    }
  })
