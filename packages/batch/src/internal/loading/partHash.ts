/**
 * The hash of a part has two halves: the lower 32 bits are made of the requests of its items, the upper 21 bits of the items
 * themselves. So a part that differs says whether its items or only its requests have changed.
 */

const requestBits = 2 ** 32

/** Adds the hash of an item or of a request to the hash of those before it, from 0 on. */
export const addHash = (combined: number, hash: number): number => (Math.imul(combined, 31) + hash) | 0

export const partHash = (items: number, requests: number): number =>
  ((items ^ (items >>> 11)) & 0x1fffff) * requestBits + (requests >>> 0)

/** Whether two parts have the same items, whatever their requests are. */
export const sameItems = (hash: number, other: number): boolean =>
  Math.floor(hash / requestBits) === Math.floor(other / requestBits)
