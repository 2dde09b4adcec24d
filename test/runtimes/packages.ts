/** The installed packages: their names, the modules that they publish, and the Node that their `engines` ask for. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

const folder = "node_modules/@effect-mistral"

/** An installed package. */
export interface Installed {
  readonly name: string
  /** The specifiers of all its public modules, its entry first. */
  readonly modules: ReadonlyArray<string>
  /** The oldest Node of its `engines`, such as `22.19`. */
  readonly oldestNode: string
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
      oldestNode: String(engines.node).replace(/^>=/, "")
    }
  })

/** Whether a version of Node is one that `>=` a version allows. */
export const isAtLeast = (version: string, oldest: string): boolean => {
  const [actual, wanted] = [version, oldest].map((text) => text.split(".").map(Number))
  for (const [index, part] of (wanted ?? []).entries()) {
    const other = actual?.[index] ?? 0
    if (other !== part) return other > part
  }
  return true
}
