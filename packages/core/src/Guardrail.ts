/**
 * Guardrails: Mistral moderates the input of a request. A violation is refused with status 403.
 *
 * @see https://docs.mistral.ai/capabilities/guardrailing
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { looseStruct, nullable } from "./WireSchema.ts"

const threshold = nullable(Schema.Finite)

const shared = {
  sexual: threshold,
  hate_and_discrimination: threshold,
  violence_and_threats: threshold,
  selfharm: threshold,
  health: threshold,
  financial: threshold,
  law: threshold,
  pii: threshold
}

const moderation = <const Categories extends Schema.Struct.Fields>(categories: Categories) =>
  looseStruct({
    model_name: Schema.optional(Schema.String),
    custom_category_thresholds: nullable(looseStruct(categories)),
    ignore_other_categories: Schema.optional(Schema.Boolean),
    action: Schema.optional(Schema.Literals(["none", "block"]))
  })

const moderationV1 = moderation({ ...shared, dangerous_and_criminal_content: threshold })

/**
 * A moderation with the first generation of categories.
 *
 * @category models
 * @since 0.1.0
 */
export interface ModerationV1 extends Schema.Schema.Type<typeof moderationV1> {}

/**
 * The schema of a moderation with the first generation of categories. Each threshold is a number from 0 to 1.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ModerationV1: Schema.Codec<ModerationV1> = moderationV1

const moderationV2 = moderation({
  ...shared,
  dangerous: threshold,
  criminal: threshold,
  jailbreaking: threshold
})

/**
 * A moderation with the second generation of categories.
 *
 * @category models
 * @since 0.1.0
 */
export interface ModerationV2 extends Schema.Schema.Type<typeof moderationV2> {}

/**
 * The schema of a moderation with the second generation of categories, which has `dangerous` and `criminal` apart, and
 * `jailbreaking`. Each threshold is a number from 0 to 1.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ModerationV2: Schema.Codec<ModerationV2> = moderationV2

const guardrail = looseStruct({
  block_on_error: Schema.optional(Schema.Boolean),
  moderation_llm_v1: nullable(ModerationV1),
  moderation_llm_v2: nullable(ModerationV2)
})

/**
 * A guardrail of a request.
 *
 * @category models
 * @since 0.1.0
 */
export interface Guardrail extends Schema.Schema.Type<typeof guardrail> {}

/**
 * The schema of a guardrail of a request.
 *
 * *Details*: with `block_on_error: true`, a failure of the moderation itself blocks the request too. Unknown keys are
 * accepted, because the API accepts them in these objects.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Guardrail: Schema.Codec<Guardrail> = guardrail
