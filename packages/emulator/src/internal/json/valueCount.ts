import * as Predicate from "effect/Predicate"

/** Whether a JSON value holds more values than a number. Counting stops there. */
export const hasMoreValues = (value: unknown, most: number): boolean => {
  let left = most
  const count = (value: unknown): boolean => {
    if (--left < 0) return true
    if (Array.isArray(value)) return value.some(count)
    return Predicate.isObject(value) && Object.values(value).some(count)
  }
  return count(value)
}
