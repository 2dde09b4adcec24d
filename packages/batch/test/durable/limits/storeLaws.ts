/** What a `RateLimiterStore` over SQL must do: what Effect's own store in memory does, to the last bit. */
import { assert } from "@effect/vitest"
import { Context, Duration, Effect, Layer, Predicate, Schema } from "effect"
import { RateLimiter } from "effect/persistence"
import { TestClock } from "effect/testing"

const { RateLimiterStore } = RateLimiter

const Key = Schema.Literals(["a", "a", "a", "a", "a", "a", "a", "b"])
const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

const often = <A>(schema: A, times: number): ReadonlyArray<A> => Array.from({ length: times }, () => schema)

const Wait = Schema.Struct({
  _tag: Schema.Literal("wait"),
  // Most are short, so that what was learned is used before it ends.
  millis: Schema.Union([...often(between(0, 3000), 4), between(0, 50), between(0, 9000), between(0, 90_000)])
})

const refill = Schema.Union([between(1, 400), Schema.Literal(100 / 3)])

const FixedWindow = Schema.Struct({
  _tag: Schema.Literal("fixedWindow"),
  key: Key,
  tokens: between(0, 6),
  refill,
  limit: Schema.Union([between(0, 8), Schema.Undefined])
})

const TokenBucket = Schema.Struct({
  _tag: Schema.Literal("tokenBucket"),
  key: Key,
  tokens: Schema.Union([between(0, 6), Schema.Literal(0.25)]),
  refill,
  limit: between(1, 8),
  allowOverflow: Schema.Boolean
})

const AdaptiveConsume = Schema.Struct({
  _tag: Schema.Literal("adaptiveConsume"),
  key: Key,
  tokens: between(0, 5),
  window: between(1, 60_000)
})

const AdaptiveFeedback = Schema.Struct({
  _tag: Schema.Literal("adaptiveFeedback"),
  key: Key,
  // The epoch of the last consumption, or one that may be of before.
  epoch: Schema.Union([...often(Schema.Literal("last"), 6), between(0, 3)]),
  tokens: Schema.Union([...often(between(0, 1), 3), between(0, 5)]),
  status: Schema.Union([...often(Schema.Literal(429), 6), Schema.Literal(200)]),
  retryAfter: Schema.Union([...often(between(0, 2000), 6), Schema.Literal(4_000_000), Schema.Undefined])
})

type Operation =
  | typeof Wait.Type
  | typeof FixedWindow.Type
  | typeof TokenBucket.Type
  | typeof AdaptiveConsume.Type
  | typeof AdaptiveFeedback.Type

const many = [Schema.isMinLength(20), Schema.isMaxLength(60)] as const

/** Operations on windows and buckets, with moves of the clock between them. */
export const Counting = Schema.Array(Schema.Union([Wait, FixedWindow, TokenBucket])).check(...many)

/** Operations on limits that refusals teach, with moves of the clock between them. */
export const Adapting = Schema.Array(
  Schema.Union([...often(Wait, 2), ...often(AdaptiveConsume, 3), AdaptiveFeedback])
).check(...many)

const wait = (millis: number): Operation => ({ _tag: "wait", millis })
const consume = (tokens = 1): Operation => ({ _tag: "adaptiveConsume", key: "a", tokens, window: 1000 })
const refuse = (tokens = 1): Operation => ({
  _tag: "adaptiveFeedback",
  key: "a",
  epoch: "last",
  tokens,
  status: 429,
  retryAfter: 2000
})

/** A cooldown of 2 s, learning for half a second, and a limit of 3 in 2.5 s that was learned. */
const learning = [consume(), refuse(), wait(2000), consume(4)]
const learned = [...learning, wait(500), refuse(1)]

