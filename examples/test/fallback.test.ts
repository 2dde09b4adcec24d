import { Chat } from "@effect-mistral/chat"
import { Completion, RetryPolicy } from "@effect-mistral/core"
import { Emulator, Fault } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, ExecutionPlan, Fiber, Layer, Option, Stream } from "effect"
import { TestClock } from "effect/testing"
import { layerCircuitBreaker } from "../circuit-breaker.ts"
import { complete, mayFallBack, stream } from "../fallback.ts"
import { emulated, models } from "./emulated.ts"

const request = { messages: [{ role: "user" as const, content: "Name a French painter." }] }
const large = "mistral-large-latest"
const small = "mistral-small-latest"

class Model extends Context.Service<Model, string>()("test/Model") {}

const plan = ExecutionPlan.make(
  { provide: Context.make(Model, large) },
  { provide: Context.make(Model, small), while: mayFallBack }
)

const options = { retry: RetryPolicy.none }

describe("a fallback to another model", () => {
  it.effect("is not used while the first model answers", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* complete(request)).model, large)
      assert.strictEqual((yield* Completion.collect(stream(request))).model, large)
      assert.deepStrictEqual(yield* models, [large, large])
    }).pipe(Effect.provide(ChatTest)))

  for (
    const [name, fault] of [
      ["that is unavailable", Fault.status(503)],
      ["that has no capacity", Fault.status(429)],
      ["whose connection is reset", Fault.reset],
      ["whose connection is cut before the first event", Fault.cut({ afterEvents: 0 })]
    ] as const
  ) {
    it.effect(`takes the place of a model ${name}, whole and streamed`, () =>
      Effect.gen(function*() {
        const { faults } = yield* Emulator.Emulator
        if (name !== "whose connection is cut before the first event") {
          yield* faults.next(fault)
          assert.strictEqual((yield* complete(request)).model, small)
        }
        yield* faults.next(fault)
        const chunks = yield* Stream.runCollect(stream(request))
        assert.deepStrictEqual([...new Set(chunks.map(({ model }) => model))], [small])
        assert.deepStrictEqual((yield* models).slice(-2), [large, small])
      }).pipe(Effect.provide(ChatTest)))
  }

  it.effect("takes the place of a model that does not begin in time", () =>
    Effect.gen(function*() {
      const { faults } = yield* Emulator.Emulator
      yield* faults.next(Fault.stall())
      const fiber = yield* Effect.forkChild(complete(request), { startImmediately: true })
      yield* TestClock.adjust("19 seconds")
      assert.deepStrictEqual(yield* models, [large])
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* Fiber.join(fiber)).model, small)
    }).pipe(Effect.provide(ChatTest)))

  for (const afterEvents of [1, 2, 5]) {
    it.effect(`is not used after ${afterEvents} chunks: they are delivered once, and the stream fails`, () =>
      Effect.gen(function*() {
        const whole = yield* Stream.runCollect(stream(request))
        const { faults } = yield* Emulator.Emulator
        yield* faults.next(Fault.cut({ afterEvents }))
        const received: Array<Completion.Chunk> = []
        const error = yield* stream(request).pipe(
          Stream.runForEach((chunk) => Effect.sync(() => received.push(chunk))),
          Effect.flip
        )
        assert.strictEqual(error.reason._tag, "ConnectionLost")
        assert.strictEqual(error.chunks, afterEvents)
        assert.deepStrictEqual(
          received.map(Completion.chunkText),
          whole.slice(0, afterEvents).map(Completion.chunkText)
        )
        assert.deepStrictEqual(yield* models, [large, large])
      }).pipe(Effect.provide(ChatTest)))
  }

  it.effect("is not used for an invalid request or a refused one, which another model would refuse, too", () =>
    Effect.gen(function*() {
      const invalid = yield* Effect.flip(complete({ ...request, temperature: 42 }))
      assert.strictEqual(invalid.reason._tag, "InvalidRequest")
      assert.deepStrictEqual(yield* models, [])

      const { faults } = yield* Emulator.Emulator
      yield* faults.next(Fault.status(401))
      const refused = yield* Effect.flip(Stream.runDrain(stream(request)))
      assert.strictEqual(refused.reason._tag, "Authentication")
      assert.deepStrictEqual(yield* models, [large])
    }).pipe(Effect.provide(ChatTest)))

  it.effect("takes the place of a model whose circuit is open, without a request to that model", () =>
    Effect.gen(function*() {
      const { faults } = yield* Emulator.Emulator
      for (const _ of [1, 2, 3]) {
        yield* faults.next(Fault.status(503))
        yield* complete(request)
      }
      assert.strictEqual((yield* complete(request)).model, small)
      assert.strictEqual((yield* Completion.collect(stream(request))).model, small)
      assert.deepStrictEqual(yield* models, [large, small, large, small, large, small, small, small])
    }).pipe(Effect.provide(Layer.provideMerge(Layer.provide(layerCircuitBreaker, Chat.layer), emulated()))))

  it.effect("fails with the error of the last model if every model fails", () =>
    Effect.gen(function*() {
      const { faults } = yield* Emulator.Emulator
      yield* faults.next(Fault.status(503))
      yield* faults.next(Fault.status(500))
      const { error, response } = yield* Completion.collectPartial(stream(request))
      assert.strictEqual(Option.getOrThrow(error).status, 500)
      assert.deepStrictEqual(response.choices, [])
      assert.deepStrictEqual(yield* models, [large, small])
    }).pipe(Effect.provide(ChatTest)))
})

describe("a fallback by an ExecutionPlan", () => {
  const operations = {
    complete: Effect.flatMap(Model, (model) => Chat.complete({ ...request, model }, options)).pipe(
      Effect.withExecutionPlan(plan)
    ),
    stream: Stream.unwrap(Effect.map(Model, (model) => Chat.stream({ ...request, model }, options))).pipe(
      Stream.withExecutionPlan(plan),
      Completion.collect
    )
  }

  for (const [name, call] of Object.entries(operations)) {
    it.effect(`goes to the next model if the error may pass, and fails at once if it may not: ${name}`, () =>
      Effect.gen(function*() {
        const { faults } = yield* Emulator.Emulator
        yield* faults.next(Fault.status(503))
        assert.strictEqual((yield* call).model, small)
        yield* faults.next(Fault.status(401))
        assert.strictEqual((yield* Effect.flip(call)).reason._tag, "Authentication")
        assert.deepStrictEqual(yield* models, [large, small, large])
      }).pipe(Effect.provide(ChatTest)))
  }

  it.effect("does not go to the next model after the first chunk of a stream", () =>
    Effect.gen(function*() {
      const { faults } = yield* Emulator.Emulator
      yield* faults.next(Fault.cut({ afterEvents: 2 }))
      assert.strictEqual((yield* Effect.flip(operations.stream)).chunks, 2)
      assert.deepStrictEqual(yield* models, [large])
    }).pipe(Effect.provide(ChatTest)))
})

const ChatTest = Layer.provideMerge(Chat.layer, emulated())
