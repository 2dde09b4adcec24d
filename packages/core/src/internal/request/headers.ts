import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Tracer from "effect/Tracer"
import type { Request } from "../../DirectTransport.ts"
import type { MistralError } from "../../MistralError.ts"
import { InvalidRequest, type Issue } from "../../MistralErrorReason.ts"
import type { ApiKey } from "../../RequestOptions.ts"
import { version } from "../../version.ts"
import { inBrowser } from "../transport/browser.ts"
import { type Call, timeoutError } from "./call.ts"

/** Makes the request of a call, with the key and the other headers. It runs before every attempt, because the key may rotate. */
export type Authenticate = (call: Call, span: Tracer.Span) => Effect.Effect<Request, MistralError>

/** The key of a client, and the header that carries it. */
export interface Authentication {
  readonly apiKey?: ApiKey | undefined
  readonly apiKeyHeader?: string | undefined
}

export const makeAuthenticate = (
  { apiKey, apiKeyHeader = "authorization" }: Authentication,
  // Some browsers name it in the preflight of CORS, and servers seldom allow it.
  userAgent: string | false = inBrowser() ? false : `effect-mistral/${version}`
): Authenticate =>
(call, span) => {
  const own: Record<string, string> = userAgent === false ? {} : { "user-agent": userAgent }
  if (apiKey === undefined) return buildRequest(call, own)
  const invalid = (message: string) => Effect.fail(invalidRequest(call, ["apiKey"], message))
  const withKey = (value: string) => {
    // A key from a file or a secret store often ends with a line break, which a header must not contain.
    const key = value.trim()
    if (key === "") return invalid("The key is empty")
    if (!/^[\x21-\x7e]+( [\x21-\x7e]+)?$/.test(key)) return invalid("The key holds characters that no header may hold")
    call.keys.add(key.replace(/^Bearer /, ""))
    const scheme = key.startsWith("Bearer ") || apiKeyHeader.toLowerCase() !== "authorization" ? "" : "Bearer "
    return buildRequest(call, { ...own, [apiKeyHeader]: scheme + key })
  }
  if (Redacted.isRedacted(apiKey)) return withKey(Redacted.value(apiKey))
  const { firstByte } = call.options.timeout
  return inOwnFiber(Effect.map(apiKey, Redacted.value)).pipe(
    Effect.provideService(Tracer.ParentSpan, span),
    // Neither an error nor a defect is shown, because it may quote the key, which is not known here.
    Effect.catchCause(() => invalid("The effect that yields the key failed")),
    Effect.timeoutOrElse({
      duration: firstByte,
      orElse: () => Effect.fail(timeoutError(call, { phase: "firstByte", duration: firstByte }))
    }),
    Effect.flatMap(withKey)
  )
}

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
  if (body !== undefined) headers["content-type"] = "application/json"
  return Effect.succeed({ method, url, headers, body })
}

const validName = /^[\w!#$%&'*+.^`|~-]+$/

const validValue = /^[\t -~\x80-\xff]*$/

const invalidRequest = (call: Call, path: Issue["path"], message: string): MistralError =>
  call.error(new InvalidRequest({ issues: [{ path, message }] }))
