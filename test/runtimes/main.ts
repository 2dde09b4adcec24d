/** Runs one suite in Node, Bun or Deno, and prints the outcome of each check. A suite is loaded only when it runs. */
import { check } from "./outcome.ts"
import type { SuiteName } from "./runtimes.ts"
import type { Server } from "./services.ts"

const [suite = "fetch", url = "", apiKey = ""] = process.argv.slice(2)

type Suite = (server: Server) => Promise<void>

const suites: Readonly<Record<Exclude<SuiteName, "workerd">, () => Promise<Suite>>> = {
  fetch: () => import("./clientSuite.ts").then(({ overFetch }) => overFetch),
  undici: () => import("./clientSuite.ts").then(({ overUndici }) => overUndici),
  modules: () => import("./moduleSuite.ts").then(({ modules }) => modules),
  durable: () => import("./durableSuite.ts").then(({ durable }) => durable),
  emulator: () => import("./emulatorSuite.ts").then(({ emulator }) => emulator)
}

// The cast is safe: `run.ts` passes a key of `suites`.
const load = suites[suite as keyof typeof suites]

await check("the suite", async () => {
  const run = await load()
  await run({ url, apiKey })
})
