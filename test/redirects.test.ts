/**
 * No HTTP client takes a request to another place than the base URL: a redirect would take the prompt and the key with it.
 * Seen by servers on real sockets.
 */
import { Chat } from "@effect-mistral/chat"
import { FetchHttpClient, MistralClient } from "@effect-mistral/core"
import { UndiciHttpClient } from "@effect-mistral/node"
import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted, Stream } from "effect"
import { FetchHttpClient as EffectFetchHttpClient, HttpClient } from "effect/http"
import { createServer, type IncomingMessage, type RequestListener } from "node:http"
import type { AddressInfo } from "node:net"

const clients = {
  "Effect's fetch client": EffectFetchHttpClient.layer,
  FetchHttpClient: FetchHttpClient.layer,
  "platform-node's undici client": NodeHttpClient.layerUndici,
  "platform-node's http client": NodeHttpClient.layerNodeHttp,
  UndiciHttpClient: UndiciHttpClient.layer
}

const request = { model: "m", messages: [{ role: "user" as const, content: "a secret question" }] }

const calls = { complete: Effect.asVoid(Chat.complete(request)), stream: Stream.runDrain(Chat.stream(request)) }

const services = (http: Layer.Layer<HttpClient.HttpClient>, baseUrl: string, options?: MistralClient.Options) =>
  Chat.layer.pipe(
    Layer.provide(MistralClient.layer({ apiKey: Redacted.make("a-key"), baseUrl, ...options })),
    Layer.provide(http)
  )

for (const [name, http] of Object.entries(clients)) {
  describe(`over ${name}`, () => {
    for (const status of [301, 302, 303, 307, 308]) {
      for (const place of ["another host", "another path of the same host"]) {
        it.live(`a redirect with status ${status} to ${place} is an error that says where, and is not followed`, () =>
          Effect.gen(function*() {
            for (const call of Object.values(calls)) {
              const elsewhere = yield* serve((_, response) => response.end("{}"))
              const here = yield* serve((_, response) => {
                const location = place === "another host" ? `${elsewhere.url}/v1/chat/completions` : "/moved"
                response.writeHead(status, { location }).end("moved")
              })
              const error = yield* Effect.flip(call).pipe(Effect.provide(services(http, here.url)))
              assert.strictEqual(error.status, status)
              assert.isFalse(error.isRetryable)
              assert.include(
                error.message,
                place === "another host"
                  ? `the server redirects to ${new URL(elsewhere.url).host}`
                  : "the server redirects to another path of its host"
              )
              assert.lengthOf(elsewhere.requests, 0)
              assert.lengthOf(here.requests, 1)
            }
          }))
      }
    }

    it.live("a program may follow redirects by its own choice, and another host is not given the key", () =>
      Effect.gen(function*() {
        const elsewhere = yield* serve((_, response) => response.writeHead(418).end())
        const here = yield* serve((_, response) => response.writeHead(307, { location: elsewhere.url }).end())
        const error = yield* Effect.flip(Chat.complete(request)).pipe(
          Effect.provide(services(http, here.url, { transformClient: HttpClient.followRedirects() }))
        )
        assert.strictEqual(error.status, 418)
        assert.deepStrictEqual(elsewhere.requests.map(({ headers }) => headers.authorization), [undefined])
      }))
  })
}

/** A server for the length of a test, and the requests that came. */
const serve = (respond: RequestListener) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly url: string; readonly requests: Array<IncomingMessage>; readonly close: () => void }>(
      (resume) => {
        const requests: Array<IncomingMessage> = []
        const server = createServer((request, response) => {
          requests.push(request)
          request.resume().on("end", () => respond(request, response))
        })
        server.listen(0, "127.0.0.1", () =>
          resume(Effect.succeed({
            url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
            requests,
            close: () => {
              server.close()
              server.closeAllConnections()
            }
          })))
      }
    ),
    ({ close }) => Effect.sync(close)
  )
