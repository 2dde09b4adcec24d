/**
 * Fails when a program that streams a chat completion grows beyond its budget. Run: npm run size:check
 */
import { sizes } from "./size.ts"

/** Kilobytes, gzip: the sizes that were reached, with a little room. Lower them whenever a program becomes smaller. */
const budgets: Readonly<Record<string, number>> = {
  "ours": 70.3,
  "ours, by barrel imports, Vite": 65.7
}

const measured = await sizes()
for (const [name, budget] of Object.entries(budgets)) {
  const size = measured.find((size) => size.name === name)
  if (size === undefined) throw new Error(`no size was measured of: ${name}`)
  const kilobytes = size.gzip / 1000
  console.log(`${name}: ${kilobytes.toFixed(1)} kB gzip, budget ${budget}`)
  if (kilobytes > budget) process.exitCode = 1
}
