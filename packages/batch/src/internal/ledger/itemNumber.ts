/** How many items a batch may have. Numbers of items stay exact in JavaScript for two million batches. */
const itemsOfBatch = 2 ** 32

/** The number of the first item of a batch, in the tables of items and answers. See `ledgerTables`. */
export const firstItem = (key: number): number => key * itemsOfBatch

/** The number after the last item that a batch may have. */
export const endOfItems = (key: number): number => firstItem(key + 1)
