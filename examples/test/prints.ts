/** Compares the output of an example with the lines that the list of examples shows. */
import { assert } from "@effect/vitest"
import { stripVTControlCharacters } from "node:util"

/** The time and the level before a line of Effect's logger. */
const logPrefix = /^\[[\d:.]+\] \w+ \(#\d+\): /gm

/** A line of the list as a pattern: `…` is a text, `#` a number, and spaces may be more. */
export const patternOf = (line: string): RegExp => {
  const source = line.trim()
    .replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")
    .replaceAll("…", ".+")
    .replaceAll("#", "-?\\d+(?:\\.\\d+)?")
    .replaceAll(/ +/g, " +")
  return new RegExp(`^ *${source} *$`, "m")
}

/** Asserts that the lines occur in an output, in their order. */
export const assertPrints = (output: string, lines: ReadonlyArray<string>): void => {
  assert.isNotEmpty(lines)
  let rest = stripVTControlCharacters(output).replaceAll(logPrefix, "")
  for (const line of lines) {
    const found = patternOf(line).exec(rest)
    assert.isNotNull(found, `"${line}" not found in what is left of the output:\n${rest}`)
    rest = rest.slice(found!.index + found![0].length)
  }
}
