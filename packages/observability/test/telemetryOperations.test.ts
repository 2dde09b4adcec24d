import { assert, describe, it } from "@effect/vitest"
import { DateTime } from "effect"
import { feedQuery, timeQuery } from "../src/internal/telemetryOperations.ts"

const utc = DateTime.makeUnsafe("2026-01-15T08:00:00.5Z")
const zoned = DateTime.makeZonedUnsafe("2026-01-15T08:00:00Z", { timeZone: "Europe/Paris" })

describe("the query parameters of a time range", () => {
  it("are ISO strings, whether it has DateTimes or strings", () => {
    assert.deepStrictEqual(timeQuery({ from: utc, to: zoned }), {
      from: "2026-01-15T08:00:00.500Z",
      to: "2026-01-15T08:00:00.000Z"
    })
    assert.deepStrictEqual(timeQuery({ from: "2026-01-15", to: "2026-01-16T00:00:00+01:00" }), {
      from: "2026-01-15",
      to: "2026-01-16T00:00:00+01:00"
    })
  })

  it("keep null and what is absent", () => {
    assert.deepStrictEqual(timeQuery({ from: null }), { from: null, to: undefined })
    assert.deepStrictEqual(timeQuery(), { from: undefined, to: undefined })
  })

  it("keep an unknown key, so that validation rejects it", () => {
    const range = { from: utc, not_a_key: 1 }
    assert.deepStrictEqual<object>(timeQuery(range), {
      from: "2026-01-15T08:00:00.500Z",
      to: undefined,
      not_a_key: 1
    })
    assert.strictEqual(Object.entries(feedQuery(range)).find(([key]) => key === "not_a_key")?.[1], 1)
  })
})

describe("the query parameters of a part of a feed", () => {
  it("are the cursor, the page size and the time range", () => {
    assert.deepStrictEqual(feedQuery({ cursor: "c", page_size: 0, from: utc, to: null }), {
      cursor: "c",
      page_size: 0,
      from: "2026-01-15T08:00:00.500Z",
      to: null
    })
    assert.deepStrictEqual(feedQuery(), { cursor: undefined, page_size: undefined, from: undefined, to: undefined })
  })
})
