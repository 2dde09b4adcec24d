/** The project outside the repository, in which the packed packages and all runtimes are installed. */
import { build } from "esbuild"
import { cpSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { packPackages, root, run } from "../packedPackages.ts"
import { dependencies } from "./runtimes.ts"

/** The versions of effect that the repository is tested with. */
const effectVersions = (): ReadonlyArray<string> => {
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  return ["effect", "@effect/platform-node"].map((name) => `${name}@${devDependencies[name]}`)
}

/** Installs everything into a folder, and compiles the suites: an old Node does not read TypeScript. */
export const makeProject = async (project: string): Promise<void> => {
  const tarballs = packPackages(join(project, "tarballs"))
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify({
      name: "runtimes",
      private: true,
      type: "module",
      // A runtime that does not exist for this machine is left out.
      optionalDependencies: dependencies,
      allowScripts: { bun: true, deno: true, workerd: true, sharp: false }
    })
  )
  run(project, "npm", "install", "--silent", "--no-audit", "--no-fund", ...tarballs, ...effectVersions())
  await compileSuites(project)
}

/** Compiles the suites in a project, from a copy of their sources: imports are resolved in the folder of the source. */
export const compileSuites = async (project: string): Promise<void> => {
  const sources = join(project, "sources")
  cpSync(import.meta.dirname, sources, { recursive: true })
  const shared = { bundle: true, format: "esm", outdir: project, logLevel: "warning" } as const
  await build({
    ...shared,
    entryPoints: [join(sources, "main.ts")],
    packages: "external",
    platform: "node",
    splitting: true,
    target: "node20"
  })
  // An edge platform bundles the packages, too.
  await build({
    ...shared,
    entryPoints: [join(sources, "worker.ts")],
    platform: "browser",
    conditions: ["workerd", "worker"],
    target: "es2023"
  })
}
