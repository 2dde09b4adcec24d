/** The installed packages: their names, the modules that they publish, and the Node that their `engines` ask for. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

const folder = "node_modules/@effect-mistral"

/** An installed package. */
export interface Installed {
  readonly name: string
  /** The specifiers of all its public modules, its entry first. */
  readonly modules: ReadonlyArray<string>
  /** The versions of Node that its `engines` name, such as `^22.19.0 || >=24.0.0`. */
  readonly engines: string
}

/** Reads the installed packages from a project. */
export const installedPackages = (project = "."): ReadonlyArray<Installed> =>
  readdirSync(join(project, folder)).map((short) => {
    const name = `@effect-mistral/${short}`
    const { engines, exports } = JSON.parse(readFileSync(join(project, folder, short, "package.json"), "utf8"))
    const files = readdirSync(join(project, folder, short, "dist")).filter((file) => file.endsWith(".js"))
    const modules = files.map((file) => file.slice(0, -3)).filter((module) => !(`./${module}` in exports))
    return {
      name,
      modules: [name, ...modules.map((module) => `${name}/${module}`)],
      engines: String(engines.node)
    }
  })

const numbers = (version: string): ReadonlyArray<number> => version.split(".").map(Number)

/** Whether a version of Node is one that `engines` name: ranges of the forms `>=20` and `^22.19.0`, joined by `||`. */
export const isNamed = (engines: string, version: string): boolean =>
  engines.split(" || ").some((range) => {
    const [, sign, oldest = ""] = /^(>=|\^)([\d.]+)$/.exec(range) ?? []
    if (sign === undefined) throw new Error(`engines of an unknown form: ${range}`)
    const [actual, wanted] = [numbers(version), numbers(oldest)]
    if (sign === "^" && actual[0] !== wanted[0]) return false
    const index = wanted.findIndex((part, index) => part !== actual[index])
    return index < 0 || (actual[index] ?? 0) > (wanted[index] ?? 0)
  })
