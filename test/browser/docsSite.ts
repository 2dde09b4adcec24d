/** The built site of the documentation, and a server of it. */
import * as Effect from "effect/Effect"
import { HttpServer } from "effect/http"
import * as Layer from "effect/Layer"
import { execFile } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { dist, root } from "../../site/paths.ts"
import { layerServer } from "../../site/server.ts"

/** Builds the site. A site that is up to date is not built again. */
export const buildSite = async (): Promise<string> => {
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, "site", "build.ts")], { cwd: root })
  return stdout
}

/** The server of the site, on any port that is free. */
export const layerSite = Layer.orDie(layerServer(0))

/** The address of the site. */
export const origin: Effect.Effect<string, never, HttpServer.HttpServer> = HttpServer.addressFormattedWith(
  Effect.succeed
)

/** The files of the built site whose names end with `ending`, by their paths in it. */
export const builtFiles = (ending: string): ReadonlyArray<{ readonly path: string; readonly text: string }> =>
  readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(ending))
    .map((path) => ({ path, text: readFileSync(join(dist, path), "utf8") }))
