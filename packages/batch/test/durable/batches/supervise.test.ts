import { BatchError, Ledger } from "@effect-mistral/batch"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Option } from "effect"
import { TestClock } from "effect/testing"
import { makeSignals } from "../../../src/internal/supervising/signals.ts"
import { supervise } from "../../../src/internal/supervising/supervise.ts"
import { Echo, texts } from "./support.ts"

describe("The supervisor of a run", () => {
  it.effect("hands out no more parts at once than its window, and another as soon as one is done", () =>
    withBatch(50, ({ finish, given, supervisor }) =>
      Effect.gen(function*() {
        const fiber = yield* Effect.forkChild(supervisor)
        yield* settled
        assert.deepStrictEqual(given, [0, 1])
        yield* finish(1)
        yield* settled
        assert.deepStrictEqual(given, [0, 1, 2])
        yield* finish(0)
        yield* finish(2)
        yield* settled
        assert.deepStrictEqual(given, [0, 1, 2, 3, 4])
        yield* finish(3)
        yield* finish(4)
        yield* Fiber.join(fiber)
      })))

  it.effect("completes the batch when all items are loaded and done, not before", () =>
    withBatch(20, ({ finish, load, ledger, batch, supervisor, signals }) =>
      Effect.gen(function*() {
        const fiber = yield* Effect.forkChild(supervisor)
        yield* settled
        yield* finish(0)
        yield* finish(1)
        yield* settled
        assert.strictEqual((yield* ledger.fetch(batch.key)).pipe(Option.getOrThrow).state, "running")
        yield* load
        signals.notify(batch.key)
        yield* Fiber.join(fiber)
        assert.strictEqual((yield* ledger.fetch(batch.key)).pipe(Option.getOrThrow).state, "completed")
      }), { loaded: false }))

  it.effect("finds what other processes did when it looks again", () =>
    withBatch(20, ({ answer, batch, ledger, supervisor }) =>
      Effect.gen(function*() {
        const fiber = yield* Effect.forkChild(supervisor)
        yield* settled
        yield* answer(0)
        yield* answer(1)
        yield* settled
        assert.strictEqual((yield* ledger.fetch(batch.key)).pipe(Option.getOrThrow).state, "running")
        yield* TestClock.adjust("250 millis")
        yield* Fiber.join(fiber)
      })))

  it.effect("says every second that it lives, and takes that back when it is stopped", () =>
    withBatch(20, ({ batch, ledger, supervisor }) =>
      Effect.gen(function*() {
        const seen = Effect.map(ledger.fetch(batch.key), (found) => {
          const { supervisedAt, supervisor } = Option.getOrThrow(found)
          return [supervisor, supervisedAt]
        })
        const fiber = yield* Effect.forkChild(supervisor)
        yield* settled
        assert.deepStrictEqual(yield* seen, ["me", 0])
        yield* TestClock.adjust("5 seconds")
        assert.deepStrictEqual(yield* seen, ["me", 5000])
        yield* Fiber.interrupt(fiber)
        assert.deepStrictEqual(yield* seen, [null, 5000])
      })))

  it.effect("gives parts that are not done again after a minute, for an engine that lost them", () =>
    withBatch(50, ({ given, supervisor }) =>
      Effect.gen(function*() {
        yield* Effect.forkChild(supervisor)
        yield* TestClock.adjust("59 seconds")
        assert.deepStrictEqual(given, [0, 1])
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(given, [0, 1, 0, 1])
      })))

  it.effect("gives parts of an earlier supervisor that are not done again at its start", () =>
    withBatch(50, ({ batch, given, ledger, supervisor }) =>
      Effect.gen(function*() {
        yield* ledger.handOut(batch.key, 1, 2, false)
        yield* Effect.forkChild(supervisor)
        yield* settled
        assert.deepStrictEqual(given, [0, 1])
      })))

  it.effect("waits while the ledger is away, and goes on", () =>
    withBatch(20, ({ away, finish, given, supervisor }) =>
      Effect.gen(function*() {
        away.current = true
        const fiber = yield* Effect.forkChild(supervisor)
        yield* TestClock.adjust("1 minute")
        assert.deepStrictEqual(given, [])
        away.current = false
        yield* TestClock.adjust("10 seconds")
        assert.deepStrictEqual(given, [0, 1])
        yield* finish(0)
        yield* finish(1)
        yield* Fiber.join(fiber)
      })))

  for (
    const [name, end] of [
      [
        "the batch is paused",
        (ledger: Ledger.Service, key: number) => ledger.setState(key, { state: "paused", from: ["running"] })
      ],
      [
        "another run has begun",
        (ledger: Ledger.Service, key: number) =>
          ledger.setState(key, { state: "running", from: ["running"], newRun: true })
      ],
      ["the batch was removed", (ledger: Ledger.Service, key: number) => ledger.remove(key)]
    ] as const
  ) {
    it.effect(`ends when ${name}, and leaves the batch as it is`, () =>
      withBatch(50, ({ batch, ledger, signals, supervisor }) =>
        Effect.gen(function*() {
          const fiber = yield* Effect.forkChild(supervisor)
          yield* settled
          yield* end(ledger, batch.key)
          const before = yield* ledger.fetch(batch.key)
          signals.notify(batch.key)
          yield* Fiber.join(fiber)
          assert.deepStrictEqual(yield* ledger.fetch(batch.key), before)
        })))
  }
})

