/**
 * Fails when a program that streams a chat answer grows beyond its budget. Run: npm run size:check
 */
import { sizes } from "./size.ts"

/** Kilobytes, gzip: what was reached, with a little room. Lower it whenever something makes the program smaller. */
const budget = 64.5

const ours = (await sizes()).find(({ name }) => name === "ours")
if (ours === undefined) throw new Error("no size was measured")
const kilobytes = ours.gzip / 1000
console.log(`a program that streams a chat answer: ${kilobytes.toFixed(1)} kB gzip, budget ${budget}`)
if (kilobytes > budget) process.exit(1)
