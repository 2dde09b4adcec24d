import * as Predicate from "effect/Predicate"

/** A difference between the bodies of two clients: the values at one path. */
export interface Difference {
  readonly ours: unknown
  readonly sdk: unknown
}

/** Where two bodies differ; places in arrays are one place. */
export const compare = (ours: unknown, sdk: unknown, at = ""): ReadonlyMap<string, Difference> => {
  if (Array.isArray(ours) && Array.isArray(sdk) && ours.length === sdk.length) {
    return new Map(ours.flatMap((item, i) => [...compare(item, sdk[i], `${at}[]`)]))
  }
  if (isRecord(ours) && isRecord(sdk)) {
    return new Map(
      [...new Set([...Object.keys(ours), ...Object.keys(sdk)])].flatMap((key) => [
        ...compare(
          key in ours ? ours[key] : "absent",
          key in sdk ? sdk[key] : "absent",
          at === "" ? key : `${at}.${key}`
        )
      ])
    )
  }
  return JSON.stringify(ours) === JSON.stringify(sdk) ? new Map() : new Map([[at, { ours, sdk }]])
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  Predicate.isObject(value) && !Array.isArray(value)
