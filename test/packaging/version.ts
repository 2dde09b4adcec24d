/**
 * Turns the changesets into version numbers and changelogs, and brings what repeats a version up to date: the lock file and
 * the `user-agent` of core.
 *
 * Run: npm run version
 */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { root, run } from "../packedPackages.ts"
import { readManifest } from "./manifests.ts"

/** Makes the versions of a copy of the repository, and returns the version that all packages have then. */
export const makeVersions = (folder: string): string => {
  run(folder, process.execPath, join(folder, "node_modules/@changesets/cli/bin.js"), "version")
  const { version } = readManifest(join(folder, "packages/core"))
  const file = join(folder, "packages/core/src/version.ts")
  const source = readFileSync(file, "utf8")
  const changed = source.replace(/^export const version = ".*"$/m, `export const version = ${JSON.stringify(version)}`)
  if (!changed.includes(JSON.stringify(version))) throw new Error(`${file} has no version to replace`)
  writeFileSync(file, changed)
  run(folder, "npm", "install", "--package-lock-only", "--silent", "--no-audit", "--no-fund")
  return version
}

if (import.meta.main) console.log(`The packages have version ${makeVersions(root)} now.`)
