/**
 * Runs the packed packages in other runtimes than this repository's Node: the oldest Node that they support, Bun, Deno and
 * workerd. The packages and the runtimes are installed in a project outside the repository; the emulator, which all of them
 * talk to, runs here.
 *
 * Run: npm run test:runtimes
 */
import { Emulator } from "@effect-mistral/emulator"
import { Effect, Redacted, Schedule } from "effect"
import { build } from "esbuild"
import { execFile, execFileSync } from "node:child_process"
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { packPackages, root, run } from "../packedPackages.ts"
import { fetchChecks, limits, order, type Server } from "./checks.ts"
import { hello } from "./expect.ts"
import { languageModelScript } from "./languageModelChecks.ts"

/** The runtimes, each in a version that was tried. */
const runtimes = { bun: "1.4.5", deno: "2.9.6", miniflare: "4.20260730.0", node: "22.19.0" }

interface Outcome {
  readonly name: string
  readonly error?: string
}

/** Runs `main.ts` by a command and returns the outcome of each check. */
const runMain = (project: string, server: Server, transport: string, command: ReadonlyArray<string>) =>
  new Promise<ReadonlyArray<Outcome>>((resolve) => {
    const [file = "", ...flags] = command
    const args = [...flags, "main.ts", server.url, server.apiKey, transport]
    execFile(join(project, "node_modules/.bin", file), args, { cwd: project, timeout: 180_000 }, (error, out, err) => {
      const lines = out.split("\n").filter((line) => line.startsWith("{"))
      const outcomes = lines.map((line): Outcome => JSON.parse(line))
      resolve(error === null ? outcomes : [...outcomes, { name: "the program", error: `${error.message}\n${err}` }])
    })
  })

interface Miniflare {
  readonly dispatchFetch: (url: string) => Promise<Response>
  readonly dispose: () => Promise<void>
}

/** Bundles `worker.ts` as an edge platform does, and sends it a request for each check. */
const runWorker = async (project: string, server: Server): Promise<ReadonlyArray<Outcome>> => {
  await build({
    entryPoints: [join(project, "worker.ts")],
    outfile: join(project, "worker.js"),
    bundle: true,
    format: "esm",
    platform: "browser",
    conditions: ["workerd", "worker"],
    target: "es2023"
  })
  const path = createRequire(join(project, "package.json")).resolve("miniflare")
  // The cast names the two members that are used.
  const { Miniflare } = await import(pathToFileURL(path).href) as unknown as {
    readonly Miniflare: new(options: object) => Miniflare
  }
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

/** Waits until no request is in progress: what was stopped early is closed. */
const closed = Effect.gen(function*() {
  const { active } = yield* Emulator.Emulator
  return yield* Effect.repeat(active, {
    schedule: Schedule.spaced("50 millis").pipe(Schedule.upTo({ times: 40 })),
    until: (active) => active === 0
  })
})

const deno = ["deno", "run", "--allow-all", "--node-modules-dir=manual"]

const suites: Readonly<
  Record<string, readonly [program: string, run: (project: string, server: Server) => Promise<ReadonlyArray<Outcome>>]>
> = {
  [`Node ${runtimes.node}, fetch`]: ["node", (project, server) => runMain(project, server, "fetch", ["node"])],
  [`Node ${runtimes.node}, undici`]: ["node", (project, server) => runMain(project, server, "undici", ["node"])],
  [`Bun ${runtimes.bun}, fetch`]: ["bun", (project, server) => runMain(project, server, "fetch", ["bun"])],
  [`Bun ${runtimes.bun}, undici`]: ["bun", (project, server) => runMain(project, server, "undici", ["bun"])],
  [`Deno ${runtimes.deno}, fetch`]: ["deno", (project, server) => runMain(project, server, "fetch", deno)],
  [`Deno ${runtimes.deno}, undici`]: ["deno", (project, server) => runMain(project, server, "undici", deno)],
  [`workerd (miniflare ${runtimes.miniflare})`]: ["miniflare", runWorker]
}

const main = Effect.gen(function*() {
  const project = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "effect-mistral-runtimes-"))),
    (project) => Effect.sync(() => rmSync(project, { recursive: true, force: true }))
  )
  const tarballs = packPackages(join(project, "tarballs")).filter((file) => !/emulator|observability/.test(file))
  const versions = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).devDependencies
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify({
      name: "runtimes",
      private: true,
      type: "module",
      // A runtime that does not exist for this machine is left out.
      optionalDependencies: runtimes,
      allowScripts: { bun: true, deno: true, node: true, workerd: true, sharp: false }
    })
  )
  const effect = ["effect", "@effect/platform-node"].map((name) => `${name}@${versions[name]}`)
  run(project, "npm", "install", "--silent", "--no-audit", "--no-fund", ...tarballs, ...effect)
  for (const file of ["checks.ts", "expect.ts", "languageModelChecks.ts", "batchChecks.ts", "main.ts", "worker.ts"]) {
    copyFileSync(join(import.meta.dirname, file), join(project, file))
  }

  const { apiKey, url } = yield* Emulator.Emulator
  const server = { url, apiKey: Redacted.value(apiKey) }
  let passed = 0
  let failed = 0
  for (const [name, [program, run]] of Object.entries(suites)) {
    const missing = program === "miniflare" ? notRunning(project, "workerd") : notRunning(project, program)
    if (missing !== undefined) {
      console.log(`${name}: not run, ${missing}`)
      continue
    }
    const outcomes = yield* Effect.promise(() => run(project, server))
    const left = yield* closed
    const all = left === 0 ? outcomes : [...outcomes, { name: "closing", error: `${left} requests were left open` }]
    const failures = all.filter(({ error }) => error !== undefined)
    console.log(`${name}: ${all.length - failures.length} of ${all.length} checks passed`)
    for (const { error, name } of failures) console.log(`  ${name}: ${error}`)
    passed += all.length - failures.length
    failed += failures.length
  }
  console.log(`${passed} passed, ${failed} failed`)
  return failed === 0 && passed > 0
}).pipe(
  Effect.scoped,
  Effect.provide(Emulator.layer({
    timeToFirstToken: 0,
    // Bun drops bytes that came right before the connection broke, so the chunks before that come one by one.
    tokensPerSecond: 100,
    script: [{ when: { text: "Say hello" }, answer: { text: hello } }, ...languageModelScript]
  }))
)

/** Why a program cannot run here, or `undefined` if it can. */
const notRunning = (project: string, program: string): string | undefined => {
  try {
    execFileSync(join(project, "node_modules/.bin", program), ["--version"], { stdio: "ignore" })
    return undefined
  } catch (error) {
    return `because it does not start on this machine: ${String(error).split("\n")[0]}`
  }
}

process.exitCode = await Effect.runPromise(main) ? 0 : 1
