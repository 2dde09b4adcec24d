import { WorkBudget } from "../json/workBudget.ts"
import type { Random } from "../random/random.ts"

/** What made values depend on beside their JSON Schema. */
export interface Generation {
  readonly random: Random
  /**
   * The time of the request in milliseconds since the epoch. Only its day matters: dates and years lie near it, so that the
   * same request has the same answer for a day.
   */
  readonly now: number
  /** What the answer may cost. */
  readonly budget: WorkBudget
}

/** Makes what the values of a response are generated from, whose parts share one budget. */
export const generationAt = (now: number): (random: Random) => Generation => {
  const budget = new WorkBudget()
  return (random) => ({ random, now, budget })
}
