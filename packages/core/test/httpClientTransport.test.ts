/** The transport over any `HttpClient`: the request it sends, and when it interrupts, closes or fails. */
import { Endpoint, MistralClient, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Layer, Stream } from "effect"
import { HttpClient, type HttpClientRequest, HttpClientResponse } from "effect/http"
import { complete, stream } from "./fixtures/completions.ts"
import { promptly } from "./fixtures/promptly.ts"
import { settle } from "./fixtures/scriptedServer.ts"

describe("MistralClient", () => {
  it.effect("keeps the answer of a client that was told to fail on an error status", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(complete(request))
      assert.isTrue(error.reason._tag === "NotFound" && error.reason.serverMessage === "no such thing")
    }).pipe(Effect.provide(
      MistralClient.layer({ retry: RetryPolicy.none, transformClient: HttpClient.filterStatusOk }).pipe(
        Layer.provide(ScriptedHttpClient.layer([ScriptedHttpClient.json({ detail: "no such thing" }, { status: 404 })]))
      )
    )))
})

describe("a call over any HttpClient", () => {
  it.effect("gives the client JSON as text where the endpoint has a body, and no body where it has none", () =>
    Effect.gen(function*() {
      const requests: Array<HttpClientRequest.HttpClientRequest> = []
      const layer = over((request) =>
        Effect.sync(() => {
          requests.push(request)
          return respond(request, Response.json(TestCompletion.response("Hi")))
        })
      )
      yield* Effect.exit(complete(request)).pipe(Effect.provide(layer))
      yield* MistralClient.MistralClient.use((client) => client.request(Endpoint.listModels, undefined)).pipe(
        Effect.exit,
        Effect.provide(layer)
      )
      const [post, get] = requests
      assert.deepStrictEqual([post?.method, get?.method], ["POST", "GET"])
      assert.isTrue(post?.body._tag === "Uint8Array" && post.body.contentType === "application/json")
      if (post?.body._tag !== "Uint8Array") return
      assert.deepStrictEqual(JSON.parse(new TextDecoder().decode(post.body.body)), { ...request, stream: false })
      assert.strictEqual(post.headers["content-type"], "application/json")
      assert.strictEqual(get?.body._tag, "Empty")
      assert.isUndefined(get?.headers["content-type"])
    }))

  it.effect("interrupts the client's request where it is interrupted before the head of the response", () =>
    Effect.gen(function*() {
      const outcomes: Array<string> = []
      const layer = over(() => Effect.onExit(Effect.never, (exit) => Effect.sync(() => outcomes.push(exit._tag))))
      const fiber = yield* Effect.forkChild(Effect.provide(complete(request), layer), { startImmediately: true })
      yield* settle
      assert.deepStrictEqual(outcomes, [])
      yield* promptly(Fiber.interrupt(fiber), "the interruption")
      yield* settle
      assert.deepStrictEqual(outcomes, ["Failure"])
    }))

  it.effect("aborts the client's request where its stream is not read to the end", () =>
    Effect.gen(function*() {
      const signals: Array<AbortSignal> = []
      const layer = over((request, _, signal) =>
        Effect.sync(() => {
          signals.push(signal)
          return respond(request, new Response(endless(), { headers: { "content-type": "text/event-stream" } }))
        })
      )
      yield* promptly(Stream.runDrain(Stream.take(stream(request), 1)).pipe(Effect.provide(layer)))
      assert.deepStrictEqual(signals.map(({ aborted }) => aborted), [true])
    }))

  it.effect("dies where the client dies: a defect is not a failed connection", () =>
    Effect.gen(function*() {
      const exit = yield* promptly(
        Effect.exit(complete(request)).pipe(Effect.provide(over(() => Effect.die("broken"))))
      )
      assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause) && !Cause.hasFails(exit.cause))
    }))
})

const request = { model: "m", messages: [{ role: "user" as const, content: "Hi" }] }

const respond = HttpClientResponse.fromWeb

/** A body of events that never ends. */
const endless = (): ReadableStream<Uint8Array> => {
  const [chunk] = TestCompletion.chunks("Hi")
  const event = new TextEncoder().encode(`data: ${JSON.stringify(chunk)}\n\n`)
  return new ReadableStream({ pull: (controller) => controller.enqueue(event) }, { highWaterMark: 0 })
}

const over = (send: Parameters<typeof HttpClient.make>[0]) =>
  MistralClient.layer({ retry: RetryPolicy.none }).pipe(
    Layer.provide(Layer.succeed(HttpClient.HttpClient, HttpClient.make(send)))
  )
