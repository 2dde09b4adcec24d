/**
 * Measures this library and its peers with the same server, and compares the tables of `README.md` and
 * `docs/comparison.md` with what was measured. Ends with 1 where they differ.
 *
 *   npm run compare              # compares
 *   npm run compare -- --write   # writes the tables
 */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { root } from "../packedPackages.ts"
import { capabilities } from "./capabilities.ts"
import { measure } from "./measure.ts"
import { probes } from "./probes.ts"
import { insert } from "./tables.ts"

const { values } = parseArgs({ options: { write: { type: "boolean" } } })

const measured = await measure()
for (const { answers, name, offers, versions } of measured) {
  const yes = answers.filter((answer) => answer).length
  const offered = offers.filter((offer) => offer).length
  console.log(
    `${name} (${versions.join(", ")}): ${yes} of ${probes.length} behaviours, ` +
      `${offered} of ${Object.keys(capabilities).length} offers`
  )
}

for (const [file, up] of [["README.md", ""], ["docs/comparison.md", "../"]] as const) {
  const path = join(root, file)
  const text = readFileSync(path, "utf8")
  const expected = insert(text, measured, up)
  if (text === expected) console.log(`${file} has these tables`)
  else if (values.write === true) {
    writeFileSync(path, expected)
    console.log(`${file} was written`)
  } else {
    console.error(`${file} has other tables: npm run compare -- --write`)
    process.exitCode = 1
  }
}
