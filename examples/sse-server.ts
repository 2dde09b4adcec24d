/**
 * An HTTP server that streams completions to browsers as server-sent events, with a key of its own for each tenant. The
 * response begins with the first chunk, so that an error before it has a status. An error after it is an event. If the
 * browser leaves, the request to Mistral ends.
 *
 * Run: MISTRAL_API_KEY_ACME=emulator-key npm run example -- sse-server
 * Then: curl -N "http://localhost:3000/acme/chat?prompt=Hello"
 */
import { Chat } from "@effect-mistral/chat"
import { Completion, type MistralError } from "@effect-mistral/core"
import { NodeHttpServer, NodeRuntime } from "@effect/platform-node"
import { Config, Duration, Effect, Layer, Schema, Sink, Stream } from "effect"
import { HttpEffect, HttpRouter, HttpServerRequest, HttpServerResponse } from "effect/http"
import { createServer } from "node:http"
import { MistralLive } from "./shared/mistral.ts"

/** The key of a tenant. In practice, the tenant comes from a session, and its key from a store of secrets. */
const keyOf = (tenant: string) => Config.Redacted(`MISTRAL_API_KEY_${tenant.toUpperCase()}`)

const Path = Schema.Struct({ tenant: Schema.Literals(["acme", "globex", "initech"]) })
const event = (name: string, data: unknown) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`

/** The response to a call that failed before its first chunk. */
const failure = (error: MistralError.MistralError) =>
  HttpServerResponse.jsonUnsafe({ error: error.reason._tag }, {
    status: error.reason._tag === "InvalidRequest" ? 400 : error.status === 429 ? 429 : error.isRetryable ? 503 : 502,
    headers: error.retryAfter ? { "retry-after": String(Math.ceil(Duration.toSeconds(error.retryAfter))) } : {}
  })

const chat = Effect.gen(function*() {
  const { tenant } = yield* HttpRouter.schemaPathParams(Path)
  const { prompt } = yield* HttpServerRequest.schemaSearchParams(Schema.Struct({ prompt: Schema.String }))
  const [first, rest] = yield* Chat.stream(
    { model: "mistral-small-latest", messages: [{ role: "user", content: prompt }] },
    { apiKey: yield* keyOf(tenant) }
  ).pipe(Stream.peel(Sink.take(1)))
  const events = Stream.concat(Stream.fromArray(first), rest).pipe(
    Stream.map((chunk) => event("text", Completion.chunkText(chunk))),
    // A browser's `EventSource` connects anew when a response ends, unless it closes itself on this event.
    Stream.concat(Stream.succeed(event("done", {}))),
    Stream.catchTag("MistralError", ({ reason }) => Stream.succeed(event("error", { error: reason._tag }))),
    Stream.encodeText
  )
  const headers = { "cache-control": "no-cache", "x-accel-buffering": "no" }
  // The call ends with the response, and in the same way: a browser that leaves has cancelled it.
  return HttpEffect.scopeTransferToStream(
    HttpServerResponse.stream(events, { contentType: "text/event-stream", headers })
  )
}).pipe(Effect.catchTag("MistralError", (error) => Effect.succeed(failure(error))))

export const layerRoutes = HttpRouter.add("GET", "/:tenant/chat", chat)

if (import.meta.main) {
  const HttpLive = NodeHttpServer.layerConfig(createServer, {
    port: Config.withDefault(Config.Int("PORT"), 3000),
    gracefulShutdownTimeout: Config.succeed("1 second" as const)
  })
  const ChatLive = Chat.layer.pipe(Layer.provide(MistralLive))
  NodeRuntime.runMain(Layer.launch(Layer.provide(HttpRouter.serve(layerRoutes), [ChatLive, HttpLive])))
}
