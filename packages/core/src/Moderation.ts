/**
 * Moderation: the requests of `POST /v1/moderations` and `POST /v1/chat/moderations`, and the response of both.
 *
 * @see https://docs.mistral.ai/api/endpoint/classifiers
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { Message } from "./Message.ts"
import { JsonObject } from "./ToolSchema.ts"
import { Usage } from "./Usage.ts"
import { looseStruct, nullable, nullish } from "./WireSchema.ts"

/**
 * The schema of a request to moderate texts. Required: `model` and `input` (one text or several).
 *
 * @category schemas
 * @since 0.1.0
 */
export const Request = Schema.Struct({
  model: Schema.String,
  metadata: nullable(JsonObject),
  input: Schema.Union([Schema.String, Schema.Array(Schema.String)])
})

/**
 * A request to moderate texts.
 *
 * @category models
 * @since 0.1.0
 */
export interface Request extends Schema.Schema.Type<typeof Request> {}

/**
 * The schema of a request to moderate conversations. Required: `model` and `input` (the messages of one conversation, or
 * of several).
 *
 * @category schemas
 * @since 0.1.0
 */
export const ChatRequest = Schema.Struct({
  model: Schema.String,
  input: Schema.Union([Schema.Array(Message), Schema.Array(Schema.Array(Message))])
})

/**
 * A request to moderate conversations.
 *
 * @category models
 * @since 0.1.0
 */
export interface ChatRequest extends Schema.Schema.Type<typeof ChatRequest> {}

const result = looseStruct({
  categories: nullish(Schema.Record(Schema.String, Schema.Boolean)),
  category_scores: nullish(Schema.Record(Schema.String, Schema.Number))
})

/**
 * The moderation of one text or conversation.
 *
 * @category models
 * @since 0.1.0
 */
export interface Result extends Schema.Schema.Type<typeof result> {}

/**
 * The schema of the moderation of one text or conversation.
 *
 * *Details*: `category_scores` has a number from 0 to 1 for each category, and `categories` says whether the score is over
 * the threshold. The names of the categories depend on the model.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Result: Schema.Codec<Result> = result

/**
 * The schema of a moderation response. `results` is in the order of the texts or conversations of the request.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Response = looseStruct({
  id: Schema.String,
  model: Schema.String,
  results: Schema.Array(Result),
  usage: nullish(Usage)
})

/**
 * A moderation response.
 *
 * @category models
 * @since 0.1.0
 */
export interface Response extends Schema.Schema.Type<typeof Response> {}

/**
 * Returns the names of the categories that were found in a text or conversation, in the order of the response.
 *
 * @category getters
 * @since 0.1.0
 */
export const flagged = ({ categories }: Result): ReadonlyArray<string> =>
  Object.entries(categories ?? {}).flatMap(([name, found]) => found ? [name] : [])
