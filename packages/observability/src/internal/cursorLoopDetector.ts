/**
 * Makes a function that says whether a cursor was seen before, in constant memory: immediately if it is one of the last 256
 * cursors, and by Brent's method, after a few more rounds, if the loop is longer.
 */
export const makeCursorLoopDetector = (): (cursor: string) => boolean => {
  const recent = new Set<string>()
  let mark: string | undefined
  let steps = 0
  let power = 1
  return (cursor) => {
    if (recent.has(cursor) || cursor === mark) return true
    recent.add(cursor)
    if (recent.size > 256) recent.delete(recent.values().next().value!)
    if (++steps === power) {
      mark = cursor
      power *= 2
      steps = 0
    }
    return false
  }
}
