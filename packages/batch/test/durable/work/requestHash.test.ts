import { assert, describe, it } from "@effect/vitest"
import { noRequest, requestHash } from "../../../src/internal/definition/requestHash.ts"

describe("the hashes by which a changed definition is noticed", () => {
  it("are integers of 32 bits that stay the same, because they are written to the ledger", () => {
    assert.strictEqual(requestHash("{\"model\":\"m\",\"messages\":[]}"), 23475763)
  })

  it("tell other requests and items without a request apart", () => {
    assert.notStrictEqual(requestHash("review 1"), requestHash("review 2"))
    const hashes = new Set(Array.from({ length: 10_000 }, (_, n) => requestHash(`review ${n}`)))
    assert.isFalse(hashes.has(noRequest))
    assert.isAtLeast(hashes.size, 9_990)
  })
})
