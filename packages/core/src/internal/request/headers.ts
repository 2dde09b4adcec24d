import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Tracer from "effect/Tracer"
import type { Request } from "../../DirectTransport.ts"
import type { MistralError } from "../../MistralError.ts"
import { InvalidRequest } from "../../MistralErrorReason.ts"
import type { ApiKey } from "../../RequestOptions.ts"
import { version } from "../../version.ts"
import { inBrowser } from "../transport/browser.ts"
import { type Call, timeoutError } from "./call.ts"

/** Makes the request of a call, with the key and the other headers. It runs before every attempt, because the key may rotate. */
export type Authenticate = (call: Call, span: Tracer.Span) => Effect.Effect<Request, MistralError>

export const makeAuthenticate = (
  apiKey: ApiKey | undefined,
  userAgent: string | false = inBrowser() ? false : `effect-mistral/${version}`
): Authenticate =>
(call, span) => {
  if (apiKey === undefined) return Effect.succeed(buildRequest(call, undefined, userAgent))
  const invalid = (message: string) => call.error(new InvalidRequest({ issues: [{ path: ["apiKey"], message }] }))
  const withKey = (redacted: Redacted.Redacted<string>) => {
    // A key from a file or a secret store often ends with a line break, which a header must not contain.
    const key = Redacted.value(redacted).trim()
    return /^[\x21-\x7e]+( [\x21-\x7e]+)?$/.test(key)
      ? Effect.succeed(buildRequest(call, key, userAgent))
      : Effect.fail(invalid(key === "" ? "The key is empty" : "The key holds characters that no header may hold"))
  }
  if (Redacted.isRedacted(apiKey)) return withKey(apiKey)
  const { firstByte } = call.options.timeout
  return inOwnFiber(apiKey).pipe(
    Effect.provideService(Tracer.ParentSpan, span),
    Effect.mapError(() => invalid("The effect that yields the key failed")),
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
  { accept, body, keys, method, options, url }: Call,
  key: string | undefined,
  userAgent: string | false
): Request => {
  const headers: Record<string, string> = { accept }
  // Some browsers name it in the preflight of CORS, and servers seldom allow it.
  if (userAgent !== false) headers["user-agent"] = userAgent
  if (key !== undefined) {
    keys.push(key)
    headers["authorization"] = key.startsWith("Bearer ") ? key : `Bearer ${key}`
  }
  for (const [name, value] of Object.entries(options.headers)) headers[name.toLowerCase()] = value
  if (body !== undefined) headers["content-type"] = "application/json"
  return { method, url, headers, body }
}
