import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Stream } from "effect"
import * as Accessor from "../src/internal/accessor.ts"

class Counter extends Context.Service<Counter, {
  readonly add: (...numbers: ReadonlyArray<number>) => Effect.Effect<number, string>
  readonly count: (to: number) => Stream.Stream<number, string>
}>()("Counter") {}

const counter = Counter.of({
  add: (...numbers) =>
    numbers.length === 0 ? Effect.fail("no number") : Effect.succeed(numbers.reduce((a, b) => a + b)),
  count: (to) => to < 0 ? Stream.fail("negative") : Stream.range(1, to)
})

describe("an accessor", () => {
  it.effect("passes every argument to the service, and returns its result", () =>
    Effect.gen(function*() {
      const add = Accessor.effect(Counter, (service) => service.add)
      assert.strictEqual(yield* add(1, 2, 3), 6)
      assert.strictEqual(yield* Effect.flip(add()), "no number")
    }).pipe(Effect.provideService(Counter, counter)))

  it.effect("of a stream passes every argument to the service, and returns its stream", () =>
    Effect.gen(function*() {
      const count = Accessor.stream(Counter, (service) => service.count)
      assert.deepStrictEqual(yield* Stream.runCollect(count(3)), [1, 2, 3])
      assert.strictEqual(yield* Effect.flip(Stream.runDrain(count(-1))), "negative")
    }).pipe(Effect.provideService(Counter, counter)))

  it.effect("takes the service that is provided where it runs", () =>
    Effect.gen(function*() {
      const add = Accessor.effect(Counter, (service) => service.add)(1)
      const other = Counter.of({ ...counter, add: () => Effect.succeed(-1) })
      assert.strictEqual(yield* Effect.provideService(add, Counter, counter), 1)
      assert.strictEqual(yield* Effect.provideService(add, Counter, other), -1)
    }))
})
