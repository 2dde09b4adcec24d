/**
 * The types of requests follow from the endpoint. What is refused here fails to compile.
 */
import { BatchInput, type BatchJob } from "@effect-mistral/batch"
import { type CompletionRequest, type Embedding, Endpoint } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Context, Data, Effect, type FileSystem, type PlatformError, type Scope, Stream } from "effect"

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false

/** Fails to compile unless both types are the same. */
const same = <A, B>(equal: Equal<A, B>): void => assert.isTrue(equal)

class Lost extends Data.TaggedError("Lost")<{}> {}
class Rows extends Context.Service<Rows, Stream.Stream<string, Lost>>()("Rows") {}

const messages = [{ role: "user", content: "Hi" }] as const

describe("the types of a batch", () => {
  it("leave a model and an agent to the job, and require the rest", () => {
    const { complete } = Endpoint.chat
    const valid = BatchInput.files({
      endpoint: complete,
      model: "m",
      requests: [{ custom_id: "a", request: { messages } }]
    })
    assert.isTrue(Effect.isEffect(valid))
    BatchInput.files({
      endpoint: Endpoint.agents.complete,
      agent_id: "ag",
      requests: [{ custom_id: "a", request: { messages } }]
    })
    BatchInput.files({
      endpoint: complete,
      requests: [
        // @ts-expect-error: a request has messages
        { custom_id: "a", request: { model: "m" } }
      ]
    })
    BatchInput.files({
      endpoint: complete,
      requests: [
        // @ts-expect-error: `temprature` is no key of a request
        { custom_id: "a", request: { model: "m", messages, temprature: 1 } }
      ]
    })
    BatchInput.files({
      endpoint: complete,
      requests: [
        // @ts-expect-error: a model is a text
        { custom_id: "a", request: { model: 5, messages } }
      ]
    })
    BatchInput.files({
      endpoint: complete,
      requests: [
        // @ts-expect-error: an id is a text
        { custom_id: 1, request: { model: "m", messages } }
      ]
    })
    BatchInput.files({
      endpoint: Endpoint.createEmbeddings,
      requests: [
        // @ts-expect-error: embeddings have no messages
        { custom_id: "a", request: { model: "m", messages } }
      ]
    })
    // @ts-expect-error: a batch has whole responses
    BatchInput.files({ endpoint: Endpoint.chat.stream, requests: [] })
    // @ts-expect-error: models are listed without a request
    BatchInput.files({ endpoint: Endpoint.listModels, requests: [] })
  })

  it("hold for requests that a stream makes", () => {
    const rows = Stream.make("x", "y")
    const made = BatchInput.files({
      endpoint: Endpoint.chat.complete,
      model: "m",
      requests: Stream.map(rows, (content) => ({
        custom_id: content,
        request: { messages: [{ role: "user", content }], temperature: 0 }
      }))
    })
    assert.isTrue(Effect.isEffect(made))
    BatchInput.files({
      endpoint: Endpoint.chat.complete,
      requests: Stream.map(rows, (content): BatchInput.Entry<CompletionRequest.Chat> => ({
        custom_id: content,
        // @ts-expect-error: `temprature` is no key of a request
        request: { model: "m", messages: [{ role: "user", content }], temprature: 0 }
      }))
    })
    BatchInput.files({
      endpoint: Endpoint.chat.complete,
      // @ts-expect-error: a message has a role that is known
      requests: Stream.map(rows, (content) => ({
        custom_id: content,
        request: { model: "m", messages: [{ role: "usr", content }] }
      }))
    })
  })

  it("keep the errors and the services of the source", () => {
    const requests = Stream.unwrap(
      Effect.map(
        Rows,
        (rows) =>
          Stream.map(rows, (input): BatchInput.Entry<Embedding.Request> => ({ custom_id: input, request: { input } }))
      )
    )
    const options = { endpoint: Endpoint.createEmbeddings, model: "m", requests }

    const files = BatchInput.files(options)
    same<Effect.Error<typeof files>, BatchInput.InvalidInput | BatchInput.EmptyInput | Lost>(true)
    same<Effect.Services<typeof files>, Rows>(true)
    same<Effect.Success<typeof files>, ReadonlyArray<BatchInput.InputFile<Lost | BatchInput.ChangedInput, Rows>>>(true)

    const onDisk = BatchInput.filesOnDisk(options)
    same<
      Effect.Error<typeof onDisk>,
      BatchInput.InvalidInput | BatchInput.EmptyInput | PlatformError.PlatformError | Lost
    >(true)
    same<Effect.Services<typeof onDisk>, Rows | FileSystem.FileSystem | Scope.Scope>(true)
    same<Effect.Success<typeof onDisk>, ReadonlyArray<BatchInput.InputFile<PlatformError.PlatformError>>>(true)

    const inline = BatchInput.inline(options)
    same<Effect.Error<typeof inline>, BatchInput.InvalidInput | BatchInput.EmptyInput | Lost>(true)
    same<Effect.Success<typeof inline>, ReadonlyArray<BatchJob.InlineRequest>>(true)
  })
})
