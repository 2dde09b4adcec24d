/**
 * The types of items and answers follow from the schemas. What is refused here fails to compile.
 */
import { Batch } from "@effect-mistral/batch"
import { Completion, type CompletionRequest, type Embedding, Endpoint } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Option, Schema } from "effect"
import { chatRequest } from "./support.ts"

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false

/** Fails to compile unless both types are the same. */
const same = <A, B>(equal: Equal<A, B>): void => assert.isTrue(equal)

const item = Schema.Struct({ review: Schema.String, at: Schema.Date, note: Schema.Option(Schema.BigInt) })
interface Item {
  readonly review: string
  readonly at: Date
  readonly note: Option.Option<bigint>
}

describe("the types of a definition", () => {
  it("are those of the schemas where the answer is an object", () => {
    const batch = Batch.make({
      name: "a",
      item,
      request: (value) => {
        same<typeof value.at, Date>(true)
        same<typeof value.note, Option.Option<bigint>>(true)
        return { model: "m", messages: [{ role: "user", content: value.review }], temperature: 0.5 }
      },
      answer: Schema.Struct({ score: Schema.Int, at: Schema.Date })
    })
    const typed: Batch.Batch<Item, { readonly score: number; readonly at: Date }> = batch
    assert.strictEqual(typed.name, "a")
  })

  it("are those of the schemas where the answer is read", () => {
    const batch = Batch.make({
      name: "a",
      item,
      request: ({ review }) => ({ model: "m", messages: [{ role: "user", content: review }], n: 2 }),
      answer: Schema.Option(Schema.String),
      read: (response) => {
        same<typeof response, Completion.Response>(true)
        return response.choices.length > 1 ? Option.none() : Option.some(Completion.text(response))
      }
    })
    const typed: Batch.Batch<Item, Option.Option<string>> = batch
    const plain: Batch.Batch<string, string> = Batch.make({
      name: "b",
      item: Schema.String,
      request: chatRequest,
      answer: Schema.String,
      read: Completion.text
    })
    assert.deepStrictEqual([typed.name, plain.name], ["a", "b"])
  })

  it("follow from the endpoint", () => {
    const batch = Batch.forEndpoint(Endpoint.createEmbeddings, {
      name: "a",
      item,
      request: ({ review }) => ({ model: "m", input: [review], output_dimension: 3 }),
      answer: Schema.Array(Schema.Number),
      read: (response) => {
        same<typeof response, Embedding.Response>(true)
        return response.data.map(({ index }) => index ?? 0)
      }
    })
    const typed: Batch.Batch<Item, ReadonlyArray<number>> = batch
    const fim = Batch.forEndpoint(Endpoint.fim.complete, {
      name: "b",
      item: Schema.String,
      request: (prompt): CompletionRequest.Fim => ({ model: "m", prompt }),
      answer: Schema.String,
      read: Completion.text
    })
    const any: ReadonlyArray<Batch.Any> = [typed, fim]
    assert.strictEqual(any.length, 2)
  })

  it("refuse requests, answers and schemas that do not fit", () => {
    const answer = Schema.Struct({ score: Schema.Int })
    Batch.make({
      name: "a",
      item,
      answer,
      // @ts-expect-error: the response format is made from the answer
      request: () => ({ ...chatRequest("a"), response_format: { type: "json_object" } })
    })
    // @ts-expect-error: a request has messages
    Batch.make({ name: "a", item, answer, request: () => ({ model: "m" }) })
    // @ts-expect-error: an item has no `text`
    Batch.make({ name: "a", item, answer, request: ({ text }) => chatRequest(text) })
    // @ts-expect-error: a request is made at once
    Batch.make({ name: "a", item, answer, request: () => Promise.resolve(chatRequest("a")) })
    // @ts-expect-error: `read` returns a number, and the answer is an object
    Batch.make({ name: "a", item, answer, request: () => chatRequest("a"), read: () => 1 })
    Batch.forEndpoint(Endpoint.createEmbeddings, {
      name: "a",
      item,
      answer,
      // @ts-expect-error: a request for embeddings has an input
      request: () => ({ model: "m" }),
      read: () => ({ score: 1 })
    })
    const batch = Batch.make({ name: "a", item: Schema.String, request: chatRequest, answer })
    // @ts-expect-error: the items are texts
    const other: Batch.Batch<number, { readonly score: number }> = batch
    assert.isDefined(other)
  })
})
