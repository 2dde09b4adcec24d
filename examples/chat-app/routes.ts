/** The routes of the application: the files of the page, and the answer to a conversation as server-sent events. */
import type { MistralError } from "@effect-mistral/core"
import { Effect, Layer, Schema, Sink, Stream } from "effect"
import { HttpEffect, HttpRouter, HttpServerRequest, HttpServerResponse, HttpStaticServer } from "effect/http"
import { fileURLToPath } from "node:url"
import { answer, Conversation, type Event } from "./conversation.ts"
import { type Failure, failureOf, statusOf } from "./failure.ts"

/** The page loads nothing from elsewhere, runs only its own scripts, and cannot turn a text into HTML. */
const pageHeaders = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'"
  ].join("; "),
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff"
}

const files = Effect.map(
  HttpStaticServer.make({ root: fileURLToPath(new URL("page", import.meta.url)), cacheControl: "no-cache" }),
  Effect.map(HttpServerResponse.setHeaders(pageHeaders))
)

const PageRoutes = Layer.unwrap(Effect.map(files, (file) => HttpRouter.add("GET", "/*", file)))

const write = ({ type, ...data }: Event | { readonly type: "error" } & Failure) =>
  `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`

/** The response to a call that failed before its first chunk has a status, and the wait that the server asked for. */
const refuse = (error: MistralError.MistralError) => {
  const failure = failureOf(error)
  const headers = failure.seconds === undefined ? {} : { "retry-after": String(failure.seconds) }
  return HttpServerResponse.jsonUnsafe(failure, { status: statusOf(error), headers })
}

const chat = Effect.gen(function*() {
  // Pages of other sites must not spend the key of this server. Browsers say where a request comes from.
  const { headers: { "sec-fetch-site": site = "same-origin" } } = yield* HttpServerRequest.HttpServerRequest
  if (site !== "same-origin") return HttpServerResponse.empty({ status: 403 })
  const { messages } = yield* HttpServerRequest.schemaBodyJson(Schema.Struct({ messages: Conversation }))
  // The response begins with the first chunk, so that an error before it has a status.
  const [first, rest] = yield* Stream.peel(answer(messages), Sink.take(1))
  const events = Stream.concat(Stream.fromArray(first), rest).pipe(
    Stream.map(write),
    Stream.catchTag("MistralError", (error) => Stream.succeed(write({ type: "error", ...failureOf(error) }))),
    Stream.encodeText
  )
  const headers = { "cache-control": "no-cache", "x-accel-buffering": "no" }
  // The call ends with the response. If the browser leaves, the request to Mistral is cancelled.
  return HttpEffect.scopeTransferToStream(
    HttpServerResponse.stream(events, { contentType: "text/event-stream", headers })
  )
}).pipe(Effect.catchTag("MistralError", (error) => Effect.succeed(refuse(error))))

/** All routes of the application. */
export const layerRoutes = Layer.merge(PageRoutes, HttpRouter.add("POST", "/chat", chat))
