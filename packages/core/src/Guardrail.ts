/**
 * Guardrails: moderation of a request's input by Mistral. A violation answers the request with status 403.
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

/**
 * Moderation with the first generation of categories, each with its threshold from 0 to 1.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ModerationV1 = moderation({ ...shared, dangerous_and_criminal_content: threshold })

/**
 * Moderation with the second generation of categories: dangerous and criminal apart, and jailbreaking.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ModerationV2 = moderation({
  ...shared,
  dangerous: threshold,
  criminal: threshold,
  jailbreaking: threshold
})

/**
 * One guardrail. With `block_on_error`, a failure of the moderation itself blocks the request too.
 *
 * The API leaves these objects open, and so does this schema.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Guardrail = looseStruct({
  block_on_error: Schema.optional(Schema.Boolean),
  moderation_llm_v1: nullable(ModerationV1),
  moderation_llm_v2: nullable(ModerationV2)
})

/**
 * One guardrail.
 *
 * @category models
 * @since 0.1.0
 */
export type Guardrail = typeof Guardrail.Type
