/** How large the packed packages may be. */

/** Kilobytes of each packed tarball: what was reached, with a tenth of room. */
const budgets: Readonly<Record<string, number>> = {}

/** Says so where a packed package is larger than its budget. */
export const sizeProblem = (name: string, bytes: number): ReadonlyArray<string> => {
  const budget = budgets[name]
  if (budget === undefined) return [`test/packaging/tarballSizes.ts has no budget for ${name}`]
  return bytes > budget * 1000 ? [`${(bytes / 1000).toFixed(1)} kB packed, which is more than ${budget} kB`] : []
}
