/** The project outside the repository, in which the packed packages and all runtimes are installed. */
import { build } from "esbuild"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { packPackages, root, run } from "../packedPackages.ts"
import { dependencies } from "./runtimes.ts"

/** The versions of effect that the repository is tested with. */
const effectVersions = (): ReadonlyArray<string> => {
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  return ["effect", "@effect/platform-node"].map((name) => `${name}@${devDependencies[name]}`)
}

/** Installs everything into a folder, and compiles the suites there: an old Node does not read TypeScript. */
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
  const here = import.meta.dirname
  const shared = { bundle: true, format: "esm", outdir: project, logLevel: "warning", absWorkingDir: project } as const
  await build({
    ...shared,
    entryPoints: [join(here, "main.ts")],
    packages: "external",
    platform: "node",
    splitting: true,
    target: "node20"
  })
  // An edge platform bundles the packages, too. They are those of the project.
  await build({
    ...shared,
    entryPoints: [join(here, "worker.ts")],
    nodePaths: [join(project, "node_modules")],
    alias: Object.fromEntries(
      ["effect", "@effect-mistral"].map((name) => [name, join(project, "node_modules", name)])
    ),
    platform: "browser",
    conditions: ["workerd", "worker"],
    target: "es2023"
  })
}
