import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Ref from "effect/Ref"
import type * as Script from "../../Script.ts"
import { ErrorResponse } from "../http/errorResponse.ts"

/** The result of a rule: a reply in place of the generated one, or an error response. */
export type Scripted = Script.Reply | ErrorResponse

/** The rules of a script, with the number of times each was used. */
export interface ScriptRules {
  /** Takes the first rule that matches, and counts one use of it; `undefined` if none matches. */
  readonly take: (endpoint: ScriptedEndpoint, request: unknown) => Effect.Effect<Scripted | undefined>
}

/** The script of the current emulator. */
export const CurrentScript: Context.Reference<ScriptRules> = Context.Reference(
  "@effect-mistral/emulator/internal/CurrentScript",
  {
    defaultValue: (): ScriptRules => ({ take: () => Effect.undefined })
  }
)

/** The scripted reply to the current request. */
export const ScriptedReply: Context.Reference<Script.Reply | undefined> = Context.Reference(
  "@effect-mistral/emulator/internal/ScriptedReply",
  { defaultValue: (): Script.Reply | undefined => undefined }
)

/** The properties of an endpoint that rules depend on. */
export interface ScriptedEndpoint {
  readonly path: string
  /** Whether a reply can be the response. Other endpoints can only be given an error. */
  readonly completes: boolean
}

const property = (value: unknown, key: string): unknown => Predicate.hasProperty(value, key) ? value[key] : undefined

/** The text of a string, a message, a part of a message, or the last element of a list. */
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

/** Makes the predicate of a condition. An invalid pattern throws here, before any request is handled. */
const makeFits = ({ agent_id, model, path, pattern, text }: Script.Condition): Fits => {
  const is = (expected: string | undefined, found: unknown) => expected === undefined || expected === found
  const expression = pattern === undefined ? undefined : new RegExp(pattern, "u")
  return (endpoint, request) =>
    is(path, endpoint.path) && is(model, property(request, "model")) && is(agent_id, property(request, "agent_id")) &&
    (text === undefined || lastText(request).includes(text)) &&
    (expression === undefined || expression.test(lastText(request)))
}

const scriptedError = ({ error: { body, headers, status } }: Script.Failure): ErrorResponse =>
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

/** Makes the rules of a script, none of them used yet. */
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
          return ["error" in answer ? scriptedError(answer) : answer, used.with(at, (used[at] ?? 0) + 1)]
        })
    }
  })
