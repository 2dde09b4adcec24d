/** A page of `docs` as tests read it: its sections, its tables, and its programs as modules. */
import { assert } from "@effect/vitest"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { anchorsOf, root } from "./documents.ts"

/** A page of the documentation. */
export interface Page {
  readonly text: string
  /** The headings of all levels, in their order. */
  readonly headings: ReadonlyArray<string>
  /** The anchors of the headings, as GitHub makes them. */
  readonly anchors: ReadonlySet<string>
  /** The text below a heading, up to the next one. */
  readonly section: (heading: string) => string
  /** The rows of the first table below a heading, without its head. */
  readonly table: (heading: string) => ReadonlyArray<ReadonlyArray<string>>
  /** The exports of the first program below a heading. The cast to `Module` is safe where its exports are those. */
  readonly load: <Module>(heading: string) => Promise<Module>
}

/** Reads a page of `docs`. */
export const page = (name: string): Page => {
  const text = readFileSync(join(root, "docs", name), "utf8")
  const parts = withoutCode(text).split(/^#+ (.*)$/m)
  const headings = parts.filter((_, at) => at % 2 === 1)
  const section = (heading: string): string => {
    const at = headings.indexOf(heading)
    assert.isAtLeast(at, 0, `${name} has no heading "${heading}"`)
    return parts[2 * at + 2]!
  }
  return {
    text,
    headings,
    anchors: anchorsOf(text),
    section,
    table: (heading) => {
      const lines = section(heading).split("\n")
      const start = lines.findIndex((line) => line.startsWith("|"))
      assert.isAtLeast(start, 0, `no table below "${heading}"`)
      const length = lines.slice(start).findIndex((line) => !line.startsWith("|"))
      const rows = lines.slice(start + 2, length < 0 ? undefined : start + length)
      return rows.map((row) => row.slice(1, -1).split(/(?<!\\)\|/).map((cell) => cell.trim()))
    },
    load: async (heading) => {
      const after = text.slice(text.search(new RegExp(`^#+ ${heading.replaceAll(/[^\w ]/g, "\\$&")}$`, "m")))
      const code = /^```ts\n([\s\S]*?)^```$/m.exec(after)?.[1]
      assert.isDefined(code, `no program below "${heading}"`)
      const folder = join(root, "test", ".pages")
      mkdirSync(folder, { recursive: true })
      const file = join(folder, `${`${name}-${heading}`.toLowerCase().replaceAll(/\W+/g, "-")}.ts`)
      writeFileSync(file, code)
      return import(pathToFileURL(file).href)
    }
  }
}

/** The same text with every line of a program left empty: a comment of one could look like a heading. */
const withoutCode = (text: string): string =>
  text.replaceAll(/^```\w*\n[\s\S]*?^```$/gm, (block) => block.replaceAll(/[^\n]/g, ""))
