/** The tables of the comparison as Markdown, and their place in a document. */
import { table } from "../../bench/table.ts"
import { capabilities, type Capability } from "./capabilities.ts"
import type { Measured } from "./measure.ts"
import { probes } from "./probes.ts"

/** The tables of the comparison. */
export const tables = ["offers", "behaviour", "versions"] as const

/** One of the tables. */
export type Table = typeof tables[number]

/** The cells of a row. This library's own links the test that shows it; `up` leads from the document to the repository. */
const cells = (answers: ReadonlyArray<boolean>, test: string | undefined, up: string): ReadonlyArray<string> =>
  answers.map((answer, column) => {
    const word = answer ? "yes" : "no"
    return column === 0 && test !== undefined ? `[${word}](${up}${test})` : word
  })

const rows = (measured: ReadonlyArray<Measured>, up: string): Readonly<Record<Table, Array<Array<string>>>> => {
  const names = measured.map(({ name }) => name)
  const offered: ReadonlyArray<Capability> = Object.values(capabilities)
  return {
    offers: [
      ["", ...names],
      ...offered.map(({ test, title }, index) => [
        title,
        ...cells(measured.map(({ offers }) => offers[index] === true), test, up)
      ])
    ],
    behaviour: [
      ["", ...names],
      ...probes.map(({ test, title }, index) => [
        title,
        ...cells(measured.map(({ answers }) => answers[index] === true), test, up)
      ])
    ],
    versions: [
      ["client", "measured with"],
      ...measured.map(({ name, versions }) => [name, versions.join(", ")])
    ]
  }
}

/** Puts the tables into the places of a document that are marked for them, such as `<!-- comparison: offers -->`. */
export const insert = (document: string, measured: ReadonlyArray<Measured>, up: string): string => {
  const all = rows(measured, up)
  return tables.reduce((text, name) => {
    const mark = `<!-- comparison: ${name} -->\n\n`
    const begin = text.indexOf(mark)
    if (begin === -1) return text
    const end = text.indexOf("\n\n", begin + mark.length)
    return text.slice(0, begin + mark.length) + table(all[name]) + (end === -1 ? "\n" : text.slice(end))
  }, document)
}
