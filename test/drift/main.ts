/**
 * Compares OpenAPI files of Mistral with the endpoint values of this library.
 *
 * Run: npm run drift -- FILE [FILE...] [--json] [--complete]; npm run drift -- --write
 *
 * The exit code is 0 without a difference, 1 with one, and 2 where a file cannot be read.
 */
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

const main = (): number => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { json: { type: "boolean" }, complete: { type: "boolean" }, write: { type: "boolean" } }
  })
  if (values.write === true) {
    writeFileSync(pageFile, writtenPage(readPage(), served, servedGroups, notServedGroups))
    console.log(`Wrote ${pageFile}.`)
  }
  if (positionals.length === 0) {
    if (values.write === true) return 0
    throw new UnreadableFile(`No file is given. ${usage}`)
  }
  const drift = findDrift(positionals.map(readDocument), {
    endpoints: served.map(({ endpoint }) => endpoint),
    groups: servedGroups,
    sets,
    knownValues,
    complete: values.complete === true
  }, exceptions)
  console.log(values.json === true ? JSON.stringify(drift, null, 2) : reportOf(drift))
  return drift.clean ? 0 : 1
}

/** The sentence for an error that is the user's. */
const sentenceOf = (error: unknown): string | undefined =>
  error instanceof UnreadableFile
    ? error.message
    : error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS")
    ? `${error.message.replace(/\. .*/s, ".")} ${usage}`
    : undefined

try {
  process.exitCode = main()
} catch (error) {
  const sentence = sentenceOf(error)
  if (sentence === undefined) throw error
  console.error(sentence)
  process.exitCode = 2
}
