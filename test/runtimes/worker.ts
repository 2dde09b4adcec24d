/**
 * Runs one check for each request of an edge runtime, whose timers and connections belong to the request that began them.
 * The services are built for each request, or once for all.
 */
import type { Chat } from "@effect-mistral/chat"
import { FetchHttpClient } from "@effect-mistral/core"
import { Effect, ManagedRuntime } from "effect"
import { chatOver, checks, fetchChecks, type Server } from "./checks.ts"

const all = { ...checks, ...fetchChecks }

let shared: ManagedRuntime.ManagedRuntime<Chat.Chat, never> | undefined

export default {
  fetch: async (request: Request, server: Server): Promise<Response> => {
    const [services, name = ""] = new URL(request.url).pathname.slice(1).split("/").map(decodeURIComponent)
    const chat = chatOver(server, FetchHttpClient.layer)
    const check = all[name]!
    const done = services === "shared"
      ? (shared ??= ManagedRuntime.make(chat)).runPromise(check)
      : Effect.runPromise(Effect.provide(check, chat))
    return Response.json({ name, error: await done.then(() => undefined, String) })
  }
}