/** The last operation of each comes one millisecond before a state expires, as it does, or one after. */
export const expiries: ReadonlyArray<readonly [state: string, operations: ReadonlyArray<Operation>]> = [-1, 0, 1]
  .flatMap(
    (edge) =>
      [
        ["a cooldown that no one waits for", [consume(), refuse(), wait(62_000 + edge), consume()]],
        ["learning", [...learning, wait(61_000 + edge), consume()]],
        ["a learned limit", [...learned, wait(62_500 + edge), consume()]],
        ["a learned limit that is refused again", [...learned, consume(), refuse(), wait(62_000 + edge), consume()]],
        ["a refusal after a cooldown", [consume(), refuse(), wait(62_000 + edge), refuse(), consume()]],
        ["a refusal after learning", [...learning, wait(61_000 + edge), refuse(), consume()]],
        ["the cooldown", [consume(), refuse(), wait(2000 + edge), consume(), consume()]],
        ["the learned window", [...learned, consume(3), consume(), wait(2000 + edge), consume(), consume(2)]]
      ] as const
  )

type Store = RateLimiter.RateLimiterStore["Service"]

/** Runs an operation on a key, and gives what it returned. */
const run = (store: Store, operation: Operation, key: string, epochs: Map<string, number>) =>
  Effect.gen(function*() {
    switch (operation._tag) {
      case "wait":
        return undefined
      case "fixedWindow":
        return yield* store.fixedWindow({ ...operation, key, refillRate: Duration.millis(operation.refill) })
      case "tokenBucket":
        return yield* store.tokenBucket({ ...operation, key, refillRate: Duration.millis(operation.refill) })
      case "adaptiveConsume": {
        const fallbackWindow = Duration.millis(operation.window)
        const result = yield* store.adaptiveConsume({ ...operation, key, fallbackLimit: 10, fallbackWindow })
        epochs.set(key, result.epoch)
        return { ...result, delay: Duration.toMillis(result.delay) }
      }
      case "adaptiveFeedback":
        return yield* store.adaptiveFeedback({
          ...operation,
          key,
          epoch: operation.epoch === "last" ? epochs.get(key) ?? 0 : operation.epoch,
          retryAfter: operation.retryAfter === undefined ? undefined : Duration.millis(operation.retryAfter)
        })
    }
  })

let runs = 0

/** Runs operations on Effect's store in memory and on another one, under a clock that moves between them. */
export const sameAsMemory = <E, R>(store: Effect.Effect<Store, E, R>, operations: ReadonlyArray<Operation>) =>
  Effect.gen(function*() {
    const memory = Context.get(yield* Layer.build(Layer.fresh(RateLimiter.layerStoreMemory)), RateLimiterStore)
    const other = yield* store
    const prefix = `${++runs}/`
    const epochs = { memory: new Map<string, number>(), other: new Map<string, number>() }
    const results: Array<unknown> = []
    for (const operation of operations) {
      if (operation._tag === "wait") {
        yield* TestClock.adjust(operation.millis)
        continue
      }
      const expected = yield* run(memory, operation, operation.key, epochs.memory)
      assert.deepStrictEqual(yield* run(other, operation, prefix + operation.key, epochs.other), expected)
      results.push(expected)
    }
    return results
  }).pipe(Effect.scoped)

/** Counts which kinds of results there were, so that a test can say that it saw all of them. */
export const tally = () => {
  const counts = new Map<string, number>()
  const add = (name: string) => void counts.set(name, (counts.get(name) ?? 0) + 1)
  return {
    count: (result: unknown) => {
      if (Array.isArray(result)) return add(result[0] < 0 ? "a bucket in debt" : "a count")
      if (!Predicate.hasProperty(result, "phase")) return
      add(
        `${String(result.phase)}${Predicate.hasProperty(result, "delay") && result.delay !== 0 ? " with a delay" : ""}`
      )
    },
    /** The kinds that were seen at least so often, sorted. */
    seen: (atLeast: number) => [...counts].filter(([, count]) => count >= atLeast).map(([name]) => name).toSorted()
  }
}

/** All kinds of results. */
export const kinds = [
  "a bucket in debt",
  "a count",
  "cooldown with a delay",
  "inactive",
  "learned",
  "learned with a delay",
  "learning"
]
