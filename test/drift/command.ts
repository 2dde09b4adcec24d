/** The command `npm run drift`: its options, its output and its exit code. */
import { writeFileSync } from "node:fs"
import { parseArgs } from "node:util"
import { notServedGroups, servedGroups } from "./coverage.ts"
import { readDocument, UnreadableFile } from "./document.ts"
import { findDrift, reportOf } from "./drift.ts"
import { served } from "./endpoints.ts"
import { exceptions } from "./exceptions.ts"
import { knownValues, sets } from "./knownValues.ts"
import { pageFile, readPage, writtenPage } from "./page.ts"

const usage = "Usage: npm run drift -- FILE [FILE...] [--json] [--complete], or npm run drift -- --write"

/** What a command printed, and how it ended. */
export interface Outcome {
  /** 0 without a difference, 1 with one, 2 where a file cannot be read. */
  readonly code: 0 | 1 | 2
  readonly output: string
}

/** Runs the command. A sentence says why a file cannot be compared. */
export const runCommand = (args: ReadonlyArray<string>): Outcome => {
  try {
    return run(args)
  } catch (error) {
    const sentence = sentenceOf(error)
    if (sentence === undefined) throw error
    return { code: 2, output: sentence }
  }
}

const run = (args: ReadonlyArray<string>): Outcome => {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: "boolean" }, complete: { type: "boolean" }, write: { type: "boolean" } }
  })
  if (values.write === true) {
    writeFileSync(pageFile, writtenPage(readPage(), served, servedGroups, notServedGroups))
    if (positionals.length === 0) return { code: 0, output: `Wrote ${pageFile}.` }
  }
  if (positionals.length === 0) throw new UnreadableFile(`No file is given. ${usage}`)
  const drift = findDrift(positionals.map(readDocument), {
    endpoints: served.map(({ endpoint }) => endpoint),
    groups: servedGroups,
    sets,
    knownValues,
    complete: values.complete === true
  }, exceptions)
  return {
    code: drift.clean ? 0 : 1,
    output: values.json === true ? JSON.stringify(drift, null, 2) : reportOf(drift)
  }
}

/** The sentence for an error that is the user's. */
const sentenceOf = (error: unknown): string | undefined =>
  error instanceof UnreadableFile
    ? error.message
    : error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS")
    ? `${error.message.replace(/\. .*/s, ".")} ${usage}`
    : undefined
