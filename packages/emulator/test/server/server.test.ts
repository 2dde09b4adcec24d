import * as Chat from "@effect-mistral/chat/Chat"
import type * as Completion from "@effect-mistral/core/Completion"
import * as Endpoint from "@effect-mistral/core/Endpoint"
import * as MistralClient from "@effect-mistral/core/MistralClient"
import * as Model from "@effect-mistral/core/Model"
import { Emulator } from "@effect-mistral/emulator"
import { ChatCompletionEvents } from "@effect-mistral/observability"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { connect } from "node:net"
import { networkInterfaces } from "node:os"
import { ask, instant, local, post, raw, settled } from "../support.ts"

describe("server", () => {
  it.effect("lists its models, and gives each by any of its names", () =>
    Effect.gen(function*() {
      const client = yield* MistralClient.MistralClient
      const models = Model.models(yield* client.request(Endpoint.listModels, undefined))
      const ids = models.map((model) => model.id)
      for (const id of ["mistral-small-latest", "codestral-latest", "mistral-embed"]) assert.include(ids, id)
      const alias = models[0]?.aliases?.[0] ?? ""
      const one = yield* client.request(Endpoint.fetchModel, undefined, { params: { model_id: alias } })
      assert.deepStrictEqual(one, models.find(({ id }) => id === alias))
      assert.strictEqual(one.name, models[0]?.name)
      assert.strictEqual((yield* raw("/v1/models/nothing")).status, 404)
    }).pipe(Effect.provide(local())))

  it.effect("answers without /v1 too", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* raw("/models")).text, (yield* raw("/v1/models")).text)
      assert.strictEqual((yield* raw("/models/mistral-embed")).status, 200)
      const answer = yield* raw("/chat/completions", { method: "POST", body: JSON.stringify(ask("Hi")) })
      assert.strictEqual(answer.status, 200)
    }).pipe(Effect.provide(local())))

  it.effect("names every answer and counts what is left, errors too", () =>
    Effect.gen(function*() {
      const first = yield* post(ask("Hi"))
      const second = yield* raw("/nothing")
      for (const { headers } of [first, second]) {
        assert.match(headers.get("mistral-correlation-id") ?? "", /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-/)
        assert.strictEqual(headers.get("x-kong-request-id"), headers.get("mistral-correlation-id"))
        assert.strictEqual(headers.get("x-ratelimit-limit-req-minute"), "720")
      }
      assert.notStrictEqual(
        first.headers.get("mistral-correlation-id"),
        second.headers.get("mistral-correlation-id")
      )
      const { total_tokens } = (first.json as Completion.Response).usage ?? { total_tokens: 0 }
      assert.strictEqual(first.headers.get("x-ratelimit-tokens-query-cost"), String(total_tokens))
    }).pipe(Effect.provide(local())))

  it.effect("streams as an event stream that ends with [DONE]", () =>
    Effect.gen(function*() {
      const answer = yield* post({ ...ask("Hi"), stream: true })
      assert.strictEqual(answer.headers.get("content-type"), "text/event-stream; charset=utf-8")
      assert.isTrue(answer.text.endsWith("\n\ndata: [DONE]\n\n"))
      assert.isTrue(answer.text.split("\n\n").slice(0, -1).every((event) => event.startsWith("data: ")))
    }).pipe(Effect.provide(local())))

  it.effect("remembers what it saw, newest last and without the key", () =>
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      yield* Chat.complete(ask("Hi"))
      yield* raw("/v1/nothing?a=1", { method: "POST", body: "no JSON" })
      const [first, second] = yield* emulator.requests
      assert.strictEqual(first?.method, "POST")
      assert.strictEqual(first?.path, "/v1/chat/completions")
      assert.strictEqual(first?.headers["authorization"], "<redacted>")
      assert.strictEqual(first?.headers["content-type"], "application/json")
      assert.deepInclude(first?.body, ask("Hi"))
      assert.strictEqual(second?.path, "/v1/nothing?a=1")
      assert.strictEqual(second?.body, "no JSON")
      assert.notInclude(JSON.stringify(yield* emulator.requests), "emulator-key")
    }).pipe(Effect.provide(local())))

  it.live("stops when the reader of a stream goes away", () =>
    Effect.gen(function*() {
      const read = yield* Stream.runCollect(Stream.take(Chat.stream(ask("Tell me about fog")), 3))
      assert.strictEqual(read.length, 3)
      yield* settled
    }).pipe(Effect.provide(local({ timeToFirstToken: 0, tokensPerSecond: 20 })), Effect.timeout("5 seconds")))

  it.live("stops when the one who waits for a whole answer goes away", () =>
    Effect.gen(function*() {
      const { active } = yield* Emulator.Emulator
      const waiting = yield* Effect.forkChild(Chat.complete(ask("Tell me about fog")))
      yield* active.pipe(Effect.repeat({ until: (count) => count === 1, schedule: Schedule.spaced("5 millis") }))
      yield* Fiber.interrupt(waiting)
      yield* settled
    }).pipe(Effect.provide(local({ timeToFirstToken: "1 hour" })), Effect.timeout("5 seconds")))

  it.live("stops when its scope closes, whatever it was still answering", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(local({ timeToFirstToken: 0, tokensPerSecond: 1 }), scope)
      const { active, url } = Context.get(context, Emulator.Emulator)
      const reading = yield* Chat.stream(ask("Tell me about fog")).pipe(
        Stream.runDrain,
        Effect.provideContext(context),
        Effect.flip,
        Effect.forkChild
      )
      yield* active.pipe(Effect.repeat({ until: (count) => count === 1, schedule: Schedule.spaced("5 millis") }))
      yield* Scope.close(scope, Exit.void)
      const error = yield* Fiber.join(reading)
      assert.include(["ConnectionLost", "ConnectionFailed"], error.reason._tag)
      assert.isDefined(yield* Effect.flip(Effect.tryPromise(() => fetch(url))))
    }).pipe(Effect.timeout("5 seconds")))

  it.live("keeps the pace it was given", () =>
    Effect.gen(function*() {
      const [took, chunks] = yield* Effect.timed(
        Stream.runCollect(Chat.stream(ask("Tell me about fog", { max_tokens: 20 })))
      )
      assert.strictEqual(chunks.length, 22)
      // 100 ms to the first token and 20 tokens at 100 a second; timers can only be late.
      assert.isAtLeast(Duration.toMillis(took), 295)
    }).pipe(Effect.provide(local({ timeToFirstToken: "100 millis", tokensPerSecond: 100 }))))

  it.effect("keeps real time under a test clock", () =>
    Effect.gen(function*() {
      const response = yield* Chat.complete(ask("Tell me about fog", { max_tokens: 1 }))
      assert.isAbove(response.created ?? 0, 1_700_000_000)
    }).pipe(Effect.provide(local({ timeToFirstToken: "5 millis", tokensPerSecond: 1000 }))))

  it.effect("lets the test's clock decide how fast it answers, if told so", () =>
    Effect.gen(function*() {
      const started = yield* Clock.currentTimeMillis
      const asking = yield* Effect.forkChild(
        post(ask("Tell me about fog", { max_tokens: 3, metadata: { a: "b" } }))
      )
      yield* soon.pipe(
        Effect.andThen(TestClock.adjust("1 second")),
        Effect.repeat({ until: () => asking.pollUnsafe() !== undefined })
      )
      const { status } = yield* Fiber.join(asking)
      assert.strictEqual(status, 200)
      const [event] = yield* Stream.runCollect(ChatCompletionEvents.searchAll({
        search_params: { filters: null },
        extra_fields: ["total_time_elapsed"]
      }))
      // 3600 seconds to the first token, and a second for each of three tokens.
      assert.deepStrictEqual(event?.extra_fields, { total_time_elapsed: 3603 })
      const created = Date.parse(event!.created_at)
      assert.isTrue(created >= started && created < (yield* Clock.currentTimeMillis) - 3_602_000)
    }).pipe(Effect.provide(local({ timeToFirstToken: "1 hour", tokensPerSecond: 1, clock: "context" }))))

  it.effect("listens on the loopback address only", () =>
    Effect.gen(function*() {
      const { port, url } = yield* Emulator.Emulator
      assert.strictEqual(url, `http://127.0.0.1:${port}`)
      assert.isTrue(yield* reachable("127.0.0.1", port))
      const others = Object.values(networkInterfaces()).flat().flatMap((one) =>
        one !== undefined && !one.internal && one.family === "IPv4" ? [one.address] : []
      )
      for (const address of others) assert.isFalse(yield* reachable(address, port))
      // Another loopback address has the same effect without a network.
      assert.isFalse(yield* reachable("127.0.0.2", port))
    }).pipe(Effect.provide(Emulator.layer(instant))))

  it.effect("two of them do not get in each other's way", () =>
    Effect.gen(function*() {
      const outer = yield* Emulator.Emulator
      const inner = yield* Effect.provide(Effect.andThen(raw("/v1/models"), Emulator.Emulator), Emulator.layer(instant))
      assert.notStrictEqual(inner.port, outer.port)
      assert.strictEqual((yield* inner.requests).length, 1)
      assert.strictEqual((yield* outer.requests).length, 0)
    }).pipe(Effect.provide(Emulator.layer(instant))))

  it.effect("fails to start where the port is taken", () =>
    Effect.gen(function*() {
      const { port } = yield* Emulator.Emulator
      const error = yield* Effect.flip(
        Effect.provide(Emulator.Emulator, Emulator.layer({ ...instant, port }))
      )
      assert.strictEqual(error._tag, "ServeError")
    }).pipe(Effect.provide(Emulator.layer(instant))))
})

/** Whether a connection to an address is accepted. */
const reachable = (host: string, port: number): Effect.Effect<boolean> =>
  Effect.callback<boolean>((resume) => {
    const socket = connect({ host, port })
    const end = (open: boolean) => {
      socket.destroy()
      resume(Effect.succeed(open))
    }
    socket.once("connect", () => end(true))
    socket.once("error", () => end(false))
  })

/** Lets received bytes be read first. */
const soon = Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))
