import type { NewItem } from "../../LedgerModel.ts"

/** The most characters that one statement writes, or a few more. */
const size = 4_000_000

/** Cuts the items of a part into pieces for one statement each. */
export const pieces = (items: ReadonlyArray<NewItem>): ReadonlyArray<ReadonlyArray<NewItem>> => {
  const cut: Array<ReadonlyArray<NewItem>> = []
  let from = 0
  let length = 0
  items.forEach(({ item }, place) => {
    length += item.length
    if (length >= size) {
      cut.push(items.slice(from, place + 1))
      from = place + 1
      length = 0
    }
  })
  if (from < items.length) cut.push(items.slice(from))
  return cut
}
