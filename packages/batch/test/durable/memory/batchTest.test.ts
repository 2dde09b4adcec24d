import { BatchTest, Ledger } from "@effect-mistral/batch"
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { TestClock } from "effect/testing"
import { Activity, DurableClock, Workflow } from "effect/workflow"
import { fingerprint, get, loaded } from "./support.ts"

it.effect("workflows write to the ledger, and wait on the test's clock", () =>
  Effect.gen(function*() {
    const key = yield* loaded("a", [1])
    yield* Finish.execute({ key }, { discard: true })
    yield* TestClock.adjust("59 minutes")
    assert.strictEqual((yield* get(key)).state, "running")
    yield* TestClock.adjust("1 minute")
    const { endedAt, state } = yield* get(key)
    assert.deepStrictEqual({ endedAt, state }, { endedAt: 3_600_000, state: "completed" })
  }).pipe(Effect.provide(Layer.provideMerge(FinishLive, BatchTest.layer))))

it.effect("each test has an empty ledger", () =>
  Effect.gen(function*() {
    const start = Effect.flatMap(Ledger.Ledger, (ledger) =>
      ledger.create({ id: "a", fingerprint, settings: {}, partSize: 1 }))
    for (let run = 0; run < 2; run++) {
      const { created } = yield* Effect.provide(start, BatchTest.layer)
      assert.isTrue(created)
    }
  }))

const Finish = Workflow.make("Finish", {
  payload: { key: Schema.Int },
  idempotencyKey: ({ key }) => `${key}`
})

const FinishLive = Finish.toLayer(({ key }) =>
  Effect.gen(function*() {
    yield* DurableClock.sleep({ name: "an hour", duration: "1 hour" })
    const ledger = yield* Ledger.Ledger
    yield* Activity.make({
      name: "finish",
      execute: Effect.asVoid(Effect.orDie(ledger.setState(key, { state: "completed", from: ["running"] })))
    })
  })
)
