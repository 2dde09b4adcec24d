/** A comparison that is under way: which side of an operation it is about, where it is, and where its differences go. */
import type { Difference } from "./difference.ts"
import type { Kind } from "./shape.ts"

/** The side of an operation that is compared, and where its differences go. */
export interface Comparison {
  readonly direction: "request" | "response"
  /** The endpoint and the place in its request or response. */
  readonly place: string
  readonly report: (difference: Difference) => void
  /** Notes that a place was compared. */
  readonly visit: (place: string) => void
  /** The values that an open set is known to have, by the places of the set in the file and here. */
  readonly knownValues: (pointer: string, place: string) => ReadonlyArray<string> | undefined
  /** The pairs that were compared on the way here: schemas may be recursive. */
  readonly seen: Map<unknown, Set<unknown>>
}

/** Reports the difference of a comparison. */
export const reportTo = (
  { place, report }: Comparison,
  side: Difference["side"],
  about: Difference["about"],
  pointer: string,
  name: string,
  sentence: string
): void => report({ side, about, pointer, name, sentence, place })

/** A comparison of a part. */
export const inside = (comparison: Comparison, step: string): Comparison => ({
  ...comparison,
  place: comparison.place + step
})

/** A type with its article. */
export const article = (type: string): string =>
  type === "any" ? "any value" : type === "binary" ? "a file" : `${/^[aeio]/.test(type) ? "an" : "a"} ${type}`

/** The types of some kinds, as words. */
export const describeKinds = (kinds: ReadonlyArray<Kind>): string =>
  kinds.length === 0 ? "null" : [...new Set(kinds.map(({ type }) => article(type)))].join(" or ")
