import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { boundedArray, boundedString } from "../src/internal/boundedSchemas.ts"

const painter = "\u{1F3A8}"

describe("a bounded string", () => {
  const fits = Schema.is(boundedString(2, 4))

  it("has its length in characters, where an emoji is one", () => {
    for (const character of ["x", painter]) {
      const fitting = [0, 1, 2, 3, 4, 5].filter((length) => fits(character.repeat(length)))
      assert.deepStrictEqual(fitting, [2, 3, 4], character)
    }
  })

  it("counts characters of both kinds", () => {
    assert.isFalse(fits(painter))
    assert.isTrue(fits(`x${painter}${painter}${painter}`))
    assert.isFalse(fits(`xx${painter}${painter}${painter}`))
  })

  it("says how many characters it may have, and how many it has", () => {
    const message = (schema: Schema.Codec<string>, value: string) => {
      const exit = Schema.decodeUnknownExit(schema)(value)
      return exit._tag === "Failure" ? String(exit.cause) : ""
    }
    assert.include(message(boundedString(2, 4), painter), "Expected 2 to 4 characters, got 1")
    assert.include(message(boundedString(0, 4), painter.repeat(5)), "Expected at most 4 characters, got 5")
  })
})

describe("a bounded array", () => {
  it("has its length in items", () => {
    const fits = Schema.is(boundedArray(Schema.String, 1, 2))
    assert.deepStrictEqual([[], ["a"], ["a", "b"], ["a", "b", "c"]].map((items) => fits(items)), [
      false,
      true,
      true,
      false
    ])
  })

  it("may be empty where its minimum is 0", () => {
    assert.isTrue(Schema.is(boundedArray(Schema.String, 0, 2))([]))
  })

  it("checks its items", () => {
    assert.isFalse(Schema.is(boundedArray(Schema.String, 1, 2))([1]))
  })
})
