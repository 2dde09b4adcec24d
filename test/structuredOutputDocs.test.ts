/**
 * The tables of `docs/structured-output.md` say what the conversion does.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { refusalOf, refusalsIn, rowOf, rowsIn } from "./structuredOutput/table.ts"

const markdown = readFileSync(fileURLToPath(new URL("../docs/structured-output.md", import.meta.url)), "utf8")
const rows = rowsIn(markdown)
const refusals = refusalsIn(markdown)

describe("the tables of structured output", () => {
  it("have rows", () => {
    assert.isAtLeast(rows.length, 50)
    assert.isAtLeast(refusals.length, 8)
  })

  for (const row of rows) {
    it.effect(`say what is sent and read for ${row.code}`, () =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* rowOf(row.code, row.written), row)
      }))
  }

  for (const [code, message] of refusals) {
    it.effect(`say why ${code} is refused`, () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* refusalOf(code), message)
      }))
  }
})
