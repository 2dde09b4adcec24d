import * as Chat from "@effect-mistral/chat/Chat"
import * as MistralClient from "@effect-mistral/core/MistralClient"
import { Emulator, Fault } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { ask, local, post, postTo, raw, settled } from "../support.ts"

describe("the log of requests", () => {
  it.effect("has the status, the model and the tokens of a whole answer and of a stream", () =>
    Effect.gen(function*() {
      const whole = yield* Chat.complete(ask("Hi"))
      yield* Stream.runDrain(Chat.stream(ask("Hi")))
      yield* settled
      const { requests } = yield* Emulator.Emulator
      const seen = yield* requests
      assert.strictEqual(seen.length, 2)
      const { completion_tokens, prompt_tokens } = whole.usage!
      for (const one of seen) {
        assert.strictEqual(one.status, 200)
        assert.strictEqual(one.model, "mistral-small-latest")
        assert.deepStrictEqual(one.tokens, { prompt: prompt_tokens, completion: completion_tokens })
        assert.isAtLeast(one.firstByte!, 0)
        assert.isAtLeast(one.took!, one.firstByte!)
        assert.isUndefined(one.refusal)
        assert.isUndefined(one.interrupted)
      }
    }).pipe(Effect.provide(local())))

  it.effect("has the tokens of embeddings, which complete nothing", () =>
    Effect.gen(function*() {
      yield* postTo("/v1/embeddings")({ model: "mistral-embed", input: Array.from({ length: 200 }, () => "fog") })
      const [seen] = yield* (yield* Emulator.Emulator).requests
      assert.strictEqual(seen?.model, "mistral-embed")
      assert.isAbove(seen!.tokens!.prompt, 0)
      assert.strictEqual(seen!.tokens!.completion, 0)
    }).pipe(Effect.provide(local())))

  it.effect("says why a request was refused by places and kinds, without values", () =>
    Effect.gen(function*() {
      const { requests } = yield* Emulator.Emulator
      yield* post({ ...ask("Hi"), seed: "secret" })
      yield* post({ ...ask("Hi"), temperature: "secret", top_p: "secret", n: "secret", max_tokens: "secret" })
      yield* post({ ...ask("Hi"), "secret \u001b[31m": 1 })
      yield* post({ ...ask("Hi"), model: "secret" })
      yield* post({ model: "mistral-small-latest", messages: [] })
      yield* raw("/v1/secret")
      yield* raw("/v1/observability/chat-completion-events/secret")
      yield* settled
      const refusals = (yield* requests).map(({ refusal }) => refusal)
      assert.deepStrictEqual(refusals.slice(0, 4), [
        "422 body.seed: extra_forbidden",
        "422 body.n: int_type, body.temperature: float_type, body.top_p: float_type and 1 more",
        "422 body.*: extra_forbidden",
        "400 1500 invalid_model"
      ])
      assert.match(refusals[4]!, /^4\d\d \d+ \w+$/)
      assert.strictEqual(refusals[5], "404 Not Found")
      assert.match(refusals[6]!, /^4\d\d [A-Z_]+$/)
      assert.notInclude(JSON.stringify(refusals), "secret")
    }).pipe(Effect.provide(local())))

  it.effect("says why a request was refused by a fault, whatever its body, and in pieces", () =>
    Effect.gen(function*() {
      const { faults, requests } = yield* Emulator.Emulator
      yield* faults.next(Fault.status(429))
      yield* post(ask("Hi"))
      yield* faults.next(Fault.status(500, { body: "<html>", contentType: "text/html" }))
      yield* post(ask("Hi"))
      yield* faults.next(Fault.drip({ bytes: 7, pause: "1 millis" }))
      yield* post({ ...ask("Hi"), seed: 1 })
      yield* settled
      assert.deepStrictEqual((yield* requests).map(({ refusal, status }) => [status, refusal]), [
        [429, "429 1300 rate_limited"],
        [500, "500 Internal Server Error"],
        [422, "422 body.seed: extra_forbidden"]
      ])
    }).pipe(Effect.provide(local())))

  it.live("tells what was broken off: by a fault, and by the client", () =>
    Effect.gen(function*() {
      const { faults, requests } = yield* Emulator.Emulator
      yield* faults.next(Fault.cut({ afterEvents: 2 }))
      yield* Effect.exit(Stream.runDrain(Chat.stream(ask("Hi"))))
      yield* faults.next(Fault.reset)
      yield* Effect.exit(Chat.complete(ask("Hi")))
      yield* faults.next(Fault.stall({ afterEvents: 1 }))
      yield* Stream.runDrain(Stream.take(Chat.stream(ask("Hi")), 1))
      yield* settled
      const [cut, reset, left] = yield* requests
      assert.deepInclude(cut, { status: 200, interrupted: true })
      assert.isDefined(cut?.firstByte)
      assert.deepInclude(reset, { interrupted: true })
      assert.isUndefined(reset?.status)
      assert.deepInclude(left, { status: 200, interrupted: true })
      for (const one of [cut, reset, left]) assert.isDefined(one?.took)
    }).pipe(Effect.provide(local())))

  it.effect("has the times to the first byte and to the end, by the clock of the emulator", () =>
    Effect.gen(function*() {
      const { requests } = yield* Emulator.Emulator
      const reading = yield* Effect.forkChild(Stream.runDrain(Chat.stream(ask("Hi", { max_tokens: 3 }))))
      yield* TestClock.adjust("5 seconds")
      const [running] = yield* requests
      assert.strictEqual(running?.firstByte, 5000)
      assert.isUndefined(running?.took)
      yield* TestClock.adjust("6 seconds")
      yield* Fiber.join(reading)
      const [seen] = yield* requests
      assert.strictEqual(seen?.firstByte, 5000)
      assert.strictEqual(seen?.took, 8000)
    }).pipe(Effect.provide(inMemory)))
})

/** A chat client of an emulator on the clock of the test: five seconds to the first token, then a token a second. */
const inMemory = Chat.layer.pipe(
  Layer.provide(MistralClient.layer({ apiKey: Redacted.make("emulator-key") })),
  Layer.provideMerge(Emulator.layerMemory({ timeToFirstToken: "5 seconds", tokensPerSecond: 1 }))
)
