/**
 * Judges: models with instructions that assess a conversation, by a class or by a number.
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
 * The kinds of output that a judge can have.
 *
 * @category schemas
 * @since 0.1.0
 */
export const OutputType = Schema.Literals(["CLASSIFICATION", "REGRESSION"])

/**
 * A kind of output that a judge can have.
 *
 * @category models
 * @since 0.1.0
 */
export type OutputType = typeof OutputType.Type

const classificationOption = Schema.Struct({ value: Schema.String, description: Schema.String })

/**
 * A class that a judge can choose, with its description.
 *
 * @category models
 * @since 0.1.0
 */
export interface ClassificationOption extends Schema.Schema.Type<typeof classificationOption> {}

/**
 * A class that a judge can choose, with its description.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ClassificationOption: Schema.Codec<ClassificationOption> = classificationOption

const classification = Schema.Struct({
  type: Schema.Literal("CLASSIFICATION"),
  options: Schema.Array(ClassificationOption)
})

/**
 * An output that is one of several classes.
 *
 * @category models
 * @since 0.1.0
 */
export interface Classification extends Schema.Schema.Type<typeof classification> {}

/**
 * An output that is one of several classes.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Classification: Schema.Codec<Classification> = classification

const regression = Schema.Struct({
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
 * An output that is a number.
 *
 * @category models
 * @since 0.1.0
 */
export interface Regression extends Schema.Schema.Type<typeof regression> {}

/**
 * An output that is a number from `min` to `max`, with the meaning of both ends.
 *
 * *Details*: `min` is at least 0, and 0 by default. `max` is less than 1,000,000,000, and 1 by default.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Regression: Schema.Codec<Regression> = regression

const definition = Schema.Struct({
  name: boundedString(5, 50),
  description: boundedString(0, 500),
  model_name: boundedString(0, 500),
  output: Schema.Union([Classification, Regression]),
  instructions: boundedString(0, 10_000),
  tools: Schema.Array(Schema.String)
})

/**
 * The definition of a judge: its model, instructions and output.
 *
 * @category models
 * @since 0.1.0
 */
export interface Definition extends Schema.Schema.Type<typeof definition> {}

/**
 * The definition of a judge: its model, instructions and output. Every key is required.
 *
 * *Details*:
 *
 * - `name` has 5 to 50 characters.
 * - `description` and `model_name` have at most 500 characters.
 * - `instructions` has at most 10,000 characters, and may use Jinja2 variables such as `{{ conversation_history }}`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Definition: Schema.Codec<Definition> = definition

const receivedClassificationOption = WireSchema.looseStruct({
  value: Schema.String,
  description: WireSchema.nullish(Schema.String)
})

/**
 * A class that a stored judge can choose.
 *
 * @category models
 * @since 0.1.0
 */
export interface ReceivedClassificationOption extends Schema.Schema.Type<typeof receivedClassificationOption> {}

/**
 * A class that a stored judge can choose.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ReceivedClassificationOption: Schema.Codec<ReceivedClassificationOption> = receivedClassificationOption

const receivedOutputDefinition = WireSchema.looseStruct({
  type: WireSchema.nullish(WireSchema.openEnum<OutputType>(...OutputType.literals)),
  options: WireSchema.nullish(Schema.Array(ReceivedClassificationOption)),
  min: WireSchema.nullish(Schema.Number),
  min_description: WireSchema.nullish(Schema.String),
  max: WireSchema.nullish(Schema.Number),
  max_description: WireSchema.nullish(Schema.String)
})

/**
 * The output of a stored judge, which may be of a kind that this version does not know.
 *
 * @category models
 * @since 0.1.0
 */
export interface ReceivedOutputDefinition extends Schema.Schema.Type<typeof receivedOutputDefinition> {}

/**
 * The output of a stored judge, which may be of a kind that this version does not know.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ReceivedOutputDefinition: Schema.Codec<ReceivedOutputDefinition> = receivedOutputDefinition

const judge = WireSchema.looseStruct({
  id: Schema.String,
  created_at: Schema.String,
  updated_at: Schema.String,
  deleted_at: WireSchema.nullish(Schema.String),
  owner_id: Schema.String,
  workspace_id: Schema.String,
  name: Schema.String,
  description: Schema.String,
  model_name: Schema.String,
  output: ReceivedOutputDefinition,
  instructions: Schema.String,
  tools: Schema.Array(Schema.String),
  up_revision: WireSchema.nullish(Schema.String),
  down_revision: WireSchema.nullish(Schema.String),
  base_revision: WireSchema.nullish(Schema.String)
})

/**
 * A judge that the server stores.
 *
 * @category models
 * @since 0.1.0
 */
export interface Judge extends Schema.Schema.Type<typeof judge> {}

/**
 * A judge that the server stores. `up_revision`, `down_revision` and `base_revision` are the ids of its other revisions.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Judge: Schema.Codec<Judge> = judge

/**
 * The definition of a stored judge, to be changed and passed to `Judges.update`:
 * `Judges.update(judge.id, { ...definition, instructions })`.
 *
 * *Details*: fails with a `SchemaError` if the output of the judge is of a kind that this version does not know.
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
    // A response may lack `type`. A definition takes no `null`: such a key is left out.
    output: {
      type: output.options === undefined || output.options === null ? "REGRESSION" : "CLASSIFICATION",
      ...Object.fromEntries(Object.entries(output).filter(([, value]) => value !== null))
    }
  })

const judgement = WireSchema.looseStruct({
  analysis: Schema.String,
  answer: Schema.Union([Schema.String, Schema.Number])
})

/**
 * The output of a judge: its analysis, and the class or the number.
 *
 * @category models
 * @since 0.1.0
 */
export interface Output extends Schema.Schema.Type<typeof judgement> {}

/**
 * The output of a judge: its analysis, and the class or the number.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Output: Schema.Codec<Output> = judgement

/**
 * The query parameters of a request that lists judges: the page, and filters by kind of output, by model and by name.
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
 * The query parameters of a request that lists judges.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListQuery extends Schema.Schema.Type<typeof ListQuery> {}

const listResponse = WireSchema.looseStruct({ judges: Page.page(Judge) })

/**
 * One page of judges.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListResponse extends Schema.Schema.Type<typeof listResponse> {}

/**
 * One page of judges.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ListResponse: Schema.Codec<ListResponse> = listResponse

const conversationRequest = Schema.Struct({
  messages: Schema.Array(Tool.JsonObject),
  properties: WireSchema.nullable(Tool.JsonObject)
})

/**
 * A request to judge a conversation.
 *
 * @category models
 * @since 0.1.0
 */
export interface ConversationRequest extends Schema.Schema.Type<typeof conversationRequest> {}

/**
 * A request to judge a conversation. The judge's instructions can refer to `properties`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ConversationRequest: Schema.Codec<ConversationRequest> = conversationRequest

const liveJudgingRequest = Schema.Struct({ judge_definition: Definition })

/**
 * A request to judge an event or a record with a judge that is not stored.
 *
 * @category models
 * @since 0.1.0
 */
export interface LiveJudgingRequest extends Schema.Schema.Type<typeof liveJudgingRequest> {}

/**
 * A request to judge an event or a record with a judge that is not stored.
 *
 * @category schemas
 * @since 0.1.0
 */
export const LiveJudgingRequest: Schema.Codec<LiveJudgingRequest> = liveJudgingRequest
