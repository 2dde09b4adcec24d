import { assert, describe, it } from "@effect/vitest"
import { HashTable } from "../../../src/internal/ledger/hashTable.ts"

describe("a table of numbers by hash", () => {
  it("finds what was added, whatever its size", () => {
    const table = new HashTable()
    const hashOf = (number: number) => Math.imul(number, 0x9e3779b1) | 0
    for (let number = 0; number < 50_000; number++) table.add(hashOf(number), number)
    assert.strictEqual(table.size, 50_000)
    for (let number = 0; number < 50_000; number++) assert.deepStrictEqual(table.get(hashOf(number)), [number])
    assert.deepStrictEqual(table.get(hashOf(50_000)), [])
  })

  it("finds neighbouring and extreme hashes, and the largest number", () => {
    const table = new HashTable()
    const hashes = [...Array.from({ length: 5000 }, (_, hash) => hash - 2500), 2 ** 31 - 1, -(2 ** 31)]
    for (const hash of hashes) table.add(hash, 2 ** 32 - 2)
    assert.isTrue(hashes.every((hash) => table.get(hash)[0] === 2 ** 32 - 2))
  })

  it("keeps the first numbers of a hash that very many have, in their order", () => {
    const table = new HashTable()
    for (let number = 0; number < 100_000; number++) table.add(7, number)
    assert.deepStrictEqual(table.get(7), [0, 1, 2, 3, 4, 5, 6, 7])
    assert.strictEqual(table.size, 8)
  })

  it("gives the pairs of a range of hashes, sorted", () => {
    const table = new HashTable()
    for (const [hash, number] of [[5, 1], [-3, 2], [9, 3], [5, 4], [4, 5]] as const) table.add(hash, number)
    assert.deepStrictEqual(table.between(-3, 6), [[-3, 2], [4, 5], [5, 1], [5, 4]])
    assert.deepStrictEqual(table.between(6, 9), [])
  })
})
