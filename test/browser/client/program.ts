/** What a page, a worker and a service worker run: a check of all runtimes, or a probe of this folder, by its name. */
import { FetchHttpClient } from "@effect-mistral/core"
import { Cause, Effect, Exit } from "effect"
import { checks, fetchChecks, order, type Server, servicesOver } from "../../runtimes/checks.ts"
import { probes } from "./probes.ts"

/** The names of all checks that a browser runs, in their order. */
export const names: ReadonlyArray<string> = [...order, ...Object.keys(fetchChecks)]

/** Where a program runs. */
export const places = ["page", "worker", "serviceWorker"] as const
export type Place = (typeof places)[number]

/** Runs a check or a probe. Gives what a probe found, `null` for a check that passed, and the reason of one that failed. */
export type Run = (name: string, server: Server) => Promise<unknown>

export const run: Run = async (name, server) => {
  const check = name in probes ? undefined : { ...checks, ...fetchChecks }[name]
  const program = check ?? probes[name] ?? Effect.die(new Error(`no such check: ${name}`))
  const exit = await Effect.runPromiseExit(Effect.provide(program, servicesOver(server, FetchHttpClient.layer)))
  if (Exit.isSuccess(exit)) return check === undefined ? exit.value : null
  return Cause.pretty(exit.cause)
}

/** Runs what comes as messages of a page, and answers on the port of each. */
export const serve = (): void =>
  globalThis.addEventListener("message", ({ data, ports }: MessageEvent<Parameters<Run>>) => {
    void run(...data).then((result) => ports[0]?.postMessage(result))
  })
