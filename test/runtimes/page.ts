/** The table of `docs/runtimes.md`, which `run.ts` compares with what it has seen, or writes. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { root, run } from "../packedPackages.ts"
import { type RuntimeResult, table } from "./results.ts"

const page = join(root, "docs/runtimes.md")

/** The file with the results of the last whole run. */
export const resultsFile: string = join(import.meta.dirname, "results.json")

const [begin, end] = ["<!-- The table is written by npm run test:runtimes -- --write -->", "<!-- End of the table -->"]

const split = (text: string) => {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`${page} has no place for the table`)
  return [text.slice(0, from + begin.length), text.slice(from + begin.length, to), text.slice(to)] as const
}

/** A table without its spaces: a formatter pads the columns. */
const bare = (text: string) => text.replaceAll(/ +|-{2,}/g, (part) => part.startsWith("-") ? "-" : " ").trim()

/** Whether the page has the table of these results. */
export const isOnPage = (results: ReadonlyArray<RuntimeResult>): boolean =>
  bare(split(readFileSync(page, "utf8"))[1]) === bare(table(results))

/** Writes the results, and the table into the page. */
export const write = (results: ReadonlyArray<RuntimeResult>): void => {
  writeFileSync(resultsFile, `${JSON.stringify(results, undefined, 2)}\n`)
  const [before, , after] = split(readFileSync(page, "utf8"))
  writeFileSync(page, `${before}\n\n${table(results)}\n\n${after}`)
  run(root, "dprint", "fmt", page, resultsFile)
}
