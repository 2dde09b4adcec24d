import { DirectTransport } from "@effect-mistral/core"
import { UndiciHttpClient } from "@effect-mistral/node"
import Undici, { type Dispatcher } from "@effect/platform-node/Undici"
import { assert, describe, it, vi } from "@effect/vitest"
import { Context, Deferred, Effect, Exit, Fiber, Layer, Result, Scope, Stream } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import { client, FakeDispatcher, respond } from "./dispatcher.ts"
import { serve } from "./server.ts"

// A test that waits for something that never comes fails after two seconds.
vi.setConfig({ testTimeout: 2_000 })

describe("UndiciHttpClient", () => {
  it.live("sends method, path, query, headers and body, and gives status, headers, cookies and body", () =>
    Effect.gen(function*() {
      const url = yield* serve((request, response) => {
        const chunks: Array<Buffer> = []
        request.on("data", (chunk) => chunks.push(chunk)).on("end", () => {
          response.writeHead(201, { "content-type": "application/json", "set-cookie": ["a=1", "b=2"] })
          response.end(JSON.stringify({
            method: request.method,
            url: request.url,
            header: request.headers["x-test"],
            body: Buffer.concat(chunks).toString()
          }))
        })
      })
      const http = yield* HttpClient.HttpClient
      const response = yield* HttpClientRequest.post(`${url}/path`).pipe(
        HttpClientRequest.setUrlParams({ q: "é" }),
        HttpClientRequest.setHeader("x-test", "yes"),
        HttpClientRequest.bodyText("grüße", "text/plain"),
        http.execute
      )
      assert.strictEqual(response.status, 201)
      assert.strictEqual(response.headers["content-type"], "application/json")
      assert.strictEqual(response.url, `${url}/path?q=%C3%A9`)
      assert.deepStrictEqual(Object.keys(response.cookies.cookies), ["a", "b"])
      assert.deepStrictEqual(yield* response.json, {
        method: "POST",
        url: "/path?q=%C3%A9",
        header: "yes",
        body: "grüße"
      })
      assert.include(yield* response.text, "grüße")
    }).pipe(Effect.provide(UndiciHttpClient.layer)))

  it.live("keeps connections alive", () =>
    Effect.gen(function*() {
      let connections = 0
      const url = yield* serve((_, response) => response.end("ok"), () => connections++)
      const http = yield* HttpClient.HttpClient
      for (let i = 0; i < 10; i++) yield* Effect.flatMap(http.get(url), (response) => response.text)
      // Undici frees a connection one turn of the event loop after its response ended: two connections take turns.
      assert.isAtMost(connections, 2)
    }).pipe(Effect.provide(UndiciHttpClient.layer)))

  it.live("pauses the socket while the reader is behind, and loses nothing", () =>
    Effect.gen(function*() {
      const piece = Buffer.alloc(64 * 1024, "x")
      const pieces = 512
      let written = 0
      const url = yield* serve((_, response) => {
        const write = (): void => {
          while (written < pieces) {
            written++
            if (!response.write(piece)) return void response.once("drain", write)
          }
          response.end()
        }
        write()
      })
      const http = yield* HttpClient.HttpClient
      const response = yield* http.get(url)
      // The body is not read yet: the buffers on the way limit how much the server can write.
      yield* settled(() => written)
      assert.isBelow(written, pieces)
      const size = yield* Stream.runFold(response.stream, () => 0, (size, bytes) => size + bytes.length)
      assert.strictEqual(size, pieces * piece.length)
    }).pipe(Effect.provide(UndiciHttpClient.layer)))

  it.live("an interruption before the head closes the request, and a refused connection fails", () =>
    Effect.gen(function*() {
      const arrived = yield* Deferred.make<void>()
      const closed = yield* Deferred.make<void>()
      const url = yield* serve((_, response) => {
        response.on("close", () => Deferred.doneUnsafe(closed, Effect.void))
        Deferred.doneUnsafe(arrived, Effect.void)
      })
      const http = yield* HttpClient.HttpClient
      const fiber = yield* Effect.forkChild(http.get(url))
      yield* Deferred.await(arrived)
      yield* Fiber.interrupt(fiber)
      yield* Deferred.await(closed)
      const refused = yield* Effect.flip(http.get("http://127.0.0.1:1"))
      assert.strictEqual(refused.reason._tag, "TransportError")
    }).pipe(Effect.provide(UndiciHttpClient.layer)))

  it.live("a connection cut in the middle of a body fails its reader with a DecodeError, after what had come", () =>
    Effect.gen(function*() {
      const url = yield* serve((_, response) => {
        response.write("begin", () => setImmediate(() => response.destroy()))
      })
      const http = yield* HttpClient.HttpClient
      const response = yield* http.get(url)
      const read: Array<string> = []
      const result = yield* Effect.result(
        Stream.runForEach(response.stream, (bytes) => Effect.sync(() => read.push(new TextDecoder().decode(bytes))))
      )
      assert.deepStrictEqual(read, ["begin"])
      assert.isTrue(Result.isFailure(result) && result.failure.reason._tag === "DecodeError")
    }).pipe(Effect.provide(UndiciHttpClient.layer)))

  it.live("closes its connections with the layer", () =>
    Effect.gen(function*() {
      const closed = yield* Deferred.make<void>()
      const url = yield* serve((request, response) => {
        request.socket.on("close", () => Deferred.doneUnsafe(closed, Effect.void))
        response.end("ok")
      })
      yield* Effect.scoped(Effect.gen(function*() {
        const context = yield* Layer.build(UndiciHttpClient.layer)
        yield* Effect.flatMap(HttpClient.get(url), (response) => response.text).pipe(Effect.provide(context))
      }))
      yield* Deferred.await(closed)
    }))

  it.effect("sends the same options by both of its ways: query, method, headers and body, without time limits", () =>
    Effect.gen(function*() {
      const dispatcher = new FakeDispatcher((handler, controller) => respond(handler, controller, {}))
      const http = yield* client(dispatcher)
      const sent: Dispatcher.DispatchOptions = {
        origin: "https://host:8443",
        path: "/path?page=2&from=a+b",
        method: "PUT",
        headersTimeout: 0,
        bodyTimeout: 0
      }
      yield* HttpClientRequest.put("https://host:8443/path?page=2#fragment").pipe(
        HttpClientRequest.setUrlParam("from", "a b"),
        HttpClientRequest.bodyUint8Array(new Uint8Array([1, 2]), "application/x"),
        HttpClientRequest.setHeader("x-test", "yes"),
        http.execute
      )
      const { body, headers, ...rest } = dispatcher.options[0]!
      assert.deepStrictEqual(rest, sent)
      assert.deepStrictEqual(body, new Uint8Array([1, 2]))
      assert.deepStrictEqual({ ...headers }, {
        "content-type": "application/x",
        "content-length": "2",
        "x-test": "yes"
      })
      yield* direct(http, {
        method: "PUT",
        url: "https://host:8443/path?page=2&from=a+b#fragment",
        headers: { "x-test": "yes" },
        body: "text"
      })
      assert.deepStrictEqual(dispatcher.options[1], { ...sent, headers: { "x-test": "yes" }, body: "text" })
    }).pipe(Effect.provideService(HttpClient.TracerPropagationEnabled, false)))

  it.effect("sends a request without a body by both of its ways, and adds no header", () =>
    Effect.gen(function*() {
      const dispatcher = new FakeDispatcher((handler, controller) => respond(handler, controller, {}))
      const http = yield* client(dispatcher)
      yield* http.execute(HttpClientRequest.delete("http://host/"))
      yield* direct(http, { method: "DELETE", url: "http://host/", headers: {}, body: undefined })
      yield* http.execute(HttpClientRequest.post("http://host/"))
      yield* http.execute(HttpClientRequest.bodyText(HttpClientRequest.post("http://host/"), ""))
      assert.deepStrictEqual(dispatcher.options.map(({ body, method }) => [method, body]), [
        ["DELETE", null],
        ["DELETE", null],
        ["POST", null],
        ["POST", new Uint8Array(0)]
      ])
      for (const { headers } of dispatcher.options.slice(0, 3)) assert.deepStrictEqual({ ...headers }, {})
    }).pipe(Effect.provideService(HttpClient.TracerPropagationEnabled, false)))

  it.effect("offers the direct transport, and only with the client itself", () =>
    Effect.gen(function*() {
      const http = yield* client(new FakeDispatcher(() => {}))
      assert.isDefined(DirectTransport.get(http))
      assert.isUndefined(DirectTransport.get(HttpClient.mapRequest(http, (request) => request)))
    }))

  it.effect("fails with a TransportError that has the request and the dispatcher's own error", () =>
    Effect.gen(function*() {
      const lost = new Error("lost")
      const http = yield* client(
        new FakeDispatcher((handler, controller) => {
          handler.onRequestStart(controller, undefined)
          handler.onResponseError(controller, lost)
        })
      )
      const request = HttpClientRequest.get("http://host/")
      const { reason } = yield* Effect.flip(http.execute(request))
      assert.isTrue(reason._tag === "TransportError" && reason.cause === lost && reason.request === request)
    }).pipe(Effect.provideService(HttpClient.TracerPropagationEnabled, false)))

  it.effect("sends nothing in a scope that is closed", () =>
    Effect.gen(function*() {
      const dispatcher = new FakeDispatcher((handler, controller) => respond(handler, controller, {}))
      const http = HttpClient.withScope(yield* client(dispatcher))
      const scope = yield* Scope.make()
      yield* Scope.close(scope, Exit.void)
      const { reason } = yield* Effect.flip(Scope.provide(http.get("http://host/"), scope))
      assert.strictEqual(reason._tag, "TransportError")
      assert.include(String((reason as { readonly cause?: unknown }).cause), "The request was interrupted")
      assert.lengthOf(dispatcher.options, 0)
    }))

  it.effect("aborts a request whose fiber is interrupted, before its scope is closed", () =>
    Effect.gen(function*() {
      const calls: Array<ReadonlyArray<string>> = []
      const http = HttpClient.withScope(
        yield* client(
          new FakeDispatcher((handler, controller) => {
            handler.onRequestStart(controller, undefined)
            calls.push(controller.calls)
          })
        )
      )
      const fiber = yield* Effect.forkChild(http.get("http://host/"), { startImmediately: true })
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(calls, [["abort: The request was interrupted"]])
    }).pipe(Effect.scoped))

  it.effect("aborts a response that is not read to its end, with the scope", () =>
    Effect.gen(function*() {
      const calls: Array<ReadonlyArray<string>> = []
      const http = HttpClient.withScope(
        yield* client(
          new FakeDispatcher((handler, controller) => {
            calls.push(controller.calls)
            handler.onRequestStart(controller, undefined)
            handler.onResponseStart(controller, 200, {})
          })
        )
      )
      const response = yield* http.get("http://host/").pipe(
        Effect.tap(() => Effect.sync(() => assert.deepStrictEqual(calls, [[]]))),
        Effect.scoped
      )
      assert.strictEqual(response.status, 200)
      assert.deepStrictEqual(calls, [["abort: The request was interrupted"]])
    }))

  it.live("never sends a request that was interrupted while it waited for a connection", () =>
    Effect.gen(function*() {
      const paths: Array<string | undefined> = []
      const arrived = yield* Deferred.make<void>()
      const finish = yield* Deferred.make<void>()
      const url = yield* serve((request, response) => {
        paths.push(request.url)
        if (request.url !== "/first") return void response.end("ok")
        Deferred.doneUnsafe(arrived, Effect.void)
        Effect.runFork(Effect.andThen(Deferred.await(finish), Effect.sync(() => response.end("ok"))))
      })
      const agent = yield* Effect.acquireRelease(
        Effect.sync(() => new Undici.Agent({ connections: 1, pipelining: 1 })),
        (agent) => Effect.promise(() => agent.destroy())
      )
      const http = yield* client(agent)
      const get = (path: string) => Effect.flatMap(http.get(`${url}${path}`), (response) => response.text)
      const first = yield* Effect.forkChild(get("/first"), { startImmediately: true })
      yield* Deferred.await(arrived)
      const second = yield* Effect.forkChild(get("/second"), { startImmediately: true })
      const third = yield* Effect.forkChild(get("/third"), { startImmediately: true })
      yield* Fiber.interrupt(second)
      yield* Deferred.succeed(finish, undefined)
      assert.strictEqual(yield* Fiber.join(first), "ok")
      assert.strictEqual(yield* Fiber.join(third), "ok")
      assert.deepStrictEqual(paths, ["/first", "/third"])
    }))

  it.live("does not follow redirects, and does not ask for compression", () =>
    Effect.gen(function*() {
      const headers: Array<string | undefined> = []
      const url = yield* serve((request, response) => {
        headers.push(request.headers["accept-encoding"])
        response.writeHead(302, { location: "/other" }).end("moved")
      })
      const http = yield* HttpClient.HttpClient
      const response = yield* http.get(url)
      assert.strictEqual(response.status, 302)
      assert.strictEqual(response.headers["location"], "/other")
      assert.strictEqual(yield* response.text, "moved")
      assert.deepStrictEqual(headers, [undefined])
    }).pipe(Effect.provide(UndiciHttpClient.layer)))

  it.effect("is one client, with one pool, for all services of a program that it is provided to", () =>
    Effect.gen(function*() {
      class First extends Context.Service<First, HttpClient.HttpClient>()("First") {}
      class Second extends Context.Service<Second, HttpClient.HttpClient>()("Second") {}
      const context = yield* Layer.build(Layer.mergeAll(
        Layer.effect(First, HttpClient.HttpClient).pipe(Layer.provide(UndiciHttpClient.layer)),
        Layer.effect(Second, HttpClient.HttpClient).pipe(Layer.provide(UndiciHttpClient.layer))
      ))
      assert.strictEqual(Context.get(context, First), Context.get(context, Second))
    }))

  it.live("leaves a dispatcher of the program's own open", () =>
    Effect.gen(function*() {
      const url = yield* serve((_, response) => response.end("ok"))
      const agent = yield* Effect.acquireRelease(
        Effect.sync(() => new Undici.Agent()),
        (agent) => Effect.promise(() => agent.destroy())
      )
      for (let i = 0; i < 2; i++) {
        const text = yield* Effect.scoped(
          Effect.flatMap(client(agent), (http) => Effect.flatMap(http.get(url), (response) => response.text))
        )
        assert.strictEqual(text, "ok")
      }
    }))
})

/** Sends a request by the direct transport of a client. */
const direct = (http: HttpClient.HttpClient, request: DirectTransport.Request) =>
  Effect.callback<DirectTransport.Response, unknown>((resume) => {
    DirectTransport.get(http)?.send(request, {
      context: Context.empty(),
      onResponse: (response) => resume(Effect.succeed(response)),
      onError: (error) => resume(Effect.fail(error))
    })
  })

/** Waits until a number no longer grows. */
const settled = (read: () => number): Effect.Effect<void> =>
  Effect.suspend(() => {
    const before = read()
    return Effect.flatMap(Effect.sleep("100 millis"), () => read() === before ? Effect.void : settled(read))
  })
