/**
 * Judges: models told how to assess a conversation, by a class or by a number.
 *
 * @see https://docs.mistral.ai/api/endpoint/beta/observability/judges
 * @since 0.1.0
 */
import * as Tool from "@effect-mistral/core/Tool"
import * as WireSchema from "@effect-mistral/core/WireSchema"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { boundedString } from "./internal/boundedSchemas.ts"
import * as Page from "./Page.ts"

/**
 * The two kinds of answers a judge can give.
 *
 * @category schemas
 * @since 0.1.0
 */
export const OutputType = Schema.Literals(["CLASSIFICATION", "REGRESSION"])

/**
 * An answer that is one of several classes, each with what it means.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Classification = Schema.Struct({
  type: Schema.Literal("CLASSIFICATION"),
  options: Schema.Array(Schema.Struct({ value: Schema.String, description: Schema.String }))
})

/**
 * An answer that is a number from `min` (0 or more, 0 unless set) to `max` (less than 1,000,000,000, 1 unless set), with
 * what the two ends mean.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Regression = Schema.Struct({
  type: Schema.Literal("REGRESSION"),
  min: Schema.optional(Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))),
  min_description: Schema.String,
  max: Schema.optional(Schema.Finite.check(Schema.isLessThan(1e9))),
  max_description: Schema.String
}).check(
  Schema.makeFilter(({ max = 1, min = 0 }) =>
    min < max ? undefined : { path: ["max"], issue: `Expected more than min, which is ${min}` }
  )
)

/**
 * What a judge is told: everything is required. `name` has 5 to 50 characters, `description` and `model_name` at most 500,
 * `instructions` at most 10,000; they may use Jinja2 variables such as `{{ conversation_history }}`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Definition = Schema.Struct({
  name: boundedString(5, 50),
  description: boundedString(0, 500),
  model_name: boundedString(0, 500),
  output: Schema.Union([Classification, Regression]),
  instructions: boundedString(0, 10_000),
  tools: Schema.Array(Schema.String)
})

/**
 * What a judge is told.
 *
 * @category models
 * @since 0.1.0
 */
export interface Definition extends Schema.Schema.Type<typeof Definition> {}

/**
 * A judge that is kept. A judge that was changed names its revisions.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Judge = WireSchema.looseStruct({
  id: Schema.String,
  created_at: Schema.String,
  updated_at: Schema.String,
  deleted_at: WireSchema.nullish(Schema.String),
  owner_id: Schema.String,
  workspace_id: Schema.String,
  name: Schema.String,
  description: Schema.String,
  model_name: Schema.String,
  output: WireSchema.looseStruct({
    type: WireSchema.nullish(WireSchema.openEnum<typeof OutputType.Type>(...OutputType.literals)),
    options: WireSchema.nullish(
      Schema.Array(WireSchema.looseStruct({ value: Schema.String, description: WireSchema.nullish(Schema.String) }))
    ),
    min: WireSchema.nullish(Schema.Number),
    min_description: WireSchema.nullish(Schema.String),
    max: WireSchema.nullish(Schema.Number),
    max_description: WireSchema.nullish(Schema.String)
  }),
  instructions: Schema.String,
  tools: Schema.Array(Schema.String),
  up_revision: WireSchema.nullish(Schema.String),
  down_revision: WireSchema.nullish(Schema.String),
  base_revision: WireSchema.nullish(Schema.String)
})

/**
 * A judge that is kept.
 *
 * @category models
 * @since 0.1.0
 */
export interface Judge extends Schema.Schema.Type<typeof Judge> {}

/**
 * What a judge that is kept was told, to be changed and told anew:
 * `Judges.update(judge.id, { ...definition, instructions })`. Fails with a `SchemaError` where the judge has an output of a
 * kind that this version does not know.
 *
 * @category conversions
 * @since 0.1.0
 */
export const toDefinition = (
  { description, instructions, model_name, name, output, tools }: Judge
): Effect.Effect<Definition, Schema.SchemaError> =>
  Schema.decodeUnknownEffect(Definition)({
    name,
    description,
    model_name,
    instructions,
    tools,
    // The kind may be left out of an answer; a key that is there as `null` is one that is not there.
    output: {
      type: output.options === undefined || output.options === null ? "REGRESSION" : "CLASSIFICATION",
      ...Object.fromEntries(Object.entries(output).filter(([, value]) => value !== null))
    }
  })

/**
 * What a judge says: its reasons, and the class or the number.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Output = WireSchema.looseStruct({
  analysis: Schema.String,
  answer: Schema.Union([Schema.String, Schema.Number])
})

/**
 * What a judge says.
 *
 * @category models
 * @since 0.1.0
 */
export interface Output extends Schema.Schema.Type<typeof Output> {}

/**
 * Which judges to list: by the kind of their answers, by model, by a text in their names.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ListQuery = Schema.Struct({
  ...Page.SearchQuery.fields,
  type_filter: WireSchema.nullable(Schema.Array(OutputType)),
  model_filter: WireSchema.nullable(Schema.Array(Schema.String))
})

/**
 * Which judges to list.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListQuery extends Schema.Schema.Type<typeof ListQuery> {}

/**
 * One page of judges.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ListResponse = WireSchema.looseStruct({ judges: Page.page(Judge) })

/**
 * One page of judges.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListResponse extends Schema.Schema.Type<typeof ListResponse> {}

/**
 * A conversation to be judged, and what its instructions may refer to as `properties`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ConversationRequest = Schema.Struct({
  messages: Schema.Array(Tool.JsonObject),
  properties: WireSchema.nullable(Tool.JsonObject)
})

/**
 * A conversation to be judged.
 *
 * @category models
 * @since 0.1.0
 */
export interface ConversationRequest extends Schema.Schema.Type<typeof ConversationRequest> {}

/**
 * A judge for once: what `live-judging` of an event or a record takes.
 *
 * @category schemas
 * @since 0.1.0
 */
export const LiveJudgingRequest = Schema.Struct({ judge_definition: Definition })

/**
 * A judge for once.
 *
 * @category models
 * @since 0.1.0
 */
export interface LiveJudgingRequest extends Schema.Schema.Type<typeof LiveJudgingRequest> {}
