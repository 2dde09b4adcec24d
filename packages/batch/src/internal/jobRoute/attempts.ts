import type * as Ledger from "../../Ledger.ts"

/** How often an item is asked, where the settings do not say. */
const defaultMaxAttempts = 4

/**
 * Which jobs of a part are attempts at the same items.
 *
 * *Details*: the jobs of a part are numbered from 1, and no number comes twice, because jobs are found by it. The first
 * `maxAttempts` numbers are for the items as they were loaded, the next ones for items that were opened again after they had
 * failed, and so on.
 */
export interface Attempts {
  /** How many jobs the open items have had with this one. */
  readonly count: (job: number) => number
  /** Whether items that this job leaves without an answer fail. */
  readonly isLast: (job: number) => boolean
  /** The number of the next job, where all items of the part have an outcome. */
  readonly afterEnd: (job: number) => number
}

/** The attempts of a batch with these settings. */
export const attempts = ({ maxAttempts = defaultMaxAttempts }: Ledger.Settings): Attempts => {
  const most = Math.max(1, maxAttempts)
  const count = (job: number) => (job - 1) % most + 1
  return { count, isLast: (job) => count(job) >= most, afterEnd: (job) => job - count(job) + most + 1 }
}
