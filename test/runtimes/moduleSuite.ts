/** How the packages are loaded: each by `require()`, and each of its public modules by `import`. */
import { createRequire } from "node:module"
import { join } from "node:path"
import { check, same } from "./outcome.ts"
import { installedPackages, isNamed } from "./packages.ts"

const isExcluded = (engines: string) =>
  !("Bun" in globalThis) && !("Deno" in globalThis) && !isNamed(engines, process.versions.node)

/** Whether an error says that this Node has no `require()` of an ES module. */
const isUnknownRequire = (error: unknown) =>
  error instanceof Error && "code" in error && error.code === "ERR_REQUIRE_ESM"

/** Loads all packages. What `engines` exclude is not loaded. */
export const modules = async (): Promise<void> => {
  const require = createRequire(join(process.cwd(), "package.json"))
  const packages = installedPackages()
  same(packages.length, 10, "packages")
  // Before any import: Node answers `require()` of a module that was imported from its cache.
  const required = new Map<string, ReadonlyArray<string>>()
  for (const { engines, name } of packages) {
    await check(`require("${name}")`, async () => {
      if (isExcluded(engines)) return `The package \`${name}\`: its \`engines\` are \`${engines}\`.`
      try {
        required.set(name, Object.keys(require(name)).sort())
        return undefined
      } catch (error) {
        if (!isUnknownRequire(error)) throw error
        return "require() of these packages, which are ES modules: Node has it since 20.19 and 22.12."
      }
    })
  }
  for (const { engines, modules, name } of packages) {
    await check(`import of the modules of ${name}`, async () => {
      if (isExcluded(engines)) return `The package \`${name}\`: its \`engines\` are \`${engines}\`.`
      const [entry, ...others] = await Promise.all(modules.map((module) => import(module)))
      const names = Object.keys(entry).sort()
      same(others.length > 0 && names.length > 0, true, "exports")
      const exports = required.get(name)
      if (exports !== undefined) same(exports.filter((key) => key !== "module.exports"), names, "exports of require()")
      return undefined
    })
  }
}
