/**
 * The token usage of a call.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { looseStruct, nullish } from "./WireSchema.ts"

const cached = nullish(looseStruct({ cached_tokens: nullish(Schema.Number) }))

const usage = looseStruct({
  prompt_tokens: Schema.optionalKey(Schema.Number),
  completion_tokens: Schema.optionalKey(Schema.Number),
  total_tokens: Schema.optionalKey(Schema.Number),
  prompt_audio_seconds: Schema.optionalKey(Schema.Unknown),
  service_tier: nullish(Schema.String),
  prompt_tokens_details: cached,
  prompt_token_details: cached,
  num_cached_tokens: nullish(Schema.Number)
})

/**
 * The token usage of a call.
 *
 * @category models
 * @since 0.1.0
 */
export interface Usage extends Schema.Schema.Type<typeof usage> {}

/**
 * The schema of the token usage of a call.
 *
 * *Details*: some servers leave counts out. A count that a server sends as `null` is left out, too.
 *
 * *Gotchas*: `total_tokens` can exceed the sum of the prompt and completion tokens where audio is billed.
 * `prompt_audio_seconds` is a number, `null` or, as the server was seen to send, an empty object.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Usage: Schema.Codec<Usage> = usage
