/** One comparison of OpenAPI files with the endpoint values of this library, and its report. */
import { type Applied, applyExceptions, type Exception } from "./applyExceptions.ts"
import { compareFiles, type Findings, type Subject } from "./compareFiles.ts"
import { reasonOf } from "./coverage.ts"
import { type MergedDifference, mergeDifferences } from "./difference.ts"
import { type Document, UnreadableFile } from "./document.ts"
import { groupBy } from "./groupBy.ts"
import { type Operation, signature } from "./operations.ts"

/** What a comparison found, as JSON. */
export interface Drift {
  readonly files: ReadonlyArray<string>
  /** Whether there is no difference without a reason, and no reason without a difference. */
  readonly clean: boolean
  readonly compared: number
  readonly differences: ReadonlyArray<MergedDifference>
  readonly exceptions: ReadonlyArray<KnownDifference>
  /** Exceptions that no longer apply. */
  readonly stale: ReadonlyArray<KnownDifference>
  readonly notServed: ReadonlyArray<NotServedOperation>
  /** The parts of the API that the files do not describe, with the operations that are here. */
  readonly notDescribed: Readonly<Record<string, ReadonlyArray<string>>>
}

/** A place of an exception. */
export interface KnownDifference {
  readonly about: string
  readonly at: string
  readonly name: string
  readonly reason: string
}

/** An operation of the files that this library does not serve. */
export interface NotServedOperation {
  readonly tag: string
  readonly operation: string
  readonly reason: string
}

/** Compares files with endpoint values. */
export const findDrift = (
  documents: ReadonlyArray<Document>,
  subject: Subject,
  exceptions: ReadonlyArray<Exception>
): Drift => {
  const findings = compare(documents, subject)
  const applied = applyExceptions(findings.differences, exceptions, findings.visited, subject.complete)
  const differences = mergeDifferences(applied.left)
  return {
    files: documents.map(({ file }) => file),
    clean: differences.length === 0 && applied.stale.length === 0,
    compared: subject.endpoints.length - findings.notDescribed.length,
    differences,
    exceptions: known(applied.used),
    stale: known(applied.stale),
    notServed: uniqueOperations(findings.notServed).map(notServed),
    notDescribed: Object.fromEntries(
      [...groupBy(findings.notDescribed, ({ group }) => group)].map(([group, all]) => [
        group,
        [...new Set(all.map(({ endpoint }) => signature(endpoint)))]
      ])
    )
  }
}

/** A schema that is nested in itself without an end is no schema that could be compared. */
const compare = (documents: ReadonlyArray<Document>, subject: Subject): Findings => {
  try {
    return compareFiles(documents, subject)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new UnreadableFile(
      `${documents.map(({ file }) => file).join(", ")}: a schema is a part of itself without an end.`
    )
  }
}

const known = (places: Applied["used"]): ReadonlyArray<KnownDifference> =>
  places.map(({ at, exception, name }) => ({ about: exception.about, at, name, reason: exception.reason }))

/** Two operations of a file may differ by the fragment of their path alone. */
const uniqueOperations = (operations: ReadonlyArray<Operation>): ReadonlyArray<Operation> => [
  ...new Map(operations.map((operation) => [signature(operation), operation])).values()
]

const notServed = (operation: Operation): NotServedOperation => ({
  tag: operation.tags[0] ?? "no tag",
  operation: signature(operation),
  reason: reasonOf(operation.path)
})

const signs = { api: "+", here: "-", both: "~" } as const

/** The report of a comparison: one line for each difference. */
export const reportOf = (drift: Drift): string => {
  const lines = [
    `Compared ${drift.compared} endpoints with ${drift.files.join(", ")}.`,
    ...section("Differences (+ the API has it, - it is here, ~ both differ):", drift.differences.map(lineOf)),
    ...section("Exceptions that no longer apply:", drift.stale.map(staleLine)),
    ...section(`Operations that are not served (${drift.notServed.length}):`, notServedLines(drift.notServed)),
    ...section(
      "Parts of the API that the files do not describe:",
      Object.entries(drift.notDescribed).map(([group, operations]) =>
        `  ${group} (${count(operations.length, "operation")})`
      )
    ),
    "",
    drift.clean
      ? `No drift; ${count(drift.exceptions.length, "known difference")}.`
      : `Drift: ${count(drift.differences.length, "difference")}, ${
        count(drift.stale.length, "exception")
      } to remove; ${count(drift.exceptions.length, "known difference")}.`
  ]
  return lines.join("\n")
}

const section = (title: string, lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.length === 0 ? [] : ["", title, ...lines]

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`

const lineOf = ({ about, places, pointer, sentence, side }: MergedDifference): string => {
  const more = places.length > 1 ? ` and ${count(places.length - 1, "other place")}` : ""
  return `  ${signs[side]} ${about}: ${sentence} ${pointer} (${places[0]}${more})`
}

const staleLine = ({ about, at, name, reason }: KnownDifference): string =>
  `  ! ${about}: "${name}" at ${at} is no difference any more. (${reason})`

const notServedLines = (operations: ReadonlyArray<NotServedOperation>): ReadonlyArray<string> =>
  [...groupBy(operations, ({ reason, tag }) => JSON.stringify([tag, reason])).values()].flatMap((group) => [
    `  ${group[0]?.tag} (${group[0]?.reason})`,
    ...group.map(({ operation }) => `    ${operation}`)
  ])
