import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { RequestTally } from "../../src/internal/results/requestTally.ts"

/** Few ids, so that many are equal, and texts of any characters. */
const id = Schema.NullOr(Schema.Union([Schema.Literals(["", "a", "b", "ab", "ba"]), Schema.String]))

describe("a tally of requests", () => {
  it("tells the ids of 400,000 requests apart, whatever they look like, in 9 MiB", () => {
    const size = 100_000
    const forms: ReadonlyArray<(index: number) => string> = [
      (index) => String(index),
      (index) => `request-${index.toString().padStart(9, "0")}`,
      (index) => `${"a long name of a document that all ids share, ".repeat(3)}${index.toString(36)}`,
      (index) => `${String.fromCharCode(0x4e00 + (index % 1000), index >> 8)}:${index}`
    ]
    const before = process.memoryUsage().arrayBuffers
    const tally = new RequestTally()
    for (const form of forms) for (let index = 0; index < size; index++) tally.add(form(index))
    assert.strictEqual(tally.distinct, 4 * size)
    // The smaller tables that it has grown out of may not be collected yet.
    assert.isBelow(process.memoryUsage().arrayBuffers - before, 2 * 9.1 * 1024 * 1024)
    for (const form of forms) {
      assert.isFalse(tally.take(form(size)))
      for (let index = 0; index < size; index++) if (!tally.take(form(index))) assert.fail(form(index))
    }
    assert.strictEqual(tally.unmatched, 0)
    assert.isFalse(tally.take("17"))
  })

  it("counts up to 254 results of one id", () => {
    const tally = new RequestTally()
    for (let index = 0; index < 1000; index++) tally.add("a")
    assert.strictEqual(tally.distinct, 1)
    for (let index = 0; index < 254; index++) assert.isTrue(tally.take("a"))
    assert.isFalse(tally.take("a"))
  })

  it.prop(
    "is a multiset of the ids",
    { added: Schema.Array(id), taken: Schema.Array(id) },
    ({ added, taken }) => {
      const tally = new RequestTally()
      const model = new Map<string | null, number>()
      for (const id of added) {
        tally.add(id)
        model.set(id, (model.get(id) ?? 0) + 1)
      }
      assert.strictEqual(tally.distinct, [...model.keys()].filter((id) => id !== null).length)
      assert.strictEqual(tally.anonymous, model.get(null) ?? 0)
      for (const id of taken) {
        const count = model.get(id) ?? 0
        assert.strictEqual(tally.take(id), count > 0)
        model.set(id, Math.max(0, count - 1))
      }
    },
    { arbitrary: { runs: 300 } }
  )
})
