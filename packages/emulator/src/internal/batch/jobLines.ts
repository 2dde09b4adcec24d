import { linesOf } from "../files/fileStore.ts"
import { isJsonObject, type JsonObject } from "../json/jsonObject.ts"
import { isTooDeep } from "../json/jsonSyntax.ts"
import type { Database, Row } from "../storage/database.ts"
import { filesOf } from "./jobStore.ts"

/** A line of a job's input. */
export interface JobLine {
  readonly text: string
  /** Where it stands, for messages: `line 3`, and the file if the job has several. */
  readonly place: string
}

/** A request of a job: a line that is valid. */
export interface JobRequest {
  readonly custom_id: string | null
  readonly body: JsonObject
}

/**
 * The lines of a job's input that are not blank, in order.
 *
 * *Gotchas*: it throws if an input file was removed.
 */
export function* linesOfJob(database: Database, row: Row): Generator<JobLine> {
  const files = filesOf(row)
  if (files.length === 0) {
    const requests = database.get("SELECT lines FROM batch_requests WHERE job = ?", Number(row["seq"]))
    if (requests === undefined) return
    let number = 0
    for (const text of String(requests["lines"]).split("\n")) yield { text, place: `request ${++number}` }
    return
  }
  for (const file of files) {
    let number = 0
    for (const text of linesOf(database, file)) {
      number++
      const line = number === 1 ? text.replace(/^\uFEFF/, "") : text
      if (line.trim() === "") continue
      yield { text: line, place: files.length === 1 ? `line ${number}` : `line ${number} of ${file}` }
    }
  }
}

/** Lines that were read, and whether an input file was removed before the rest could be read. */
export interface SomeLines {
  readonly lines: ReadonlyArray<JobLine>
  readonly removed: boolean
}

/** Reads the next lines of a job, at most a number. */
export const readSome = (lines: Iterator<JobLine>, most: number): SomeLines => {
  const some: Array<JobLine> = []
  try {
    while (some.length < most) {
      const next = lines.next()
      if (next.done === true) break
      some.push(next.value)
    }
    return { lines: some, removed: false }
  } catch {
    return { lines: some, removed: true }
  }
}

/** The problem of a job whose input was removed before all of it was read. */
export const removedInput = (count: number): LineProblem => ({
  message: "An input file was removed before the job had read all of it",
  count
})

/** Reads a line as a request, or says what is wrong with it. */
export const readRequest = (text: string): JobRequest | string => {
  if (isTooDeep(text)) return "is nested too deeply"
  const value = parse(text)
  if (value === undefined) return "is not JSON"
  if (!isJsonObject(value)) return "is not a JSON object"
  const { body, custom_id = null } = value
  if (!isJsonObject(body)) return body === undefined ? "has no body" : "has a body that is not an object"
  if (custom_id !== null && typeof custom_id !== "string") return "has a custom_id that is not a string"
  return { custom_id, body }
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What is wrong with the lines of a job: a sentence, and the number of lines that it applies to. */
export interface LineProblem {
  readonly message: string
  readonly count: number
}

/** Checks the lines of a job, one after another. */
export interface LineChecker {
  readonly add: (line: JobLine) => void
  /** The number of lines. */
  readonly count: () => number
  /** What is wrong; empty if all lines are valid. */
  readonly problems: () => ReadonlyArray<LineProblem>
}

/** Makes a checker, which holds the `custom_id`s of all lines. */
export const makeLineChecker = (): LineChecker => {
  const places = new Map<string, string>()
  const problems = new Map<string, { first: string; count: number }>()
  let count = 0
  const report = (kind: string, sentence: string) => {
    const known = problems.get(kind)
    if (known === undefined) problems.set(kind, { first: sentence, count: 1 })
    else known.count++
  }
  return {
    add: ({ place, text }) => {
      count++
      const request = readRequest(text)
      if (typeof request === "string") return report(request, `${place} ${request}`)
      if (request.custom_id === null) return
      const before = places.get(request.custom_id)
      if (before === undefined) places.set(request.custom_id, place)
      else report("repeats a custom_id", `${place} has the custom_id of ${before}`)
    },
    count: () => count,
    problems: () =>
      count === 0
        ? [{ message: "The input has no requests", count: 1 }]
        : [...problems.values()].map(({ count, first }) => ({
          message: `The input is not valid: ${first}${count === 1 ? "" : ` (and ${count - 1} more)`}`,
          count
        }))
  }
}
