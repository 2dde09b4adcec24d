import type * as Effect from "effect/Effect"
import type { MistralError } from "../../MistralError.ts"
import type { BodyReader } from "./bodyReader.ts"

/** A successful response whose first bytes were received. */
export interface OpenResponse {
  readonly status: number
  readonly contentType: string | undefined
  readonly requestId: string | undefined
  readonly body: BodyReader<MistralError>
  /** Closes the connection. If the body was read to its end, the connection stays alive for the next request. */
  readonly close: Effect.Effect<void>
  /** Removes the key from a text. */
  readonly redact: (text: string) => string
}
