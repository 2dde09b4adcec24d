/**
 * Bundles the programs of `bench/bundlers` by esbuild, Vite, Rollup and webpack, runs every bundle, prints the sizes, and fails
 * where a bundle is larger or smaller than `bench/sizes.json` says.
 *
 *   npm run size:check              # checks
 *   npm run size:check -- --write   # records the sizes, in that file and in docs/bundlers.md
 */
import * as Effect from "effect/Effect"
import { readFileSync, writeFileSync } from "node:fs"
import { broken } from "./bundlers/rules.ts"
import { bundleSizes } from "./bundlers/sizes.ts"
import { kilobytes, page, record, recorded, tables, withTables } from "./bundlers/table.ts"

/** Bytes by which a compressed bundle may differ: another version of zlib compresses a little differently. */
const tolerance = 100

const measured = await Effect.runPromise(bundleSizes)
console.log(`Kilobytes, minified and gzip:\n\n${Object.values(tables(measured)).join("\n\n")}\n`)

const problems = [...broken(measured)]
if (process.argv.includes("--write")) {
  record(measured)
  writeFileSync(page, withTables(readFileSync(page, "utf8"), measured))
} else {
  const known = new Map(recorded().map(({ bundler, gzip, name }) => [`${bundler}, ${name}`, gzip]))
  for (const { bundler, gzip, name } of measured) {
    const expected = known.get(`${bundler}, ${name}`)
    if (expected === undefined) {
      problems.push(`${bundler}, ${name}: no size is recorded`)
    } else if (Math.abs(gzip - expected) > tolerance) {
      problems.push(`${bundler}, ${name}: ${kilobytes(gzip)} kB, and ${kilobytes(expected)} kB are recorded`)
    }
  }
}
for (const problem of problems) console.error(problem)
if (problems.length > 0) {
  console.error("If the change is wanted: npm run size:check -- --write")
  process.exitCode = 1
} else console.log(`${measured.length} sizes are as recorded, and every bundle ran`)
