/**
 * Checks the licence of every dependency of the lock file: those that users of the published packages install, and the
 * tools of this repository. Fails if one is not in the list of `licenceRules.ts`.
 *
 * Run: npm run licences
 */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../packedPackages.ts"
import { dependencies, type Dependency, type Lock } from "./licenceRules.ts"

/** The licence file of an installed package. */
const licenceFile = (path: string): string | undefined => {
  try {
    const file = readdirSync(join(root, path)).find((name) => /^licen[cs]e(\.\w+)?$/i.test(name))
    return file === undefined ? undefined : readFileSync(join(root, path, file), "utf8")
  } catch {
    return undefined
  }
}

const summary = (found: ReadonlyArray<Dependency>): string => {
  const counts = new Map<string, number>()
  for (const { licence = "unknown" } of found) counts.set(licence, (counts.get(licence) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a).map(([licence, count]) => `${count} ${licence}`).join(", ")
}

const lock: { readonly packages: Lock } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"))
const all = dependencies(lock.packages, licenceFile)
const users = all.filter(({ forUsers }) => forUsers)
const tools = all.filter(({ forUsers }) => !forUsers)
if (users.length === 0 || tools.length === 0) throw new Error("the lock file names no dependencies")

console.log(`Users of the packages install ${users.length} dependencies: ${summary(users)}`)
for (const { licence, name, version } of users) console.log(`  ${name} ${version}: ${licence ?? "unknown"}`)
console.log(`This repository uses ${tools.length} more as tools: ${summary(tools)}`)
for (const { fromFile, licence, name, version } of all) {
  if (fromFile) console.log(`  ${name} ${version}: ${licence}, by its licence file (its package.json names none)`)
}

const refused = all.filter(({ allowed }) => !allowed)
for (const { forUsers, licence = "unknown", path, version } of refused) {
  console.error(
    `${path} ${version} has the licence ${licence}, which ${forUsers ? "users' dependencies" : "tools"} may not have`
  )
}
console.log(refused.length === 0 ? "Every licence is allowed." : `${refused.length} licences are not allowed.`)
process.exitCode = refused.length === 0 ? 0 : 1
