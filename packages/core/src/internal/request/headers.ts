import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Tracer from "effect/Tracer"
import type { MistralError } from "../../MistralError.ts"
import { ApiKeyUnavailable, InvalidRequest, type Issue } from "../../MistralErrorReason.ts"
import { type ApiKey, RejectedApiKey } from "../../RequestOptions.ts"
import { version } from "../../version.ts"
import { inBrowser } from "../transport/browser.ts"
import type { Request } from "../transport/transport.ts"
import { describeForeignError } from "../transport/transportError.ts"
import { type Call, timeoutError } from "./call.ts"

/** Makes the request of a call, with the key and the other headers. It runs before every attempt, because the key may rotate. */
export type Authenticate = (call: Call, span: Tracer.Span) => Effect.Effect<Request, MistralError>

/** The options of a client that say how it authenticates. */
export interface Authentication {
  readonly apiKey?: ApiKey | undefined
  readonly apiKeyHeader?: string | undefined
  readonly userAgent?: string | false | undefined
}

export const makeAuthenticate = ({
  apiKey: ownKey,
  apiKeyHeader = "authorization",
  // Some browsers name it in the preflight of CORS, and servers seldom allow it.
  userAgent = inBrowser() ? false : `effect-mistral/${version}`
}: Authentication): Authenticate =>
(call, span) => {
  const { apiKey } = call.options
  const own: Record<string, string> = userAgent === false ? {} : { "user-agent": userAgent }
  if (apiKey === undefined) return buildRequest(call, own)
  const invalid = (message: string) => Effect.fail(invalidRequest(call, ["apiKey"], message))
  const state = call.keyState
  const withKey = (key: string) => {
    const { refusal, rejected } = state
    state.refusal = undefined
    if (refusal !== undefined) {
      if (key === keyOf(rejected!)) return Effect.fail(refusal)
      state.onRenewed?.(refusal, 0)
    }
    if (key === "") return invalid("The key is empty")
    if (!/^[\x21-\x7e]+( [\x21-\x7e]+)?$/.test(key)) return invalid("Expected a key that a header may hold")
    call.keys.add(withoutScheme(key))
    const scheme = key.startsWith("Bearer ") || apiKeyHeader.toLowerCase() !== "authorization" ? "" : "Bearer "
    return buildRequest(call, { ...own, [apiKeyHeader]: scheme + key })
  }
  // A key of the client that is not sent is no less secret.
  if (Redacted.isRedacted(ownKey)) call.keys.add(withoutScheme(keyOf(ownKey)))
  if (Redacted.isRedacted(apiKey)) return withKey(keyOf(apiKey))
  const { firstByte } = call.options.timeout
  return inOwnFiber(Effect.map(apiKey, (redacted) => [redacted, keyOf(redacted)] as const)).pipe(
    Effect.provideService(Tracer.ParentSpan, span),
    Effect.provideService(RejectedApiKey, state.rejected),
    Effect.catchCause((cause) => {
      const failure = cause.reasons.find(Cause.isFailReason)
      return failure === undefined
        // A defect is not shown, because it may quote the key, which is not known here.
        ? invalid("The effect that yields the key failed")
        : Effect.fail(call.error(new ApiKeyUnavailable({ description: describeForeignError(failure.error) })))
    }),
    Effect.timeoutOrElse({
      duration: firstByte,
      orElse: () => Effect.fail(timeoutError(call, { phase: "firstByte", duration: firstByte }))
    }),
    Effect.flatMap(([redacted, key]) => {
      state.current = redacted
      return withKey(key)
    })
  )
}

/** A key from a file or a secret store often ends with a line break, which a header must not contain. */
const keyOf = (redacted: Redacted.Redacted<string>): string => Redacted.value(redacted).trim()

const withoutScheme = (key: string): string => key.replace(/^Bearer /, "")

/** Runs an effect in a fiber of its own: even if it cannot be interrupted, a time limit or an interruption ends the wait. */
const inOwnFiber = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.contextWith((context) =>
    Effect.callback((resume) => Effect.sync(Effect.runCallbackWith(context)(effect, { onExit: resume })))
  )

const buildRequest = (
  call: Call,
  own: Readonly<Record<string, string>>
): Effect.Effect<Request, MistralError> => {
  const { accept, body, method, options, url } = call
  const headers: Record<string, string> = { accept }
  for (const [name, value] of Object.entries({ ...own, ...options.headers })) {
    if (typeof value !== "string" || !validName.test(name) || !validValue.test(value)) {
      return Effect.fail(invalidRequest(
        call,
        ["headers", name],
        "Expected a name and a value that a header may hold"
      ))
    }
    headers[name.toLowerCase()] = value
  }
  // Any other body has its own content type.
  if (typeof body === "string") headers["content-type"] = "application/json"
  else if (body !== undefined) delete headers["content-type"]
  return Effect.succeed({ method, url, headers, body })
}

const validName = /^[\w!#$%&'*+.^`|~-]+$/

const validValue = /^[\t -~\x80-\xff]*$/

const invalidRequest = (call: Call, path: Issue["path"], message: string): MistralError =>
  call.error(new InvalidRequest({ issues: [{ path, message }] }))
