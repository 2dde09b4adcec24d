import * as Chat from "@effect-mistral/chat/Chat"
import type * as Completion from "@effect-mistral/core/Completion"
import * as MistralClient from "@effect-mistral/core/MistralClient"
import { Cassette } from "@effect-mistral/emulator"
import * as ScriptedHttpClient from "@effect-mistral/testing/ScriptedHttpClient"
import * as TestCompletion from "@effect-mistral/testing/TestCompletion"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { ask } from "../support.ts"
import { temporary } from "./cassetteSupport.ts"

const { sse } = ScriptedHttpClient

/** The real client over an `HttpClient`. */
export const chatOver = <E, R>(http: Layer.Layer<HttpClient.HttpClient, E, R>) =>
  Chat.layer.pipe(
    Layer.provide(MistralClient.layer({ apiKey: Redacted.make("a-key-of-a-test-1234") })),
    Layer.provide(http)
  )

/** Records the responses of a scripted `HttpClient`. */
export const recording = (
  directory: string,
  script: Parameters<typeof ScriptedHttpClient.layer>[0],
  options?: Cassette.RecordOptions
) => Layer.provide(Cassette.layerRecord(directory, options), ScriptedHttpClient.layer(script))

/** Sends requests with the `HttpClient` of the environment, and reads each response to its end. */
export const asking = (...requests: ReadonlyArray<HttpClientRequest.HttpClientRequest>) =>
  Effect.forEach(requests, (request) =>
    HttpClient.execute(request).pipe(
      Effect.flatMap((response) => Effect.map(response.text, (text) => ({ status: response.status, text })))
    ))

export const request = (path: string, body?: string, method: "GET" | "POST" = body === undefined ? "GET" : "POST") => {
  const request = HttpClientRequest.make(method)(`https://api.mistral.ai${path}`)
  return body === undefined ? request : HttpClientRequest.bodyText(request, body, "application/json")
}

export const texts = (answers: ReadonlyArray<{ readonly text: string }>) => answers.map(({ text }) => text)

export const chunks = TestCompletion.chunks("Claude Monet painted")

/** Runs an effect while the clock is adjusted by a duration. */
export const after = <A, E, R>(time: Duration.Input, effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Effect.forkChild(effect), (fiber) => Effect.andThen(TestClock.adjust(time), Fiber.join(fiber)))

/** A directory with a recorded stream: the first piece after 30 ms, then one every 10 ms. */
export const recordedStream = Effect.gen(function*() {
  const directory = yield* temporary
  yield* Effect.provide(
    after("1 second", Stream.runDrain(Chat.stream(ask("Who?")))),
    chatOver(recording(directory, [sse(chunks, { delay: "30 millis", pause: "10 millis" })]))
  )
  return directory
})

/** The number of chunks that have arrived after each step of the clock. */
export const readingUnderTheClock = Effect.fnUntraced(function*(steps: ReadonlyArray<"5 millis" | "10 millis">) {
  const seen: Array<Completion.Chunk> = []
  const fiber = yield* Effect.forkChild(
    Stream.runForEach(Chat.stream(ask("Who?")), (chunk) => Effect.sync(() => void seen.push(chunk)))
  )
  const counts = yield* Effect.forEach(steps, (step) => Effect.map(TestClock.adjust(step), () => seen.length))
  yield* Fiber.interrupt(fiber)
  return counts
})
