import { assert, describe, it } from "@effect/vitest"
import { noRequest, partHash, requestHash } from "../../../src/internal/definition/requestHash.ts"

describe("the hashes by which a changed definition is noticed", () => {
  it("are integers of 32 bits that stay the same, because they are written to the ledger", () => {
    assert.strictEqual(requestHash("{\"model\":\"m\",\"messages\":[]}"), 23475763)
    assert.strictEqual(partHash([]), 0)
    assert.strictEqual(partHash([1, 2, 3]), 1026)
    const large = partHash(Array.from({ length: 1000 }, (_, index) => requestHash(String(index))))
    assert.strictEqual(large, large | 0)
  })

  it("tell other requests, another order, and items without a request apart", () => {
    assert.notStrictEqual(requestHash("review 1"), requestHash("review 2"))
    assert.notStrictEqual(partHash([1, 2]), partHash([2, 1]))
    const hashes = new Set(Array.from({ length: 10_000 }, (_, n) => requestHash(`review ${n}`)))
    assert.isFalse(hashes.has(noRequest))
    assert.isAtLeast(hashes.size, 9_990)
  })
})
