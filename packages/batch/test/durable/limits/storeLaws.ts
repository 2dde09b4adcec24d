/** What a `RateLimiterStore` over SQL must do: what Effect's own store in memory does, to the last bit. */
import { assert } from "@effect/vitest"
import { Context, Duration, Effect, Layer, Predicate, Schema } from "effect"
import { RateLimiter } from "effect/persistence"
import { TestClock } from "effect/testing"

const { RateLimiterStore } = RateLimiter

const Key = Schema.Literals(["a", "b"])
const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))
const Millis = between(1, 90_000)

/** Some of the operations on a store, and of the moves of the clock between them. */
export const Operation = Schema.Union([
  Schema.Struct({
    _tag: Schema.Literal("wait"),
    millis: Schema.Union([between(0, 50), Millis, between(0, 7_200_000)])
  }),
  Schema.Struct({
    _tag: Schema.Literal("fixedWindow"),
    key: Key,
    tokens: between(0, 6),
    refill: Schema.Union([between(1, 400), Schema.Literal(100 / 3)]),
    limit: Schema.Union([between(0, 8), Schema.Undefined])
  }),
  Schema.Struct({
    _tag: Schema.Literal("tokenBucket"),
    key: Key,
    tokens: Schema.Union([between(0, 6), Schema.Literal(0.25)]),
    refill: Schema.Union([between(1, 400), Schema.Literal(100 / 3)]),
    limit: between(1, 8),
    allowOverflow: Schema.Boolean
  }),
  Schema.Struct({
    _tag: Schema.Literal("adaptiveConsume"),
    key: Key,
    tokens: between(0, 5),
    window: between(1, 60_000)
  }),
  Schema.Struct({
    _tag: Schema.Literal("adaptiveFeedback"),
    key: Key,
    // The epoch of the last consumption, or one that may be of before.
    epoch: Schema.Union([Schema.Literal("last"), Schema.Literal("last"), between(0, 3)]),
    tokens: between(0, 4),
    status: Schema.Literals([200, 429, 429, 429]),
    retryAfter: Schema.Union([between(0, 9000), between(0, 9000), Schema.Literals([4_000_000]), Schema.Undefined])
  })
])

export type Operation = typeof Operation.Type

export const Operations = Schema.Array(Operation).check(Schema.isMinLength(10), Schema.isMaxLength(60))

type Store = RateLimiter.RateLimiterStore["Service"]

/** Runs an operation, and gives what it returned. */
const run = (store: Store, operation: Operation, epochs: Map<string, number>): Effect.Effect<unknown, unknown> => {
  switch (operation._tag) {
    case "wait":
      return Effect.void
    case "fixedWindow":
      return store.fixedWindow({ ...operation, refillRate: Duration.millis(operation.refill) })
    case "tokenBucket":
      return store.tokenBucket({ ...operation, refillRate: Duration.millis(operation.refill) })
    case "adaptiveConsume":
      return Effect.map(
        store.adaptiveConsume({ ...operation, fallbackLimit: 10, fallbackWindow: Duration.millis(operation.window) }),
        (result) => {
          epochs.set(operation.key, result.epoch)
          return { ...result, delay: Duration.toMillis(result.delay) }
        }
      )
    case "adaptiveFeedback":
      return store.adaptiveFeedback({
        ...operation,
        epoch: operation.epoch === "last" ? epochs.get(operation.key) ?? 0 : operation.epoch,
        retryAfter: operation.retryAfter === undefined ? undefined : Duration.millis(operation.retryAfter)
      })
  }
}

/** Runs operations on Effect's store in memory and on another one, under a clock that moves between them. */
export const sameAsMemory = <E, R>(
  store: Effect.Effect<Store, E, R>,
  operations: ReadonlyArray<Operation>
): Effect.Effect<ReadonlyArray<unknown>, unknown, R> =>
  Effect.gen(function*() {
    const memory = Context.get(yield* Layer.build(Layer.fresh(RateLimiter.layerStoreMemory)), RateLimiterStore)
    const other = yield* store
    const epochs = { memory: new Map<string, number>(), other: new Map<string, number>() }
    const results: Array<unknown> = []
    for (const operation of operations) {
      if (operation._tag === "wait") yield* TestClock.adjust(operation.millis)
      const expected = yield* run(memory, operation, epochs.memory)
      assert.deepStrictEqual(yield* run(other, operation, epochs.other), expected, operation._tag)
      results.push(expected)
    }
    return results
  }).pipe(Effect.scoped)

/** Counts what results there were, so that a test can say that it saw all kinds. */
export const tally = () => {
  const counts = new Map<string, number>()
  const add = (name: string) => void counts.set(name, (counts.get(name) ?? 0) + 1)
  return {
    count: (result: unknown) => {
      if (Array.isArray(result)) return add(`two numbers, the first ${result[0] < 0 ? "below" : "at least"} zero`)
      if (!Predicate.hasProperty(result, "phase")) return
      add(
        `${String(result.phase)}${Predicate.hasProperty(result, "delay") && result.delay !== 0 ? " with a delay" : ""}`
      )
    },
    counts: () => Object.fromEntries(counts)
  }
}
