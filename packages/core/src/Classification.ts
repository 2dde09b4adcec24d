/**
 * Classification: the requests of `POST /v1/classifications` and `POST /v1/chat/classifications`, and the response of both.
 *
 * @see https://docs.mistral.ai/api/endpoint/classifiers
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { Message } from "./Message.ts"
import { JsonObject } from "./ToolSchema.ts"
import { looseStruct, type NamedStruct, nullable } from "./WireSchema.ts"

/**
 * The schema of a request to classify texts. Required: `model` and `input` (one text or several).
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
 * A request to classify texts.
 *
 * @category models
 * @since 0.1.0
 */
export interface Request extends Schema.Schema.Type<typeof Request> {}

const conversation = Schema.Struct({ messages: Schema.Array(Message) })

/**
 * A conversation to classify.
 *
 * @category models
 * @since 0.1.0
 */
export interface Conversation extends Schema.Schema.Type<typeof conversation> {}

/**
 * The schema of a conversation to classify: `{ messages }`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Conversation: NamedStruct<Conversation, typeof conversation> = conversation

/**
 * The schema of a request to classify conversations. Required: `model` and `input` (one conversation or several).
 *
 * *Gotchas*: a conversation is `{ messages }` here, while a request to moderate conversations has bare lists of messages.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ChatRequest = Schema.Struct({
  model: Schema.String,
  input: Schema.Union([Conversation, Schema.Array(Conversation)])
})

/**
 * A request to classify conversations.
 *
 * @category models
 * @since 0.1.0
 */
export interface ChatRequest extends Schema.Schema.Type<typeof ChatRequest> {}

const targetResult = looseStruct({ scores: Schema.Record(Schema.String, Schema.Number) })

/**
 * The scores of the labels of one target.
 *
 * @category models
 * @since 0.1.0
 */
export interface TargetResult extends Schema.Schema.Type<typeof targetResult> {}

/**
 * The schema of the scores of the labels of one target, from 0 to 1.
 *
 * @category schemas
 * @since 0.1.0
 */
export const TargetResult: Schema.Codec<TargetResult> = targetResult

const result = Schema.Record(Schema.String, TargetResult)

/**
 * The classification of one text or conversation.
 *
 * @category models
 * @since 0.1.0
 */
export interface Result extends Schema.Schema.Type<typeof result> {}

/**
 * The schema of the classification of one text or conversation: scores by the names of the targets, such as `intent` or
 * `language`. The model was trained on its targets and their labels.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Result: Schema.Codec<Result> = result

/**
 * The schema of a classification response. `results` is in the order of the texts or conversations of the request.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Response = looseStruct({
  id: Schema.String,
  model: Schema.String,
  results: Schema.Array(Result)
})

/**
 * A classification response.
 *
 * @category models
 * @since 0.1.0
 */
export interface Response extends Schema.Schema.Type<typeof Response> {}

/**
 * Returns the label with the highest score, and the score. Of labels with the same score it is the first; without any label
 * it is `undefined`.
 *
 * @category getters
 * @since 0.1.0
 */
export const best = ({ scores }: TargetResult): { readonly label: string; readonly score: number } | undefined => {
  let found: { readonly label: string; readonly score: number } | undefined
  for (const [label, score] of Object.entries(scores)) {
    if (found === undefined || score > found.score) found = { label, score }
  }
  return found
}

/**
 * Returns the label with the highest score of each target, by the names of the targets. A target without labels is left
 * out.
 *
 * @category getters
 * @since 0.1.0
 */
export const labels = (result: Result): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(result).flatMap(([target, scores]) => {
      const label = best(scores)?.label
      return label === undefined ? [] : [[target, label]]
    })
  )