/** Lets all fibers go on that can. */
const settled = Effect.repeat(Effect.yieldNow, { times: 100 })

interface Setting {
  readonly ledger: Ledger.Service
  readonly signals: ReturnType<typeof makeSignals>
  readonly batch: Ledger.Batch
  /** The parts that were dispatched. */
  readonly given: ReadonlyArray<number>
  readonly supervisor: Effect.Effect<void>
  /** Answers the items of a part, as another process does. */
  readonly answer: (part: number) => Effect.Effect<void, BatchError.LedgerError>
  /** Answers the items of a part in this process. */
  readonly finish: (part: number) => Effect.Effect<void, BatchError.LedgerError>
  readonly load: Effect.Effect<void, BatchError.LedgerError>
  /** Whether each operation of the supervisor fails. */
  readonly away: { current: boolean }
}

/** A batch of parts of 10 items, of which two are handed out at once. */
const withBatch = <A, E>(
  count: number,
  use: (setting: Setting) => Effect.Effect<A, E>,
  { loaded = true }: { readonly loaded?: boolean } = {}
) =>
  Effect.gen(function*() {
    const ledger = yield* Ledger.Ledger
    const signals = makeSignals()
    const { fingerprint } = Echo.definition
    const { batch } = yield* ledger.create({ id: "b", fingerprint, settings: {}, partSize: 10 })
    const { key } = batch
    const items = texts(count).map((item, hash) => ({ item: JSON.stringify(item), hash, sameAs: null }))
    for (let part = 0; part < count / 10; part++) {
      const first = part * 10
      yield* ledger.addPart(key, { part, first, last: first + 9, hash: part }, items.slice(first, first + 10))
    }
    const load = ledger.finishLoading(key)
    if (loaded) yield* load
    const given: Array<number> = []
    const away = { current: false }
    const mayFail = <A>(operation: Effect.Effect<A, BatchError.LedgerError>) =>
      Effect.suspend(() =>
        away.current
          ? Effect.fail(new BatchError.LedgerError({ operation: "test", description: "away", isRetryable: true }))
          : operation
      )
    const answer = (part: number) =>
      Effect.gen(function*() {
        const claim = Option.getOrThrow(yield* ledger.claim(key, part, 1, "w"))
        yield* ledger.commit(
          "w",
          claim.items.map(({ seq }) => ({
            key,
            part,
            claim: claim.claim,
            seq,
            failed: false,
            body: "1",
            asked: 1,
            doubtful: 0,
            promptTokens: 1,
            completionTokens: 1
          }))
        )
        yield* ledger.release({ key, part, claim: claim.claim }, { done: true, doubtful: 0 })
      })
    return yield* use({
      ledger,
      signals,
      batch,
      given,
      away,
      load,
      answer,
      finish: (part) => Effect.andThen(answer(part), Effect.sync(() => signals.notify(key))),
      supervisor: supervise({
        ledger: {
          ...ledger,
          supervise: (...given) => mayFail(ledger.supervise(...given)),
          handOut: (...given) => mayFail(ledger.handOut(...given))
        },
        signals,
        key,
        run: 1,
        supervisor: "me",
        window: 2,
        dispatcher: Effect.succeed((parts) =>
          Effect.sync(() => {
            given.push(...parts)
          })
        )
      })
    })
  }).pipe(Effect.provide(Ledger.layerMemory))
