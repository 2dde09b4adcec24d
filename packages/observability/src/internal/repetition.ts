/**
 * Tells whether a cursor came before, in constant memory: at once if it is one of the last 256, and by Brent's method, in
 * a few rounds at most, if the cursors run in a longer circle.
 */
export const makeRepetition = (): (cursor: string) => boolean => {
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
