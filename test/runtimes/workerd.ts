/** The checks of the client in workerd: one request for each, with services of its own and with shared ones. */
import { build, type BuildFailure } from "esbuild"
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { fetchChecks, limits, order } from "./checks.ts"
import type { Outcome } from "./outcome.ts"
import type { Server } from "./services.ts"

interface Miniflare {
  readonly dispatchFetch: (url: string) => Promise<Response>
  readonly dispose: () => Promise<void>
}

/** Loads miniflare from the project. */
const loadMiniflare = async (project: string) => {
  const path = createRequire(join(project, "package.json")).resolve("miniflare")
  // The cast is safe: it names the two members of miniflare's class that are used.
  return await import(pathToFileURL(path).href) as unknown as { readonly Miniflare: new(options: object) => Miniflare }
}

/** Sends the worker a request for each check. */
export const checkWorkerd = async (project: string, server: Server): Promise<ReadonlyArray<Outcome>> => {
  const { Miniflare } = await loadMiniflare(project)
  const outcomes: Array<Outcome> = []
  for (const services of ["own", "shared"]) {
    const worker = new Miniflare({
      modules: true,
      script: readFileSync(join(project, "worker.js"), "utf8"),
      compatibilityDate: "2026-07-01",
      bindings: server
    })
    const ask = async (name: string) => {
      const url = `http://worker/${services}/${encodeURIComponent(name)}`
      const outcome = await worker.dispatchFetch(url).then(
        async (response): Promise<Outcome> => {
          const text = await response.text()
          return response.ok ? JSON.parse(text) : { name, error: text }
        },
        (error: unknown): Outcome => ({ name, error: String(error) })
      )
      outcomes.push({ ...outcome, name: `${name} (${services} services)` })
    }
    for (const name of [...order, ...Object.keys(fetchChecks)]) await ask(name)
    // Two requests at a time: the first ends while the time limits of the second run.
    for (const limit of limits) {
      await Promise.all([ask("a slow stream within its time limits"), ask(limit)])
      await Promise.all([ask(limit), ask("a slow stream within its time limits")])
    }
    await worker.dispose()
  }
  return outcomes
}

/** Finds that a package is for Node: a bundle for an edge platform cannot hold it. */
export const checkNodePackage = async (project: string, name: string): Promise<Outcome> => {
  const title = `a bundle with ${name}`
  const stdin = { contents: `export * from "${name}"`, resolveDir: project }
  try {
    await build({ stdin, bundle: true, format: "esm", platform: "browser", write: false, logLevel: "silent" })
    return { name: title, error: "it was made" }
  } catch (error) {
    // The cast is safe: esbuild rejects with its `BuildFailure`, and anything else has no `errors`.
    const texts = ((error as Partial<BuildFailure>).errors ?? []).map(({ text }) => text)
    return texts.some((text) => text.startsWith("Could not resolve \"node:"))
      ? { name: title, cannot: `${name} needs modules of Node, which an edge isolate does not have.` }
      : { name: title, error: String(error) }
  }
}
