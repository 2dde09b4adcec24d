/** How large the packed packages may be. */

/** Kilobytes of each packed tarball: the sizes that were reached, with some room. */
const budgets: Readonly<Record<string, number>> = {
  agents: 10,
  ai: 150,
  batch: 480,
  chat: 10,
  core: 500,
  emulator: 800,
  fim: 10,
  node: 50,
  observability: 120,
  testing: 20
}

/** Says so where a packed package is larger than its budget. */
export const sizeProblem = (name: string, bytes: number): ReadonlyArray<string> => {
  const budget = budgets[name]
  if (budget === undefined) return [`test/packaging/tarballSizes.ts has no budget for ${name}`]
  return bytes > budget * 1000 ? [`${(bytes / 1000).toFixed(1)} kB packed, which is more than ${budget} kB`] : []
}
