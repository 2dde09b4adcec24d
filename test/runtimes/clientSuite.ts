/** The checks of the client, over `fetch` or over undici. */
import { FetchHttpClient } from "@effect-mistral/core"
import { type Layer, ManagedRuntime } from "effect"
import type { HttpClient } from "effect/http"
import { checks, fetchChecks, order } from "./checks.ts"
import { check } from "./outcome.ts"
import { type Checks, type Server, servicesOver } from "./services.ts"

const runAll = async (
  server: Server,
  transport: Layer.Layer<HttpClient.HttpClient>,
  all: Checks,
  names: ReadonlyArray<string>
) => {
  const runtime = ManagedRuntime.make(servicesOver(server, transport))
  for (const name of names) {
    await check(name, async () => {
      const one = all[name]
      if (one === undefined) throw new Error("no such check")
      await runtime.runPromise(one)
    })
  }
  await runtime.dispose()
}

/** All checks over the runtime's own `fetch`. */
export const overFetch = (server: Server): Promise<void> =>
  runAll(server, FetchHttpClient.layer, { ...checks, ...fetchChecks }, [...order, ...Object.keys(fetchChecks)])

/** All checks over undici, or the sentence with which the layer says that undici cannot run here. */
export const overUndici = async (server: Server): Promise<void> => {
  const { UndiciHttpClient } = await import("@effect-mistral/node")
  const runtime = ManagedRuntime.make(UndiciHttpClient.layer)
  const sentence = await runtime.context().then(() => undefined, (error: unknown) => String(error))
  await runtime.dispose()
  if (sentence === undefined) return runAll(server, UndiciHttpClient.layer, checks, order)
  await check("undici", async () => {
    if (!sentence.includes("use FetchHttpClient of @effect-mistral/core")) throw new Error(sentence)
    return sentence.replace(/^\w*Error: /, "")
  })
}
