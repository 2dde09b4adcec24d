/** Packs the published packages. */
import { execFileSync } from "node:child_process"
import { mkdirSync, readdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

/** The root of the repository. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** The folders of the published packages. */
export const packageFolders: ReadonlyArray<string> = readdirSync(join(root, "packages")).map((name) =>
  join(root, "packages", name)
)

/** Runs a command and returns what it prints. */
export const run = (cwd: string, command: string, ...args: ReadonlyArray<string>): string =>
  execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] })

/** Builds the packages and packs them into a folder. Returns the paths of the tarballs. */
export const packPackages = (folder: string): ReadonlyArray<string> => {
  run(root, "tsc", "-b")
  mkdirSync(folder, { recursive: true })
  run(root, "npm", "pack", "--silent", "--pack-destination", folder, ...packageFolders)
  return readdirSync(folder).map((file) => join(folder, file))
}
