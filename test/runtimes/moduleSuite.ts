/** How the packages are loaded: each by `require()`, and each of its public modules by `import`. */
import { createRequire } from "node:module"
import { join } from "node:path"
import { check, same } from "./outcome.ts"
import { installedPackages, isAtLeast } from "./packages.ts"

const isOldNode = (oldest: string) =>
  !("Bun" in globalThis) && !("Deno" in globalThis) && !isAtLeast(process.versions.node, oldest)

/** Whether an error says that this Node has no `require()` of an ES module. */
const isUnknownRequire = (error: unknown) => error instanceof Error && "code" in error && error.code === "ERR_REQUIRE_ESM"

/** Loads all packages. What `engines` exclude is not loaded. */
export const modules = async (): Promise<void> => {
  const require = createRequire(join(process.cwd(), "package.json"))
  const packages = installedPackages()
  same(packages.length, 10, "packages")
  // Before any import: Node answers `require()` of a module that was imported from its cache.
  const required = new Map<string, ReadonlyArray<string>>()
  for (const { name, oldestNode } of packages) {
    await check(`require("${name}")`, async () => {
      if (isOldNode(oldestNode)) return `${name}: its engines ask for Node ${oldestNode} or later.`
      try {
        required.set(name, Object.keys(require(name)).sort())
        return undefined
      } catch (error) {
        if (!isUnknownRequire(error)) throw error
        return "require() of these packages, which are ES modules: Node has it since 20.19 and 22.12."
      }
    })
  }
  for (const { modules, name, oldestNode } of packages) {
    await check(`import of the modules of ${name}`, async () => {
      if (isOldNode(oldestNode)) return `${name}: its engines ask for Node ${oldestNode} or later.`
      const [entry, ...others] = await Promise.all(modules.map((module) => import(module)))
      const names = Object.keys(entry).sort()
      same(others.length > 0 && names.length > 0, true, "exports")
      const exports = required.get(name)
      if (exports !== undefined) same(exports.filter((key) => key !== "module.exports"), names, "exports of require()")
      return undefined
    })
  }
}
