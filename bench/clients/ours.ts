import * as Chat from "@effect-mistral/chat/Chat"
import type * as Completion from "@effect-mistral/core/Completion"
import * as MistralClient from "@effect-mistral/core/MistralClient"
import type { MistralError } from "@effect-mistral/core/MistralError"
import * as Effect from "effect/Effect"
import type { HttpClient } from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { apiKey, type Chunk, type Client, messages, touch } from "./Client.ts"
import { perServer } from "./perServer.ts"

type Chunks = Stream.Stream<Completion.Chunk, MistralError, Chat.Chat>
type Consume = (onText: (text: string) => void) => (chunks: Chunks) => Effect.Effect<void, MistralError, Chat.Chat>

/** Reads the chunks in the arrays in which they arrive. */
const inArrays: Consume = (onText) =>
  Stream.runForEachArray((chunks) =>
    Effect.sync(() => {
      // The cast is safe: the loopback server only sends text and fragments of arguments.
      for (const chunk of chunks) touch(chunk as Chunk, onText)
    })
  )

/** Runs one effect per chunk, as most programs do. */
export const oneByOne: Consume = (onText) =>
  Stream.runForEach((chunk) => Effect.sync(() => touch(chunk as Chunk, onText)))

/** This library over a layer that provides the `HttpClient`. */
export const ours = (name: string, http: Layer.Layer<HttpClient>, consume: Consume = inArrays): Client => {
  const runtime = perServer((baseUrl) =>
    ManagedRuntime.make(Chat.layer.pipe(
      Layer.provide(MistralClient.layer({ apiKey: Redacted.make(apiKey), baseUrl })),
      Layer.provide(http)
    ))
  )
  return {
    name,
    validates: "every chunk (Schema)",
    stream: (baseUrl, model, onText) => runtime(baseUrl).runPromise(consume(onText)(Chat.stream({ model, messages }))),
    complete: (baseUrl, model) =>
      runtime(baseUrl).runPromise(Effect.map(
        Chat.complete({ model, messages }),
        // The cast is safe: the loopback server responds with a text.
        (response) => (response.choices[0]!.message!.content as string).length
      ))
  }
}
