import type { StoredOutcome } from "../../Ledger.ts"

/** The rows of the first page, whose length nobody knows yet. */
export const firstLimit = 16

/**
 * The rows of the next page: as many as make about a million characters by the mean of this one, so that a page takes the same
 * memory whether answers are words or whole documents.
 */
export const nextLimit = (rows: ReadonlyArray<StoredOutcome>, limit: number): number => {
  let characters = 0
  for (const { body, item } of rows) characters += body.length + item.length
  const fitting = Math.floor(charactersOfPage * rows.length / Math.max(1, characters))
  return Math.max(1, Math.min(fitting, largestGrowth * limit, largestLimit))
}

const charactersOfPage = 1_000_000
const largestGrowth = 8
const largestLimit = 1000
