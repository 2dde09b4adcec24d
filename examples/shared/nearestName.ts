/** Finds the name that somebody may have meant. */

/** The number of letters to insert, to remove or to replace until one text is the other. */
const editDistance = (a: string, b: string): number => {
  let previous = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1)
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}

/** The name that is nearest to a text: one that contains it, or else the one with the smallest edit distance. */
export const nearestName = (text: string, names: ReadonlyArray<string>): string | undefined => {
  const distance = (name: string) => text !== "" && name.includes(text) ? 0 : editDistance(text, name)
  return [...names].sort((a, b) => distance(a) - distance(b))[0]
}
