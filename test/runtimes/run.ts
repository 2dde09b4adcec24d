/**
 * Runs the packed packages in every runtime that they support: Node 20, 22, 24 and 26, Bun, Deno and workerd. The packages
 * and the runtimes are installed in a project outside the repository. Each suite has an emulator of its own, which runs here.
 *
 * Run: npm run test:runtimes, or npm run test:runtimes -- --write to write the results and the table of docs/runtimes.md
 */
import { Emulator } from "@effect-mistral/emulator"
import { Console, Effect, Redacted, Schedule } from "effect"
import { execFile, execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { availableParallelism, tmpdir } from "node:os"
import { join } from "node:path"
import { abortedRequests, givenUp } from "./abortChecks.ts"
import type { Outcome } from "./outcome.ts"
import { isOnPage, write } from "./page.ts"
import { makeProject } from "./project.ts"
import { isGood, type RuntimeResult, suiteResult } from "./results.ts"
import { miniflare, type Runtime, runtimes, type SuiteName, suiteNames } from "./runtimes.ts"
import { script } from "./script.ts"
import type { Server } from "./services.ts"
import { checkNodePackage, checkWorkerd } from "./workerd.ts"

const binary = (project: string, { file }: Runtime) =>
  file === undefined ? process.execPath : join(project, "node_modules", file)

/** Runs one suite by `main.js` and returns the outcome of each check. */
const runMain = (project: string, runtime: Runtime, suite: SuiteName, server: Server) =>
  new Promise<ReadonlyArray<Outcome>>((resolve) => {
    const args = [...runtime.flags, "main.js", suite, server.url, server.apiKey]
    execFile(binary(project, runtime), args, { cwd: project, timeout: 300_000 }, (error, out, err) => {
      const lines = out.split("\n").filter((line) => line.startsWith("{"))
      const outcomes = lines.map((line): Outcome => JSON.parse(line)).filter(({ error, name }) =>
        name !== "the suite" || error !== undefined
      )
      resolve(error === null ? outcomes : [...outcomes, { name: "the program", error: `${error.message}\n${err}` }])
    })
  })

/** Waits until no request is in progress: what was stopped early is closed. */
const closed = Effect.gen(function*() {
  const { active } = yield* Emulator.Emulator
  return yield* Effect.repeat(active, {
    schedule: Schedule.spaced("50 millis").pipe(Schedule.upTo({ times: 40 })),
    until: (active) => active === 0
  })
})

/** The outcomes of a suite, and what the emulator saw: every request is closed, and those that were given up were aborted. */
const observed = (suite: SuiteName, run: (server: Server) => Promise<ReadonlyArray<Outcome>>) =>
  Effect.gen(function*() {
    const { apiKey, scoped, url } = yield* Emulator.Emulator
    const outcomes = yield* Effect.promise(() => run({ url, apiKey: Redacted.value(apiKey) }))
    const ran = outcomes.some(({ cannot }) => cannot === undefined)
    if ((suite !== "fetch" && suite !== "undici") || !ran) return outcomes
    const left = yield* closed
    const requests = yield* scoped(givenUp).requests
    const aborted = requests.filter(({ interrupted }) => interrupted === true).length
    const error = left > 0
      ? `${left} requests were left open`
      : requests.length === 0 || requests.length % abortedRequests > 0 || aborted < requests.length
      ? `${aborted} of ${requests.length} requests were aborted`
      : undefined
    return [...outcomes, { name: "the connections of calls that were given up are closed", error }]
  }).pipe(Effect.provide(Emulator.layer({
    timeToFirstToken: 0,
    // Bun drops bytes that came right before the connection broke, so the chunks before that come one by one.
    tokensPerSecond: 100,
    script
  })))

const workerd: Runtime = {
  name: "workerd",
  version: "",
  file: ".bin/workerd",
  flags: [],
  lacks: ["undici", "emulator"]
}

/** The suites of workerd: the checks of the client, and the packages that are for Node. */
const workerdSuites: ReadonlyArray<SuiteName> = ["fetch", "undici", "emulator"]

const runWorkerd = async (project: string, suite: SuiteName, server: Server): Promise<ReadonlyArray<Outcome>> =>
  suite === "fetch"
    ? checkWorkerd(project, server)
    : [await checkNodePackage(project, `@effect-mistral/${suite === "undici" ? "node" : "emulator"}`)]

/** The version that a program prints, or why it does not start. */
const versionOf = (project: string, runtime: Runtime): readonly [version: string | undefined, problem?: string] => {
  try {
    const printed = execFileSync(binary(project, runtime), ["--version"], { encoding: "utf8", stdio: "pipe" })
    return [/[\d.]+\d/.exec(printed)?.[0]]
  } catch (error) {
    return [undefined, `it does not start on this machine: ${String(error).split("\n")[0]}`]
  }
}

/** A runtime in a project, with its suites. The longest suites come first. */
const plan = (project: string) =>
  [workerd, ...runtimes].map((runtime) => {
    const isWorkerd = runtime === workerd
    const [found, problem] = versionOf(project, runtime)
    const wrong = !isWorkerd && found !== runtime.version ? `it is version ${found}, not ${runtime.version}` : undefined
    return {
      runtime,
      version: isWorkerd ? `miniflare ${miniflare}` : runtime.version,
      notRun: problem ?? wrong,
      suites: isWorkerd ? workerdSuites : suiteNames,
      run: (suite: SuiteName, server: Server) =>
        isWorkerd ? runWorkerd(project, suite, server) : runMain(project, runtime, suite, server)
    }
  })

const runPlan = Effect.fnUntraced(
  function*({ notRun, run, runtime, suites, version }: ReturnType<typeof plan>[number]) {
    const title = `${runtime.name} ${version}`
    if (notRun !== undefined) {
      yield* Console.log(`${title}: not run, because ${notRun}`)
      return { name: runtime.name, version, notRun, suites: [] }
    }
    const results = yield* Effect.forEach(suites, (suite) =>
      observed(suite, (server) => run(suite, server)).pipe(
        Effect.map((outcomes) => suiteResult(suite, runtime, outcomes)),
        Effect.tap(({ cannot, failed, passed }) =>
          Console.log([
            `${title}, ${suite}: ${passed} checks passed, ${failed.length} failed`,
            ...cannot.map((sentence) => `  cannot: ${sentence}`),
            ...failed.map(({ error, name }) => `  failed: ${name}: ${error}`)
          ].join("\n"))
        )
      ))
    return { name: runtime.name, version, suites: results }
  }
)

const main = Effect.gen(function*() {
  const project = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "effect-mistral-runtimes-"))),
    (project) => Effect.sync(() => rmSync(project, { recursive: true, force: true }))
  )
  const began = performance.now()
  yield* Effect.promise(() => makeProject(project))
  yield* Console.log(`Installed in ${Math.round((performance.now() - began) / 1000)} s`)
  const results: ReadonlyArray<RuntimeResult> = yield* Effect.forEach(plan(project), runPlan, {
    // The checks wait most of the time.
    concurrency: 2 * availableParallelism()
  })
  const all = results.flatMap(({ suites }) => suites)
  const [passed, failed] = [all.reduce((sum, { passed }) => sum + passed, 0), all.flatMap(({ failed }) => failed)]
  yield* Console.log(
    `${passed} checks passed, ${failed.length} failed, in ${Math.round((performance.now() - began) / 1000)} s`
  )
  if (!isGood(results)) return false
  if (results.some(({ notRun }) => notRun !== undefined)) return true
  const sorted = [...results.slice(1), ...results.slice(0, 1)]
  if (process.argv.includes("--write")) write(sorted)
  else if (!isOnPage(sorted)) {
    yield* Console.log("docs/runtimes.md has another table. Write it: npm run test:runtimes -- --write")
    return false
  }
  return true
}).pipe(Effect.scoped)

process.exitCode = await Effect.runPromise(main) ? 0 : 1
