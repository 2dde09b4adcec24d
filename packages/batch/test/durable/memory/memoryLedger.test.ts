import { Ledger } from "@effect-mistral/batch"
import { assert, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { TestClock } from "effect/testing"
import { answer, claim, fingerprint, get, loaded, newItem } from "./support.ts"

const test = (name: string, run: () => Effect.Effect<void, unknown, Ledger.Ledger>) =>
  it.effect(name, () => Effect.provide(run(), Ledger.layerMemory))

test("a batch is created once for each id, and has the time of its creation", () =>
  Effect.gen(function*() {
    const ledger = yield* Ledger.Ledger
    yield* TestClock.setTime(5_000)
    const settings = { maxAttempts: 2 }
    const first = yield* ledger.create({ id: "a", fingerprint, settings, partSize: 10 })
    const again = yield* ledger.create({ id: "a", fingerprint, settings: {}, partSize: 20 })
    const other = yield* ledger.create({ id: "b", fingerprint, settings, partSize: 10 })
    assert.isTrue(first.created)
    assert.isFalse(again.created)
    assert.deepStrictEqual(again.batch, first.batch)
    assert.strictEqual(first.batch.createdAt, 5_000)
    assert.strictEqual(first.batch.run, 1)
    assert.deepStrictEqual((yield* ledger.list).map(({ id }) => id), ["b", "a"])
    assert.deepStrictEqual(yield* ledger.find("b"), Option.some(other.batch))
  }))

test("a batch that was removed is gone with its items, and its id can be used again", () =>
  Effect.gen(function*() {
    const ledger = yield* Ledger.Ledger
    const key = yield* loaded("a", [2])
    const claimed = yield* claim(key, 0, "w")
    yield* ledger.remove(key)
    assert.isTrue(Option.isNone(yield* ledger.find("a")))
    assert.deepStrictEqual(yield* ledger.parts(key, 0, 10), [])
    const committed = yield* ledger.commit("w", [answer(claimed, 0)])
    assert.deepStrictEqual(committed, { batches: [], lost: [{ key, part: 0, claim: 1 }] })
    assert.isTrue((yield* ledger.create({ id: "a", fingerprint, settings: {}, partSize: 1 })).created)
  }))

test("a part that is written is kept, and one out of turn is refused", () =>
  Effect.gen(function*() {
    const ledger = yield* Ledger.Ledger
    const { batch: { key } } = yield* ledger.create({ id: "a", fingerprint, settings: {}, partSize: 2 })
    const part = { part: 0, first: 0, last: 1, hash: 7 }
    yield* ledger.addPart(key, part, [newItem(0), newItem(1)])
    const kept = yield* ledger.addPart(key, { part: 0, first: 0, last: 0, hash: 8 }, [newItem(5)])
    assert.deepStrictEqual(kept, part)
    assert.strictEqual((yield* get(key)).items, 2)
    for (
      const wrong of [
        { part: 2, first: 2, last: 2, hash: 0 },
        { part: 1, first: 1, last: 1, hash: 0 },
        { part: 1, first: 2, last: 3, hash: 0 }
      ]
    ) {
      const error = yield* Effect.flip(ledger.addPart(key, wrong, [newItem(2)]))
      assert.strictEqual(error._tag, "LedgerError")
      assert.isFalse(error.isRetryable)
    }
    assert.strictEqual((yield* get(key)).parts, 1)
  }))

test("the items of a hash are found, without those that are identical to an earlier one", () =>
  Effect.gen(function*() {
    const ledger = yield* Ledger.Ledger
    const key = yield* loaded("a", [3, 2], { 3: 1 })
    assert.deepStrictEqual(yield* ledger.itemsByHash(key, [1, 4, 99, 1]), [
      { hash: 1, seq: 1, item: "1" },
      { hash: 4, seq: 4, item: "4" }
    ])
    const { identical, items } = yield* get(key)
    assert.deepStrictEqual({ identical, items }, { identical: 1, items: 5 })
  }))

test("parts are handed out up to the window, once, and again to a supervisor that begins", () =>
  Effect.gen(function*() {
    const ledger = yield* Ledger.Ledger
    const key = yield* loaded("a", [1, 1, 1, 1])
    assert.deepStrictEqual(yield* ledger.handOut(key, 1, 2, false), { parts: [0, 1], unfinished: 4 })
    assert.deepStrictEqual(yield* ledger.handOut(key, 1, 2, false), { parts: [], unfinished: 4 })
    const claimed = yield* claim(key, 0, "w")
    yield* ledger.commit("w", [answer(claimed, 0)])
    yield* ledger.release({ key, part: 0, claim: claimed.claim }, { done: true, doubtful: 0 })
    assert.deepStrictEqual(yield* ledger.handOut(key, 1, 2, true), { parts: [1, 2], unfinished: 3 })
    assert.deepStrictEqual(yield* ledger.handOut(key, 2, 9, true), { parts: [], unfinished: 3 })
  }))

test("work of an earlier run stops, and its parts are handed out in the new one", () =>
  Effect.gen(function*() {
    const ledger = yield* Ledger.Ledger
    const key = yield* loaded("a", [1, 1])
    yield* ledger.handOut(key, 1, 2, false)
    const unchanged = yield* ledger.setState(key, { state: "running", from: ["paused"], newRun: true })
    assert.strictEqual(unchanged.run, 1)
    assert.isTrue(yield* ledger.supervise(key, 1, "s"))
    const paused = yield* ledger.setState(key, { state: "paused", reason: "budget", from: ["running"] })
    assert.strictEqual(paused.reason, "budget")
    assert.isFalse(yield* ledger.supervise(key, 1, "s"))
    assert.isTrue(Option.isNone(yield* ledger.claim(key, 0, 1, "w")))
    const resumed = yield* ledger.setState(key, {
      state: "running",
      from: ["paused"],
      newRun: true,
      settings: { maxAttempts: 9 }
    })
    assert.strictEqual(resumed.run, 2)
    assert.isNull(resumed.reason)
    assert.deepStrictEqual(resumed.settings, { maxAttempts: 9 })
    assert.isTrue(Option.isNone(yield* ledger.claim(key, 0, 1, "w")))
    assert.deepStrictEqual((yield* ledger.handOut(key, 2, 2, false)).parts, [0, 1])
  }))

test("a batch that ended has an end time until it runs again", () =>
  Effect.gen(function*() {
    const ledger = yield* Ledger.Ledger
    const key = yield* loaded("a", [1])
    yield* TestClock.setTime(9_000)
    const ended = yield* ledger.setState(key, { state: "completed", from: ["running"] })
    assert.strictEqual(ended.endedAt, 9_000)
    const running = yield* ledger.setState(key, { state: "running", from: ["completed"], newRun: true })
    assert.isNull(running.endedAt)
  }))

test("outcomes are counted, and a second one of an item counts as perhaps paid twice", () =>
  Effect.gen(function*() {
    const ledger = yield* Ledger.Ledger
    const key = yield* loaded("a", [3])
    const claimed = yield* claim(key, 0, "w")
    yield* ledger.commit("w", [
      answer(claimed, 0, { asked: 3, doubtful: 1 }),
      answer(claimed, 1, { failed: true, promptTokens: 0, completionTokens: 0 })
    ])
    const { batches, lost } = yield* ledger.commit("w", [answer(claimed, 0, { asked: 2, body: "\"other\"" })])
    assert.deepStrictEqual(lost, [])
    const counts = {
      items: 3,
      identical: 0,
      answered: 1,
      failed: 1,
      asked: 6,
      perhapsPaidTwice: 3,
      promptTokens: 20,
      completionTokens: 4
    }
    assert.deepInclude(batches[0], counts)
    const outcomes = yield* ledger.outcomes(key, { order: "items", after: -1, limit: 10 })
    assert.deepStrictEqual(outcomes.map(({ body }) => body), ["\"answer 0\"", "\"answer 1\""])
  }))

test("nothing of a commit is written if an outcome belongs to no item", () =>
  Effect.gen(function*() {
    const ledger = yield* Ledger.Ledger
    const key = yield* loaded("a", [2], { 1: 0 })
    const claimed = yield* claim(key, 0, "w")
    for (const seq of [1, 2]) {
      const error = yield* Effect.flip(ledger.commit("w", [answer(claimed, 0), answer(claimed, seq)]))
      assert.strictEqual(error._tag, "LedgerError")
    }
    assert.strictEqual((yield* get(key)).asked, 0)
  }))

test("a worker that died is charged its concurrency, once", () =>
  Effect.gen(function*() {
    const ledger = yield* Ledger.Ledger
    const key = yield* loaded("a", [4, 4, 4])
    yield* ledger.openWorker({ id: "dead", concurrency: 5 })
    for (const part of [0, 1, 2]) yield* claim(key, part, "dead")
    assert.strictEqual((yield* claim(key, 0, "next")).batch.perhapsPaidTwice, 4)
    assert.strictEqual((yield* claim(key, 1, "next")).batch.perhapsPaidTwice, 5)
    assert.strictEqual((yield* claim(key, 2, "next")).batch.perhapsPaidTwice, 5)
  }))

test("a worker that was closed is charged nothing, and neither is one that claims its own part again", () =>
  Effect.gen(function*() {
    const ledger = yield* Ledger.Ledger
    const key = yield* loaded("a", [4, 4])
    yield* ledger.openWorker({ id: "closed", concurrency: 5 })
    yield* claim(key, 0, "closed")
    assert.strictEqual((yield* claim(key, 0, "closed")).batch.perhapsPaidTwice, 0)
    yield* ledger.closeWorker("closed")
    assert.strictEqual((yield* claim(key, 0, "next")).batch.perhapsPaidTwice, 0)
  }))

test("a worker is told of the parts that it lost, also when it only looks, until it gives them back", () =>
  Effect.gen(function*() {
    const ledger = yield* Ledger.Ledger
    const key = yield* loaded("a", [2, 2])
    const lost = yield* claim(key, 0, "slow")
    yield* claim(key, 1, "slow")
    yield* claim(key, 0, "next")
    const looked = yield* ledger.commit("slow", [])
    assert.deepStrictEqual(looked.lost, [{ key, part: 0, claim: 1 }])
    assert.deepStrictEqual(looked.batches, [yield* get(key)])
    const written = yield* ledger.commit("slow", [answer(lost, 0)])
    assert.deepStrictEqual(written.lost, [{ key, part: 0, claim: 1 }])
    assert.strictEqual(written.batches[0]?.answered, 1)
    yield* ledger.release({ key, part: 0, claim: 1 }, { done: false, doubtful: 4 })
    assert.deepStrictEqual((yield* ledger.commit("slow", [])).lost, [])
    assert.strictEqual((yield* get(key)).perhapsPaidTwice, 0)
    assert.deepStrictEqual((yield* ledger.commit("next", [])).lost, [])
  }))

test("a claim has the items that are open, and the step of its job", () =>
  Effect.gen(function*() {
    const ledger = yield* Ledger.Ledger
    const key = yield* loaded("a", [1, 3], { 2: 0 })
    const claimed = yield* claim(key, 1, "w")
    assert.deepStrictEqual(claimed.items, [{ seq: 1, item: "1", hash: 1 }, { seq: 3, item: "3", hash: 3 }])
    const job = { attempt: 1, fileId: "f", jobId: null }
    assert.isTrue(yield* ledger.saveJob({ key, part: 1, claim: 1 }, job))
    yield* ledger.commit("w", [answer(claimed, 1)])
    yield* ledger.release({ key, part: 1, claim: 1 }, { done: false, doubtful: 2 })
    const next = yield* claim(key, 1, "next")
    assert.deepStrictEqual(next.items, [{ seq: 3, item: "3", hash: 3 }])
    assert.deepStrictEqual(next.job, job)
    assert.strictEqual(next.claim, 2)
    assert.strictEqual(next.batch.perhapsPaidTwice, 2)
    assert.isFalse(yield* ledger.saveJob({ key, part: 1, claim: 1 }, null))
  }))

test("failed items that are opened again are asked again, also if their part was done meanwhile", () =>
  Effect.gen(function*() {
    const ledger = yield* Ledger.Ledger
    const key = yield* loaded("a", [2, 1])
    const first = yield* claim(key, 0, "w")
    const second = yield* claim(key, 1, "w")
    yield* ledger.commit("w", [
      answer(first, 0, { failed: true }),
      answer(first, 1),
      answer(second, 2, { failed: true })
    ])
    yield* ledger.release({ key, part: 0, claim: 1 }, { done: true, doubtful: 0 })
    assert.strictEqual(yield* ledger.reopenFailed(key), 2)
    yield* ledger.release({ key, part: 1, claim: 1 }, { done: true, doubtful: 0 })
    assert.strictEqual(yield* ledger.reopenFailed(key), 0)
    assert.deepStrictEqual(yield* ledger.handOut(key, 1, 9, false), { parts: [0, 1], unfinished: 2 })
    const again = yield* claim(key, 0, "w")
    assert.deepStrictEqual(again.items, [{ seq: 0, item: "0", hash: 0 }])
    const { answered, failed } = yield* get(key)
    assert.deepStrictEqual({ answered, failed }, { answered: 1, failed: 0 })
    yield* ledger.commit("w", [answer(again, 0)])
    const order = yield* ledger.outcomes(key, { order: "completion", after: -1, limit: 9 })
    assert.deepStrictEqual(order.map(({ position, seq }) => [seq, position]), [[1, 1], [0, 3]])
  }))
