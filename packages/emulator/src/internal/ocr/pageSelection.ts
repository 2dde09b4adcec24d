import type * as OcrDocument from "@effect-mistral/core/OcrDocument"
import { detail, type ErrorResponse } from "../http/errorResponse.ts"

/** Says which pages of a document a request selects, by their indexes. */
export type PageSelection = (index: number) => boolean

/**
 * Reads the pages of a request: a list of indexes, or a text of indexes and ranges such as `0-3,5`. The sentences of the
 * errors are guesses.
 */
export const pageSelection = (pages: OcrDocument.Request["pages"]): PageSelection | ErrorResponse => {
  if (pages === undefined || pages === null) return () => true
  if (typeof pages !== "string") {
    const at = pages.findIndex((page) => page < 0)
    return at === -1
      ? (index) => pages.includes(index)
      : invalidPages(["pages", at], "Page numbers must not be negative", pages[at])
  }
  const ranges: Array<readonly [from: number, to: number]> = []
  for (const part of pages.split(",")) {
    const [, from, to = from] = /^\s*(\d{1,9})\s*(?:-\s*(\d{1,9})\s*)?$/.exec(part) ?? []
    if (from === undefined || Number(from) > Number(to)) {
      return invalidPages(["pages"], "Pages must be comma-separated numbers and ranges, such as '0,2-4'", pages)
    }
    ranges.push([Number(from), Number(to)])
  }
  return (index) => ranges.some(([from, to]) => from <= index && index <= to)
}

const invalidPages = (loc: ReadonlyArray<string | number>, message: string, input: unknown): ErrorResponse =>
  detail(422, [{ type: "value_error", loc: ["body", ...loc], msg: `Value error, ${message}`, input }])
