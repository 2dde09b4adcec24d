/**
 * Moderation: the requests of `POST /v1/moderations` and `POST /v1/chat/moderations`, and the answer of both.
 *
 * @see https://docs.mistral.ai/api/endpoint/classifiers
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { Message } from "./Message.ts"
import { JsonObject } from "./Tool.ts"
import { Usage } from "./Usage.ts"
import { looseStruct, nullable, nullish } from "./WireSchema.ts"

/**
 * The texts to judge. Required: `model` and `input` (one text or several).
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
 * The texts to judge.
 *
 * @category models
 * @since 0.1.0
 */
export interface Request extends Schema.Schema.Type<typeof Request> {}

/**
 * The conversations to judge. Required: `model` and `input` (the messages of one conversation, or of several).
 *
 * @category schemas
 * @since 0.1.0
 */
export const ChatRequest = Schema.Struct({
  model: Schema.String,
  input: Schema.Union([Schema.Array(Message), Schema.Array(Schema.Array(Message))])
})

/**
 * The conversations to judge.
 *
 * @category models
 * @since 0.1.0
 */
export interface ChatRequest extends Schema.Schema.Type<typeof ChatRequest> {}

/**
 * What was found in one text or conversation. `category_scores` holds a number from 0 to 1 for each category,
 * `categories` whether that is too much. The names of the categories depend on the model.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Result = looseStruct({
  categories: nullish(Schema.Record(Schema.String, Schema.Boolean)),
  category_scores: nullish(Schema.Record(Schema.String, Schema.Number))
})

/**
 * What was found in one text or conversation.
 *
 * @category models
 * @since 0.1.0
 */
export type Result = typeof Result.Type

/**
 * One result for each text or conversation, in their order.
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
 * One result for each text or conversation, in their order.
 *
 * @category models
 * @since 0.1.0
 */
export type Response = typeof Response.Type
