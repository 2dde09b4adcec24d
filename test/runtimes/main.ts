/** Runs the checks in Node, Bun or Deno, over `fetch` or undici, and prints a line for each. */
import { FetchHttpClient } from "@effect-mistral/core"
import { ManagedRuntime } from "effect"
import { chatOver, checks, fetchChecks, order } from "./checks.ts"

const [url = "", apiKey = "", transport = "fetch"] = process.argv.slice(2)

const http = transport === "undici"
  ? (await import("@effect-mistral/node")).UndiciHttpClient.layer
  : FetchHttpClient.layer
const runtime = ManagedRuntime.make(chatOver({ url, apiKey }, http))

for (const name of transport === "undici" ? order : [...order, ...Object.keys(fetchChecks)]) {
  const error = await runtime.runPromise((checks[name] ?? fetchChecks[name])!).then(() => undefined, String)
  console.log(JSON.stringify({ name, error }))
}
await runtime.dispose()
