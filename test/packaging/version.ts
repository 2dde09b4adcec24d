/**
 * Turns the changesets into version numbers and changelogs, and brings what repeats a version up to date: the lock file, the
 * `user-agent` of core, and the table of the compared clients.
 *
 * Run: npm run version
 */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { root, run } from "../packedPackages.ts"
import { readManifest } from "./manifests.ts"

/** The files that repeat the version, and where. */
export const repeated: Readonly<Record<string, RegExp>> = {
  "packages/core/src/version.ts": /^(export const version = ")[^"]+/m,
  "docs/comparison.md": /(@effect-mistral\/chat )\d[\w.-]*/
}

/** Makes the versions of a copy of the repository, and returns the version that all packages have then. */
export const makeVersions = (folder: string): string => {
  run(folder, process.execPath, join(folder, "node_modules/@changesets/cli/bin.js"), "version")
  const { version } = readManifest(join(folder, "packages/core"))
  for (const [file, pattern] of Object.entries(repeated)) {
    const path = join(folder, file)
    const text = readFileSync(path, "utf8")
    if (!pattern.test(text)) throw new Error(`${file} has no version to replace`)
    writeFileSync(path, text.replace(pattern, `$1${version}`))
  }
  run(folder, join(folder, "node_modules/.bin/dprint"), "fmt", ...Object.keys(repeated))
  run(folder, "npm", "install", "--package-lock-only", "--silent", "--no-audit", "--no-fund")
  return version
}

if (import.meta.main) console.log(`The packages have version ${makeVersions(root)} now.`)
