/** The direct transport of `UndiciHttpClient`, over a dispatcher of the program's own. */
import { Chat } from "@effect-mistral/chat"
import { Completion, DirectTransport, MistralClient, RetryPolicy } from "@effect-mistral/core"
import { UndiciHttpClient } from "@effect-mistral/node"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import Undici, { type Dispatcher } from "@effect/platform-node/Undici"
import { assert, describe, it, vi } from "@effect/vitest"
import { Context, Duration, Effect, Layer, Redacted, Stream } from "effect"
import { HttpClient } from "effect/http"

// A test that waits for something that never comes fails after two seconds.
vi.setConfig({ testTimeout: 2_000 })

describe("UndiciHttpClient asked by callback", () => {
  it.effect("goes through the dispatcher it was given, whole and streamed", () =>
    Effect.gen(function*() {
      const agent = mock()
      agent.get(origin).intercept({ path, method: "POST", headers: { authorization: "Bearer key" } }).reply(
        200,
        ["a", "b"].map((content) => `data: ${JSON.stringify(chunk(content))}\n\n`).join("") + "data: [DONE]\n\n",
        { headers: { "content-type": "text/event-stream" } }
      )
      agent.get(origin).intercept({ path, method: "POST" }).reply(429, { message: "slowly" }, {
        headers: { "retry-after": "3", "mistral-correlation-id": ["a", "b"] }
      })
      const text = yield* Stream.runFold(
        Chat.stream(request),
        () => "",
        (text, chunk) => text + Completion.chunkText(chunk)
      ).pipe(Effect.provide(services(agent)))
      assert.strictEqual(text, "ab")
      const { reason, requestId, retryAfter } = yield* Effect.flip(Chat.complete(request)).pipe(
        Effect.provide(services(agent))
      )
      assert.isTrue(reason._tag === "RateLimited" && reason.serverMessage === "slowly")
      assert.deepStrictEqual(retryAfter, Duration.seconds(3))
      assert.strictEqual(requestId, "a, b")
      agent.assertNoPendingInterceptors()
    }))

  it.effect("says what a dispatcher failed with, without the key", () =>
    Effect.gen(function*() {
      const agent = mock()
      agent.get(origin).intercept({ path, method: "POST" }).replyWithError(new Error("refused the key"))
      const { reason } = yield* Effect.flip(Chat.complete(request)).pipe(Effect.provide(services(agent)))
      assert.isTrue(reason._tag === "ConnectionFailed" && reason.description === "refused the <redacted>")
    }))

  it.effect("tells of an address that is none, and can be given up then", () =>
    Effect.gen(function*() {
      const told: Array<unknown> = []
      const direct = DirectTransport.get(yield* HttpClient.HttpClient)
      const giveUp = direct?.send({ method: "GET", url: "no address", headers: {}, body: undefined }, {
        context: Context.empty(),
        onResponse: () => told.push("a response"),
        onError: (error) => told.push(error)
      })
      assert.lengthOf(told, 1)
      assert.instanceOf(told[0], TypeError)
      giveUp?.()
    }).pipe(Effect.provide(UndiciHttpClient.layer)))
})

const origin = "http://mistral.test"

const path = "/v1/chat/completions"

const request = { model: "m", messages: [{ role: "user" as const, content: "Hi" }] }

const chunk = (content: string): Completion.Chunk => ({
  id: "1",
  model: "m",
  choices: [{ index: 0, delta: { content }, finish_reason: null }]
})

const mock = () => {
  const agent = new Undici.MockAgent()
  agent.disableNetConnect()
  return agent
}

const services = (dispatcher: Dispatcher) =>
  Chat.layer.pipe(
    Layer.provide(MistralClient.layer({ apiKey: Redacted.make("key"), baseUrl: origin, retry: RetryPolicy.none })),
    Layer.provide(UndiciHttpClient.layerNoDispatcher),
    Layer.provide(Layer.succeed(NodeHttpClient.Dispatcher, dispatcher))
  )
