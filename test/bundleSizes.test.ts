/** The documents have the sizes of bundles that `npm run size:check` has measured. */
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { broken } from "../bench/bundlers/rules.ts"
import { kilobytes, page, recorded, tables, withTables } from "../bench/bundlers/table.ts"

describe("the sizes of bundles", () => {
  it("are those of the tables of the documentation", () => {
    const markdown = readFileSync(page, "utf8")
    assert.strictEqual(withTables(markdown, recorded()), markdown)
    for (const table of Object.values(tables(recorded()))) assert.include(markdown, table)
  })

  for (const name of ["bundlers.md", "browsers-and-edge.md"]) {
    it(`are the only ones that ${name} names`, () => {
      const markdown = readFileSync(join(dirname(page), name), "utf8")
      const named = [...markdown.matchAll(/(\d+\.\d) kB/g)].map(([, size]) => size!)
      const measured = new Set(recorded().map(({ gzip }) => kilobytes(gzip)))
      assert.isAbove(named.length, 0)
      assert.deepStrictEqual(named.filter((size) => !measured.has(size)), [])
    })
  }

  it("keep the rules of tree shaking, which notice an import that adds something", () => {
    assert.deepStrictEqual(broken(recorded()), [])
    const larger = recorded().map((size) =>
      size.bundler === "Vite" && size.name === "unused" ? { ...size, minified: size.minified + 1 } : size
    )
    assert.isAbove(broken(larger).length, 0)
    const unflagged = recorded().filter(({ name }) => name !== "side-effects")
    assert.strictEqual(broken(unflagged).length, 1)
  })
})
