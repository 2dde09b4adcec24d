import { assert, describe, it } from "@effect/vitest"
import { bucketOf, granularityFor } from "../../src/internal/observability/telemetry/timeBucket.ts"

describe("a time bucket", () => {
  it("begins at the second, minute, hour, day, Monday or month of a time, in UTC", () => {
    const time = Date.parse("2026-03-01T13:14:15.678Z") // a Sunday
    assert.deepStrictEqual(
      (["second", "minute", "hour", "day", "week", "month"] as const).map((one) => bucketOf(one, time)),
      [
        "2026-03-01T13:14:15.000Z",
        "2026-03-01T13:14:00.000Z",
        "2026-03-01T13:00:00.000Z",
        "2026-03-01T00:00:00.000Z",
        "2026-02-23T00:00:00.000Z",
        "2026-03-01T00:00:00.000Z"
      ]
    )
  })

  it("that begins at a time is the bucket of that time", () => {
    const monday = "2026-02-23T00:00:00.000Z"
    assert.strictEqual(bucketOf("week", Date.parse(monday)), monday)
    assert.strictEqual(bucketOf("week", Date.parse(monday) - 1), "2026-02-16T00:00:00.000Z")
  })

  it("is the shortest of which a range has at most a hundred", () => {
    const second = 1000
    assert.strictEqual(granularityFor(0), "second")
    assert.strictEqual(granularityFor(100 * second), "second")
    assert.strictEqual(granularityFor(101 * second), "minute")
    assert.strictEqual(granularityFor(100 * 86_400 * second), "day")
    assert.strictEqual(granularityFor(1000 * 86_400 * second), "month")
  })
})
