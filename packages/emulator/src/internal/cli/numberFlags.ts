import * as Flag from "effect/cli/Flag"

/** Rejects a number below a minimum. */
export const atLeast = (minimum: number) =>
  Flag.filter((value: number) => value >= minimum, () => `a number of at least ${minimum}`)

/** Rejects a number outside a range. */
export const within = (minimum: number, maximum: number) =>
  Flag.filter(
    (value: number) => value >= minimum && value <= maximum,
    () => `a number from ${minimum} to ${maximum}`
  )
