import * as Flag from "effect/cli/Flag"

/** Refuses a number below the smallest one that makes sense. */
export const atLeast = (minimum: number) =>
  Flag.filter((value: number) => value >= minimum, () => `a number not below ${minimum}`)

/** Refuses a number outside of a range. */
export const within = (minimum: number, maximum: number) =>
  Flag.filter(
    (value: number) => value >= minimum && value <= maximum,
    () => `a number from ${minimum} to ${maximum}`
  )
