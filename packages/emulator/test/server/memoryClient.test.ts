/** The emulator without a socket: the same responses, on the caller's clock. */
import * as Chat from "@effect-mistral/chat/Chat"
import * as Completion from "@effect-mistral/core/Completion"
import * as MistralClient from "@effect-mistral/core/MistralClient"
import * as RetryPolicy from "@effect-mistral/core/RetryPolicy"
import { Emulator, Fault } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { ask, instant, local, post } from "../support.ts"

describe("in memory", () => {
  it.effect("gives the answers that the server gives, whole and streamed", () =>
    Effect.gen(function*() {
      const request = ask("Who is the best French painter?", { n: 2 })
      const here = yield* Chat.complete(request)
      const there = (yield* Effect.provide(post(request), local())).json as Completion.Response
      assert.deepStrictEqual({ ...here, created: 0 }, { ...there, created: 0 })
      const chunks = yield* Stream.runCollect(Chat.stream(request))
      const folded = Completion.collect(Stream.fromIterable(chunks))
      assert.deepStrictEqual(Completion.text(yield* folded), Completion.text(here))
    }).pipe(Effect.provide(memory())))

  it.effect("speaks HTTP like the server: statuses, headers, the key, the requests seen", () =>
    Effect.gen(function*() {
      const { apiKey, port, requests } = yield* Emulator.Emulator
      const client = yield* HttpClient.HttpClient
      const models = HttpClientRequest.get("https://api.mistral.ai/v1/models?page=2")
      assert.strictEqual((yield* client.execute(models)).status, 401)
      const response = yield* client.execute(HttpClientRequest.bearerToken(models, apiKey))
      assert.strictEqual(response.status, 200)
      assert.strictEqual(response.headers["content-type"], "application/json")
      assert.match(response.headers["mistral-correlation-id"] ?? "", /^[0-9a-f-]{36}$/)
      assert.isAbove(Number(response.headers["x-ratelimit-remaining-req-minute"]), 0)
      assert.deepInclude(yield* response.json, { object: "list" })
      assert.strictEqual((yield* client.get("http://anything.invalid/nothing")).status, 404)
      assert.deepStrictEqual((yield* requests).map(({ method, path }) => `${method} ${path}`), [
        "GET /v1/models",
        "GET /v1/models?page=2",
        "GET /nothing"
      ])
      assert.notInclude(JSON.stringify(yield* requests), Redacted.value(apiKey))
      assert.strictEqual(port, 0)
    }).pipe(Effect.provide(memory())))

  it.effect("opens no socket", () =>
    Effect.gen(function*() {
      const handles = () => process.getActiveResourcesInfo().filter((name) => /tcp|pipe connect/i.test(name))
      const before = handles()
      yield* Stream.runForEach(
        Chat.stream(ask("Hi")),
        () => Effect.sync(() => assert.deepStrictEqual(handles(), before))
      )
    }).pipe(Effect.provide(memory())))

  it.effect("writes a stream at its pace by the test's clock", () =>
    Effect.gen(function*() {
      const { active } = yield* Emulator.Emulator
      let chunks = 0
      const reading = yield* Effect.forkChild(
        Stream.runForEach(
          Chat.stream(ask("Tell me about fog", { max_tokens: 20 })),
          () => Effect.sync(() => chunks += 1)
        )
      )
      const seen: Array<number> = []
      for (const wait of ["9 seconds", "1 second", "1 second", "500 millis", "500 millis", "8 seconds"] as const) {
        yield* TestClock.adjust(wait)
        seen.push(chunks)
      }
      // The role comes with the first token's time of 10 seconds, then one token a second.
      assert.deepStrictEqual(seen, [0, 1, 2, 2, 3, 11])
      assert.strictEqual(yield* active, 1)
      yield* TestClock.adjust("1 hour")
      yield* Fiber.join(reading)
      assert.strictEqual(chunks, 22)
      assert.strictEqual(yield* active, 0)
    }).pipe(Effect.provide(memory(slow))))

  it.effect("takes as long for a whole answer as for its stream", () =>
    Effect.gen(function*() {
      const waiting = yield* Effect.forkChild(Chat.complete(ask("Tell me about fog", { max_tokens: 20 })))
      yield* TestClock.adjust("29999 millis")
      assert.isUndefined(waiting.pollUnsafe())
      yield* TestClock.adjust("1 milli")
      const response = yield* Fiber.join(waiting)
      assert.strictEqual(response.usage?.completion_tokens, 20)
      // The creation time is that of the request.
      assert.strictEqual(response.created, 0)
    }).pipe(Effect.provide(memory(slow))))

  it.effect("lets delays and stalls pass by the test's clock, and the client's limits with them", () =>
    Effect.gen(function*() {
      const { faults } = yield* Emulator.Emulator
      yield* faults.next(Fault.delay("1 hour"))
      const late = yield* Effect.forkChild(Chat.complete(ask("Hi"), { timeout: { firstByte: "2 hours" } }))
      yield* TestClock.adjust("59 minutes")
      assert.isUndefined(late.pollUnsafe())
      yield* TestClock.adjust("1 minute")
      assert.isTrue(Exit.isSuccess(yield* Fiber.await(late)))
      yield* faults.next(Fault.stall({ afterEvents: 3 }))
      const stalled = yield* Effect.forkChild(Effect.flip(
        Stream.runDrain(Chat.stream(ask("Hi"), { timeout: { idle: "1 day" } }))
      ))
      yield* TestClock.adjust(24 * 60 * 60 * 1000 - 1)
      assert.isUndefined(stalled.pollUnsafe())
      yield* TestClock.adjust("1 milli")
      const { reason } = yield* Fiber.join(stalled)
      assert.deepInclude(reason, { _tag: "Timeout", phase: "idle", chunks: 3 })
      yield* faults.next(Fault.refuse("1 minute"))
      assert.strictEqual((yield* Effect.flip(Chat.complete(ask("Hi")))).reason._tag, "ConnectionFailed")
      yield* TestClock.adjust("59 seconds")
      assert.include((yield* Effect.flip(Chat.complete(ask("Hi")))).message, "ECONNREFUSED")
      yield* TestClock.adjust("1 second")
      yield* Chat.complete(ask("Hi"))
    }).pipe(Effect.provide(memory())))

  it.effect("cuts and errors come with the last event before them, not with the next", () =>
    Effect.gen(function*() {
      const { faults } = yield* Emulator.Emulator
      // The second event is the first token's, after 11 seconds.
      for (const fault of [Fault.cut({ afterEvents: 2 }), Fault.errorEvent({ afterEvents: 2 })]) {
        yield* faults.next(fault)
        const broken = yield* Effect.forkChild(Effect.exit(Stream.runDrain(Chat.stream(ask("Tell me about fog")))))
        yield* TestClock.adjust("10999 millis")
        assert.isUndefined(broken.pollUnsafe())
        yield* TestClock.adjust("1 milli")
        assert.isTrue(Exit.isFailure(yield* Fiber.join(broken)))
      }
    }).pipe(Effect.provide(memory(slow))))

  it.effect("counts what is being answered, and stops when the reader goes away", () =>
    Effect.gen(function*() {
      const { active } = yield* Emulator.Emulator
      const read = yield* Effect.forkChild(
        Stream.runCollect(Stream.take(Chat.stream(ask("Tell me about fog")), 3))
      )
      const waiting = yield* Effect.forkChild(Chat.complete(ask("Tell me about fog")))
      yield* TestClock.adjust("11 seconds")
      assert.strictEqual(yield* active, 2)
      yield* Fiber.interrupt(waiting)
      assert.strictEqual(yield* active, 1)
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual((yield* Fiber.join(read)).length, 3)
      assert.strictEqual(yield* active, 0)
    }).pipe(Effect.provide(memory(slow))))

  it.effect("is done with an answer that nobody reads when its request is", () =>
    Effect.gen(function*() {
      const { active, apiKey } = yield* Emulator.Emulator
      const client = HttpClient.withScope(yield* HttpClient.HttpClient)
      const scope = yield* Scope.make()
      const request = HttpClientRequest.post("http://emulator.invalid/v1/chat/completions").pipe(
        HttpClientRequest.bearerToken(apiKey),
        HttpClientRequest.bodyJsonUnsafe({ ...ask("Hi"), stream: true })
      )
      const response = yield* Scope.provide(client.execute(request), scope)
      assert.strictEqual(response.status, 200)
      assert.strictEqual(yield* active, 1)
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(yield* active, 0)
    }).pipe(Effect.provide(memory())))

  it.effect("two of them do not get in each other's way", () =>
    Effect.gen(function*() {
      const outer = yield* Emulator.Emulator
      const layer = Emulator.layerMemory(instant)
      const use = Effect.gen(function*() {
        yield* HttpClient.get("http://emulator.invalid/v1/models")
        return yield* (yield* Emulator.Emulator).requests
      })
      assert.strictEqual((yield* Effect.provide(use, layer)).length, 1)
      assert.strictEqual((yield* Effect.provide(use, layer)).length, 1)
      assert.strictEqual((yield* outer.requests).length, 0)
    }).pipe(Effect.provide(memory())))
})

/** The first token after ten seconds, then one token a second. */
const slow = { timeToFirstToken: "10 seconds", tokensPerSecond: 1 } satisfies Emulator.Options

/** The real client over an emulator in memory. It needs no base URL. */
const memory = (options: Emulator.Options = instant) =>
  Layer.provideMerge(
    Layer.provideMerge(
      Chat.layer,
      MistralClient.layer({ apiKey: Redacted.make("emulator-key"), retry: RetryPolicy.none })
    ),
    Emulator.layerMemory(options)
  )
