import { Emulator, Fault } from "@effect-mistral/emulator"
import { ChatCompletionEvents, DatasetRecords, Datasets } from "@effect-mistral/observability"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { exportYesterday, nightly } from "../nightly-export.ts"
import { emulated } from "./emulated.ts"

const now = DateTime.makeUnsafe("2026-03-10T03:00:00Z")

const question = (number: number) => `Question ${number}`

/** Events of three days: two before yesterday, `count` of yesterday, and one of today. */
const seed = (count: number) =>
  Effect.flatMap(Emulator.Emulator, ({ addEvents }) =>
    addEvents(
      [
        "2026-03-08T12:00:00.000Z",
        "2026-03-08T23:59:59.999Z",
        ...Array.from(
          { length: count },
          (_, index) =>
            new Date(Date.parse("2026-03-09T00:00:00.000Z") + (index * 86_399_999) / Math.max(1, count - 1))
              .toISOString()
        ),
        "2026-03-10T00:00:00.000Z"
      ].map((created_at, index) => ({
        created_at,
        request_messages: [{ role: "user", content: question(index) }],
        response_messages: [{ role: "assistant", content: "Answer" }]
      }))
    ))

const exported = Effect.gen(function*() {
  const datasets = yield* Stream.runCollect(Datasets.listAll())
  const records = yield* Stream.runCollect(
    Stream.flatMap(Stream.fromIterable(datasets), ({ id }) => Datasets.listRecordsAll(id))
  )
  return { names: datasets.map(({ name }) => name), records }
})

describe("a nightly export", () => {
  it.effect("adds the events of yesterday to the dataset of that day, with their messages", () =>
    Effect.gen(function*() {
      const ids = yield* seed(130)
      assert.strictEqual(yield* exportYesterday(now), 130)
      const { names, records } = yield* exported
      assert.deepStrictEqual(names, ["Chats of 2026-03-09"])
      assert.deepStrictEqual(
        records.map(({ properties }) => properties?.["event_id"]).sort(),
        ids.slice(2, -1).toSorted()
      )
      const first = records.find(({ properties }) => properties?.["event_id"] === ids[2])
      assert.deepStrictEqual(first?.payload, {
        messages: [{ role: "user", content: question(2) }, { role: "assistant", content: "Answer" }]
      })
    }).pipe(Effect.provide(ExportTest)))

  it.effect("adds nothing in a second run", () =>
    Effect.gen(function*() {
      yield* seed(20)
      assert.strictEqual(yield* exportYesterday(now), 20)
      assert.strictEqual(yield* exportYesterday(DateTime.add(now, { hours: 20 })), 0)
      const { names, records } = yield* exported
      assert.strictEqual(names.length, 1)
      assert.strictEqual(records.length, 20)
    }).pipe(Effect.provide(ExportTest)))

  it.effect("goes on after a failure where it stopped, also if a record was created whose response was lost", () =>
    Effect.gen(function*() {
      const ids = yield* seed(40)
      const { faults } = yield* Emulator.Emulator
      const records = "/v1/observability/datasets/{dataset_id}/records"
      yield* faults.next(Fault.cut({ afterBytes: 10 }), { where: { method: "POST", path: records } })
      const error = yield* Effect.flip(exportYesterday(now))
      assert.strictEqual(error.reason._tag, "ConnectionLost")
      const before = (yield* exported).records.length
      assert.isAbove(before, 0)
      assert.isBelow(before, 40)

      assert.strictEqual(yield* exportYesterday(now), 40 - before)
      assert.deepStrictEqual(
        (yield* exported).records.map(({ properties }) => properties?.["event_id"]).sort(),
        ids.slice(2, -1).toSorted()
      )
    }).pipe(Effect.provide(ExportTest)))

  it.effect("runs every night at three, again after ten minutes if it failed, and in the next night in any case", () =>
    Effect.gen(function*() {
      yield* seed(3)
      const { faults, requests } = yield* Emulator.Emulator
      yield* TestClock.setTime(Date.parse("2026-03-09T20:00:00Z"))
      yield* Effect.forkScoped(nightly, { startImmediately: true })
      yield* TestClock.adjust("6 hours")
      assert.deepStrictEqual(yield* requests, [])

      // The server is down at three, longer than the client itself retries.
      yield* faults.next(Fault.status(503), { times: 5 })
      yield* TestClock.adjust("1 hour")
      assert.strictEqual((yield* requests).length, 1)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* requests).length, 5)
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual((yield* exported).records.length, 3)

      // A wrong key is not mended by waiting.
      yield* faults.next(Fault.status(401))
      yield* TestClock.adjust("1 day")
      assert.strictEqual((yield* exported).records.length, 3)
      yield* TestClock.adjust("1 day")
      assert.deepStrictEqual((yield* exported).names.toSorted(), ["Chats of 2026-03-09", "Chats of 2026-03-11"])
    }).pipe(Effect.provide(ExportTest)))

  it.effect("makes a dataset for each day", () =>
    Effect.gen(function*() {
      yield* seed(3)
      yield* exportYesterday(now)
      assert.strictEqual(yield* exportYesterday(DateTime.add(now, { days: 1 })), 1)
      assert.deepStrictEqual((yield* exported).names.toSorted(), ["Chats of 2026-03-09", "Chats of 2026-03-10"])
    }).pipe(Effect.provide(ExportTest)))
})

const ExportTest = Layer.mergeAll(ChatCompletionEvents.layer, Datasets.layer, DatasetRecords.layer).pipe(
  Layer.provideMerge(emulated())
)
