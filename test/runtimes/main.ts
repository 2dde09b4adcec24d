/** Runs the checks in Node, Bun or Deno, over `fetch` or undici, and prints a line for each. */
import { FetchHttpClient } from "@effect-mistral/core"
import { Effect, ManagedRuntime } from "effect"
import { checks, fetchChecks, order, servicesOver } from "./checks.ts"

const [url = "", apiKey = "", transport = "fetch"] = process.argv.slice(2)

const http = transport === "undici"
  ? (await import("@effect-mistral/node")).UndiciHttpClient.layer
  : FetchHttpClient.layer
const runtime = ManagedRuntime.make(servicesOver({ url, apiKey }, http))

const outcome = (check: (typeof checks)[string]) => runtime.runPromise(check).then(() => undefined, String)

const print = (name: string, error: string | undefined) => console.log(JSON.stringify({ name, error }))

if (transport === "undici" && "Bun" in globalThis) {
  const error = await outcome(checks["a whole answer"] ?? Effect.void)
  print(
    "a sentence that says what to use in place of undici",
    error?.includes("use FetchHttpClient") ? undefined : error ?? "it succeeded"
  )
} else {
  const all = { ...checks, ...fetchChecks }
  for (const name of transport === "undici" ? order : [...order, ...Object.keys(fetchChecks)]) {
    print(name, await outcome(all[name] ?? Effect.die(new Error("no such check"))))
  }
}
await runtime.dispose().catch(() => undefined)
