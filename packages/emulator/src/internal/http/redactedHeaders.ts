import * as Effect from "effect/Effect"
import * as Headers from "effect/http/Headers"
import * as Redacted from "effect/Redacted"

/** Names of headers that may hold a secret, in addition to those that Effect redacts. */
const secret = /auth|cookie|credential|key|passw|pwd|secret|session|signature|token/i

/** Replaces the values of identifying headers by `<redacted>`. */
export const redactedHeaders = (headers: Headers.Headers): Effect.Effect<Readonly<Record<string, string>>> =>
  Effect.map(Headers.CurrentRedactedNames, (names) =>
    Object.fromEntries(
      Object.entries(Headers.redact(headers, [...names, secret])).map(([name, value]) => [
        name,
        Redacted.isRedacted(value) ? "<redacted>" : value
      ])
    ))
