import { assert, describe, it } from "@effect/vitest"
import { readCursor, writeCursor } from "../../src/internal/observability/api/cursor.ts"

describe("a cursor", () => {
  it("is read as it was written", () => {
    for (const cursor of [{ newest: 5, timestamp: 1700000000000, seq: 3 }, { newest: 0, timestamp: -1, seq: 0 }]) {
      assert.deepStrictEqual(readCursor(writeCursor(cursor)), cursor)
      assert.notInclude(writeCursor(cursor), "=")
    }
  })

  it("is refused where nothing here wrote it, in any other notation too", () => {
    const written = writeCursor({ newest: 5, timestamp: 7, seq: 3 })
    for (
      const text of ["", "abc", "é", `${written}=`, `${written} `, btoa("c1:5:7"), btoa("c2:5:7:3"), btoa("c1:05:7:3")]
    ) {
      assert.isUndefined(readCursor(text), text)
    }
  })
})
