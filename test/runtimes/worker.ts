/**
 * Runs one check for each request of an edge runtime, whose timers and connections belong to the request that began them.
 * The services are built for each request, or once for all.
 */
import { FetchHttpClient } from "@effect-mistral/core"
import { Effect, ManagedRuntime } from "effect"
import { checks, fetchChecks, type Server, type Services, servicesOver } from "./checks.ts"

const all = { ...checks, ...fetchChecks }

let shared: ManagedRuntime.ManagedRuntime<Services, never> | undefined

export default {
  fetch: async (request: Request, server: Server): Promise<Response> => {
    const [services, name = ""] = new URL(request.url).pathname.slice(1).split("/").map(decodeURIComponent)
    const live = servicesOver(server, FetchHttpClient.layer)
    const check = all[name]!
    const done = services === "shared"
      ? (shared ??= ManagedRuntime.make(live)).runPromise(check)
      : Effect.runPromise(Effect.provide(check, live))
    return Response.json({ name, error: await done.then(() => undefined, String) })
  }
}
