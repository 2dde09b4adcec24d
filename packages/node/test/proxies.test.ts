/**
 * The dispatchers that `docs/http-clients-and-proxies.md` shows: a proxy, mutual TLS, and proxies of the environment for
 * `fetch`.
 */
import { Chat } from "@effect-mistral/chat"
import { Completion, FetchHttpClient, MistralClient, RetryPolicy } from "@effect-mistral/core"
import { UndiciHttpClient } from "@effect-mistral/node"
import { TestCompletion } from "@effect-mistral/testing"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import Undici, { type Agent, type Dispatcher, type RequestInit } from "@effect/platform-node/Undici"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import type { HttpClient } from "effect/http"
import { execFile } from "node:child_process"
import { createServer, type IncomingMessage, request as httpRequest, type Server, type ServerResponse } from "node:http"
import { createServer as createTlsServer } from "node:https"
import { type AddressInfo, connect } from "node:net"
import { promisify } from "node:util"
import * as certificates from "./certificates.ts"

describe("a proxy", () => {
  it.live("of EnvHttpProxyAgent is sent the requests to http, and tunnels those to https", () =>
    Effect.gen(function*() {
      const { seen, url } = yield* proxy
      for (const origin of [yield* plainServer, yield* tlsServer({})]) {
        const text = yield* ask(origin).pipe(Effect.provide(over(
          new Undici.EnvHttpProxyAgent({
            httpProxy: url,
            httpsProxy: url,
            noProxy: "",
            requestTls: { ca: certificates.server.cert }
          })
        )))
        assert.strictEqual(text, "Claude Monet.")
        assert.deepStrictEqual(seen.splice(0), [
          origin.startsWith("https:") ? `CONNECT ${new URL(origin).host}` : `POST ${origin}/v1/chat/completions`
        ])
      }
    }))

  it.live("is not used for the hosts of noProxy", () =>
    Effect.gen(function*() {
      const { seen, url } = yield* proxy
      const agent = new Undici.EnvHttpProxyAgent({ httpProxy: url, httpsProxy: url, noProxy: "127.0.0.1" })
      const text = yield* ask(yield* plainServer).pipe(Effect.provide(over(agent)))
      assert.strictEqual(text, "Claude Monet.")
      assert.deepStrictEqual(seen, [])
    }))

  it.live("that refuses the tunnel is a failed connection that names its status", () =>
    Effect.gen(function*() {
      const url = yield* listen(
        createServer().on("connect", (_, socket) => socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"))
      )
      const error = yield* ask("https://127.0.0.1:1").pipe(
        Effect.provide(over(new Undici.EnvHttpProxyAgent({ httpsProxy: url, noProxy: "" }))),
        Effect.flip
      )
      assert.strictEqual(error.reason._tag, "ConnectionFailed")
      assert.include(error.message, "407")
    }))

  it.live(
    "of the environment is used by FetchHttpClient on Node with NODE_USE_ENV_PROXY",
    () =>
      Effect.gen(function*() {
        const { seen, url } = yield* proxy
        const origin = yield* plainServer
        const { stdout } = yield* Effect.promise(() =>
          promisify(execFile)(
            process.execPath,
            ["--conditions=@effect-mistral/source", "--input-type=module", "-e", program(origin)],
            {
              env: { ...process.env, NODE_USE_ENV_PROXY: "1", HTTP_PROXY: url, NO_PROXY: "" },
              cwd: import.meta.dirname
            }
          )
        )
        assert.strictEqual(stdout, "Claude Monet.\n")
        // Whether http is tunnelled, too, depends on the version of Node.
        assert.lengthOf(seen, 1)
        assert.include(seen[0], new URL(origin).host)
      }),
    60_000
  )

  it.live("of a fetch of the program's own is used by FetchHttpClient", () =>
    Effect.gen(function*() {
      const { seen, url } = yield* proxy
      const origin = yield* plainServer
      const dispatcher = new Undici.ProxyAgent({ uri: url })
      yield* Effect.addFinalizer(() => Effect.promise(() => dispatcher.destroy()))
      const fetchThroughProxy = (input: unknown, init?: unknown) =>
        // The cast is safe: FetchHttpClient gives the URL as a string, and undici takes the options of `fetch`.
        Undici.fetch(input as string, { ...init as RequestInit, dispatcher })
      const http = FetchHttpClient.layer.pipe(
        // The cast is safe: the response of undici's fetch has all that `Response` of the platform has.
        Layer.provide(Layer.succeed(FetchHttpClient.Fetch, fetchThroughProxy as unknown as typeof fetch))
      )
      assert.strictEqual(yield* ask(origin).pipe(Effect.provide(http)), "Claude Monet.")
      assert.deepStrictEqual(seen, [`POST ${origin}/v1/chat/completions`])
    }))
})

describe("mutual TLS", () => {
  const askOver = (origin: string, options: Agent.Options["connect"]) =>
    ask(origin).pipe(Effect.provide(over(new Undici.Agent({ connect: { ca: certificates.server.cert, ...options } }))))

  it.live("sends the client's certificate, and a client without one is refused", () =>
    Effect.gen(function*() {
      const origin = yield* tlsServer({ ca: certificates.client.cert, requestCert: true, rejectUnauthorized: true })
      assert.strictEqual(yield* askOver(origin, certificates.client), "Claude Monet.")
      const error = yield* Effect.flip(askOver(origin, {}))
      assert.include(["ConnectionFailed", "ConnectionLost"], error.reason._tag)
    }))

  it.live("a server whose certificate is not known is a failed connection", () =>
    Effect.gen(function*() {
      const origin = yield* tlsServer({})
      const error = yield* ask(origin).pipe(Effect.provide(over(new Undici.Agent())), Effect.flip)
      assert.strictEqual(error.reason._tag, "ConnectionFailed")
      assert.include(error.message, "certificate")
    }))
})

/** The text of a completion of a server, with one attempt. */
const ask = (baseUrl: string) =>
  Chat.complete({ model: "m", messages: [{ role: "user", content: "Who?" }] }).pipe(
    Effect.map(Completion.text),
    Effect.provide(Chat.layer.pipe(
      Layer.provide(MistralClient.layer({ apiKey: Redacted.make("a-key-of-a-test"), baseUrl, retry: RetryPolicy.none }))
    ))
  )

/** The same as a program of its own, over `fetch`. */
const program = (baseUrl: string) => `
import { Chat } from "@effect-mistral/chat"
import { Completion, FetchHttpClient, MistralClient } from "@effect-mistral/core"
import { Effect, Layer } from "effect"
const client = MistralClient.layer({ baseUrl: ${JSON.stringify(baseUrl)} })
console.log(await Effect.runPromise(
  Chat.complete({ model: "m", messages: [{ role: "user", content: "Who?" }] }).pipe(
    Effect.map(Completion.text),
    Effect.provide(Chat.layer.pipe(Layer.provide(client), Layer.provide(FetchHttpClient.layer)))
  )
))
`

const over = (dispatcher: Dispatcher): Layer.Layer<HttpClient.HttpClient> =>
  UndiciHttpClient.layerNoDispatcher.pipe(Layer.provide(Layer.effect(
    NodeHttpClient.Dispatcher,
    Effect.acquireRelease(Effect.succeed(dispatcher), (dispatcher) => Effect.promise(() => dispatcher.destroy()))
  )))

/** A server that answers every request with a completion. */
const respond = (request: IncomingMessage, response: ServerResponse) => {
  request.resume().on("end", () => {
    response.setHeader("content-type", "application/json")
    response.end(JSON.stringify(TestCompletion.response("Claude Monet.")))
  })
}

const listen = (server: Server, scheme = "http") =>
  Effect.acquireRelease(
    Effect.callback<Server>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    () =>
      Effect.sync(() => {
        server.close()
        server.closeAllConnections()
      })
  ).pipe(
    // The cast is safe: a server on a port has such an address.
    Effect.map(() => `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`)
  )

const plainServer = Effect.suspend(() => listen(createServer(respond)))

const tlsServer = (options: Parameters<typeof createTlsServer>[0]) =>
  Effect.suspend(() => listen(createTlsServer({ ...certificates.server, ...options }, respond), "https"))

/** A proxy that forwards requests to http and tunnels to https, and records the first line of each. */
const proxy = Effect.suspend(() => {
  const seen: Array<string> = []
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`)
    const forwarded = httpRequest(request.url!, { method: request.method!, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(response)
    })
    request.pipe(forwarded)
  }).on("connect", (request, socket, head) => {
    seen.push(`CONNECT ${request.url}`)
    const { hostname, port } = new URL(`http://${request.url}`)
    const upstream = connect(Number(port), hostname, () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n")
      upstream.write(head)
      upstream.pipe(socket).pipe(upstream)
    })
    for (const end of [socket, upstream]) end.on("error", () => [socket, upstream].forEach((end) => end.destroy()))
  })
  return Effect.map(listen(server), (url) => ({ seen, url }))
})
