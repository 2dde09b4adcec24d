/** Differences between an OpenAPI file and the endpoint values. */

/** What a difference is about. */
export type About =
  | "operation"
  | "method"
  | "parameter"
  | "body"
  | "key"
  | "required"
  | "null"
  | "type"
  | "value"
  | "bound"
  | "format"
  | "other keys"
  | "discriminator"
  | "check"

/** One difference. */
export interface Difference {
  /** Which side has it: the API, this library, or both in different ways. */
  readonly side: "api" | "here" | "both"
  readonly about: About
  /** The JSON pointer of the place in the file. */
  readonly pointer: string
  /** The key, the parameter, the value or the limit that differs. */
  readonly name: string
  /** A sentence that says what either side has. */
  readonly sentence: string
  /** The endpoint, and the place in its request or response. */
  readonly place: string
}

/** A difference with every place where it occurs. */
export interface MergedDifference extends Omit<Difference, "place"> {
  readonly places: ReadonlyArray<string>
}

/** Joins what is the same difference in several places: a schema of the file may be used by many operations. */
export const mergeDifferences = (differences: ReadonlyArray<Difference>): ReadonlyArray<MergedDifference> => {
  const merged = new Map<string, MergedDifference>()
  for (const { place, ...difference } of differences) {
    const key = JSON.stringify([difference.pointer, difference.about, difference.name, difference.sentence])
    const places = merged.get(key)?.places ?? []
    merged.set(key, { ...difference, places: places.includes(place) ? places : [...places, place] })
  }
  return [...merged.values()]
}
