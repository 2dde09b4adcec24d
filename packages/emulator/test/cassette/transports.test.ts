import * as Chat from "@effect-mistral/chat/Chat"
import * as MistralClient from "@effect-mistral/core/MistralClient"
import * as RetryPolicy from "@effect-mistral/core/RetryPolicy"
import { Cassette, Emulator } from "@effect-mistral/emulator"
import * as UndiciHttpClient from "@effect-mistral/node/UndiciHttpClient"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { ask, instant } from "../support.ts"
import { everythingIn, temporary } from "./cassetteSupport.ts"

const transports: ReadonlyArray<readonly [name: string, layer: Layer.Layer<HttpClient.HttpClient>]> = [
  ["fetch", FetchHttpClient.layer],
  ["undici", UndiciHttpClient.layer]
]

/** The real client over an `HttpClient`, with the emulator's URL. */
const chat = <E, R>(http: Layer.Layer<HttpClient.HttpClient, E, R>) =>
  Chat.layer.pipe(
    Layer.provide(Layer.unwrap(Effect.map(
      Emulator.Emulator,
      ({ apiKey, url }) => MistralClient.layer({ apiKey, baseUrl: url, retry: RetryPolicy.none })
    ))),
    Layer.provide(http)
  )

const session = Effect.gen(function*() {
  const whole = yield* Chat.complete(ask("Tell me about fog"))
  const chunks = yield* Stream.runCollect(Chat.stream(ask("Tell me about fog")))
  const refused = yield* Effect.flip(Chat.complete(ask("Hi", { model: "nothing" })))
  return { whole, chunks, refused: refused.message }
})

for (const [name, transport] of transports) {
  describe(`cassettes over ${name}`, () => {
    it.effect("hold what the transport gave, and give it again without one", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const emulator = yield* Emulator.Emulator
        const recorder = Layer.provide(Cassette.layerRecord(directory), transport)
        const recorded = yield* Effect.provide(session, chat(recorder))
        assert.include(recorded.refused, "Invalid model: nothing")
        assert.strictEqual((yield* emulator.requests)[0]?.headers["accept-encoding"], "identity")
        const replayed = yield* Effect.provide(session, chat(Cassette.layerReplay(directory, { speed: 0 })))
        assert.deepStrictEqual(replayed, recorded)
        assert.strictEqual((yield* emulator.requests).length, 3)
        assert.notInclude(yield* everythingIn(directory), "emulator-key")
      }).pipe(Effect.provide([Emulator.layer(instant), NodeFileSystem.layer])))

    it.live("let go of a connection that the reader gives up", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const { active } = yield* Emulator.Emulator
        const some = Stream.runCollect(Stream.take(Chat.stream(ask("Tell me about fog")), 3))
        const recorder = Layer.provide(Cassette.layerRecord(directory), transport)
        yield* Effect.gen(function*() {
          assert.strictEqual((yield* some).length, 3)
          yield* active.pipe(Effect.repeat({ until: (count) => count === 0, schedule: Schedule.spaced("5 millis") }))
          const [filed] = yield* Cassette.read(directory)
          assert.strictEqual(filed?.cassette.response.end.how, "left")
        }).pipe(Effect.provide(chat(recorder)))
        // The bytes that were read can be replayed.
        assert.strictEqual((yield* Effect.provide(some, chat(Cassette.layerReplay(directory)))).length, 3)
      }).pipe(
        Effect.provide([Emulator.layer({ timeToFirstToken: 0, tokensPerSecond: 50 }), NodeFileSystem.layer]),
        Effect.timeout("5 seconds")
      ))
  })
}
