/**
 * What a call consumed, in tokens.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { looseStruct, nullish } from "./WireSchema.ts"

const cached = nullish(looseStruct({ cached_tokens: nullish(Schema.Number) }))

/**
 * What a call consumed, in tokens. `total_tokens` can exceed the sum of the others where audio is billed.
 *
 * `prompt_audio_seconds` is a number, `null`, or, seen on the wire, an empty object.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Usage = looseStruct({
  prompt_tokens: Schema.Number,
  completion_tokens: Schema.Number,
  total_tokens: Schema.Number,
  prompt_audio_seconds: Schema.optionalKey(Schema.Unknown),
  service_tier: nullish(Schema.String),
  prompt_tokens_details: cached,
  prompt_token_details: cached,
  num_cached_tokens: nullish(Schema.Number)
})

/**
 * What a call consumed, in tokens.
 *
 * @category models
 * @since 0.1.0
 */
export type Usage = typeof Usage.Type
