import { Batch } from "@effect-mistral/batch"
import type { Completion } from "@effect-mistral/core"
import { assert } from "@effect/vitest"
import { Effect, Result, Schema } from "effect"

export const secret = "the secret prompt"

export const chatRequest = (content: string) => ({
  model: "mistral-small-latest",
  messages: [{ role: "user", content }] as const
})

/** A definition with items of a schema, whose answers are texts. */
export const withItem = <Item>(item: Schema.Codec<Item, unknown>, request: (item: Item) => string = () => "Hi") =>
  Batch.make({
    name: "items",
    item,
    request: (value) => chatRequest(request(value)),
    answer: Schema.String,
    read: () => "read"
  })

/** A definition with answers of a schema, which `read` returns. */
export const withAnswer = <Answer>(answer: Schema.Codec<Answer, unknown>, read: () => Answer) =>
  Batch.make({
    name: "answers",
    item: Schema.String,
    request: chatRequest,
    answer,
    read
  })

export const response = (content: string): Completion.Response => ({
  id: "r",
  object: "chat.completion",
  model: "mistral-small-latest",
  created: 1,
  choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }
})

export const encodeItem = ({ definition }: Batch.Any, item: unknown): string =>
  Result.getOrThrow(definition.encodeItem(item))

/** The issues of an item, each as `path: message`. */
export const issues = ({ definition }: Batch.Any, item: unknown): ReadonlyArray<string> => {
  const encoded = definition.encodeItem(item)
  assert.isTrue(Result.isFailure(encoded))
  return Result.isFailure(encoded) ? encoded.failure.map(({ message, path }) => `${path.join(".")}: ${message}`) : []
}

/** The message of the error with which a request of an item fails. */
export const requestError = ({ definition }: Batch.Any, json: string): string => {
  const request = definition.request(json)
  assert.isTrue(Result.isFailure(request))
  return Result.isFailure(request) ? request.failure.message : ""
}

/** The message of the error with which an answer fails. */
export const answerError = ({ definition }: Batch.Any, from: Completion.Response = response("")) =>
  Effect.map(Effect.flip(definition.answer(from)), ({ message }) => message)
