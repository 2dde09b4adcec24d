/** The sizes that are recorded in `bench/sizes.json`, and the tables of `docs/bundlers.md` that are made of them. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { table } from "../table.ts"
import type { BundleSize } from "./measure.ts"

const file = join(import.meta.dirname, "..", "sizes.json")

/** The page that holds the tables. */
export const page: string = join(import.meta.dirname, "..", "..", "docs", "bundlers.md")

/** The recorded sizes: the budget of `npm run size:check`, and what documents say. */
export const recorded = (): ReadonlyArray<BundleSize> => JSON.parse(readFileSync(file, "utf8"))

/** Records sizes. */
export const record = (sizes: ReadonlyArray<BundleSize>): void =>
  writeFileSync(file, `${JSON.stringify(sizes, null, 2)}\n`)

/** Kilobytes of 1,000 bytes, as tables show them. */
export const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(1)

const rows: ReadonlyArray<readonly [name: string, title: string]> = [
  ["stream", "stream, module imports"],
  ["stream-barrels", "stream, barrel imports"],
  ["unused", "stream, and unused imports of seven packages"],
  ["object-only", "object, module imports"],
  ["object-only-barrels", "object, barrel imports"]
]

const splitRows: ReadonlyArray<readonly [name: string, title: string]> = [
  ["page", "page 1 of two, at first"],
  ["page, later", "page 1, when it asks for an object"],
  ["second", "page 2 of two"],
  ["lazy", "page that loads the client on demand, at first"],
  ["lazy, later", "the same, when it streams"]
]

const tableOf = (
  sizes: ReadonlyArray<BundleSize>,
  rows: ReadonlyArray<readonly [name: string, title: string]>,
  head: string
) => {
  const bundlers = [...new Set(sizes.map(({ bundler }) => bundler))]
  const cell = (name: string, bundler: string) => {
    const size = sizes.find((size) => size.name === name && size.bundler === bundler)
    return size === undefined ? "not measured" : `${kilobytes(size.gzip)} kB`
  }
  return table([
    [head, ...bundlers],
    ...rows.map(([name, title]) => [title, ...bundlers.map((bundler) => cell(name, bundler))])
  ])
}

/** The tables of the page, by the names of their places in it. */
export const tables = (sizes: ReadonlyArray<BundleSize>): Readonly<Record<string, string>> => ({
  sizes: tableOf(sizes, rows, "program"),
  splitting: tableOf(sizes, splitRows, "what is loaded")
})

/** The page with tables of these sizes. */
export const withTables = (markdown: string, sizes: ReadonlyArray<BundleSize>): string =>
  Object.entries(tables(sizes)).reduce(
    (text, [name, table]) =>
      text.replace(
        new RegExp(`(<!-- ${name}: written by size:check -->\\n\\n)[^]*?(\\n\\n<!-- end of ${name} -->)`),
        (_, start, end) => `${start}${table}${end}`
      ),
    markdown
  )
