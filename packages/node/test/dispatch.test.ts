import Undici, { type Dispatcher } from "@effect/platform-node/Undici"
import { assert, describe, it, vi } from "@effect/vitest"
import { Effect } from "effect"
import { dispatch, type Head } from "../src/internal/dispatch.ts"
import { FakeController, FakeDispatcher, respond } from "./dispatcher.ts"
import { serve } from "./server.ts"

// A test that waits for something that never comes fails after two seconds.
vi.setConfig({ testTimeout: 2_000 })

describe("dispatch", () => {
  it("passes the request to the dispatcher, with the query in its path and without undici's time limits", () => {
    const dispatcher = new FakeDispatcher(() => {})
    const headers = { "x-test": "yes" }
    dispatch(dispatcher, { method: "PATCH", url: "https://host:8443/a%20b?q=1&q=2#f", headers, body: "text" }, ignore)
    dispatch(dispatcher, { method: "GET", url: new URL("http://host/"), headers: {}, body: null }, ignore)
    assert.deepStrictEqual(dispatcher.options, [
      {
        origin: "https://host:8443",
        path: "/a%20b?q=1&q=2",
        method: "PATCH",
        headers,
        body: "text",
        headersTimeout: 0,
        bodyTimeout: 0
      },
      {
        origin: "http://host",
        path: "/",
        method: "GET",
        headers: {},
        body: null,
        headersTimeout: 0,
        bodyTimeout: 0
      }
    ])
  })

  it("tells the receiver of an invalid URL, and throws where a dispatcher throws, which is a defect", () => {
    const dispatcher = new FakeDispatcher(() => {
      throw new Error("broken")
    })
    const errors: Array<unknown> = []
    const receiver = { ...ignore, onError: (error: unknown) => errors.push(error) }
    dispatch(dispatcher, { ...get, url: "not a URL" }, receiver)()
    assert.throws(() => dispatch(dispatcher, get, receiver), "broken")
    assert.deepStrictEqual(errors.map(String), ["TypeError: Invalid URL"])
    assert.lengthOf(dispatcher.options, 1)
  })

  it.effect("gives status, headers and body, and joins a header that came more than once", () =>
    Effect.gen(function*() {
      const head = yield* headOf((handler, controller) =>
        respond(handler, controller, {
          status: 418,
          headers: { "x-once": "a", "x-twice": ["a", "b"] },
          body: "body"
        })
      )
      assert.strictEqual(head.status, 418)
      assert.deepStrictEqual(
        ["x-once", "x-twice", "x-never"].map((name) => head.header(name)),
        ["a", "a, b", undefined]
      )
      assert.deepStrictEqual(head.headers(), { "x-once": "a", "x-twice": "a, b" })
      assert.deepStrictEqual(head.rawHeaders["x-twice"], ["a", "b"])
      assert.deepStrictEqual(yield* read(head), ["body", "end"])
    }))

  it.effect("passes over informational responses", () =>
    Effect.gen(function*() {
      const head = yield* headOf((handler, controller) => {
        handler.onRequestStart(controller, undefined)
        handler.onResponseStart(controller, 100, {})
        handler.onResponseStart(controller, 199, { "x-test": "hint" })
        respond(handler, controller, { headers: { "x-test": "response" } })
      })
      assert.strictEqual(head.status, 200)
      assert.strictEqual(head.header("x-test"), "response")
    }))

  it.effect("does not keep the raw headers, which hold the first read of the socket", () =>
    Effect.gen(function*() {
      const controllers: Array<FakeController> = []
      yield* headOf((handler, controller) => {
        controllers.push(controller)
        respond(handler, controller, {})
      })
      assert.isNull(controllers[0]?.rawHeaders)
    }))

  it("announces a response once, together with its first chunk", () => {
    const events: Array<string> = []
    const dispatcher = new FakeDispatcher((handler, controller) => {
      handler.onRequestStart(controller, undefined)
      handler.onResponseStart(controller, 200, {})
      events.push("head")
      handler.onResponseData(controller, Buffer.from(new ArrayBuffer(1)))
      events.push("first chunk")
      handler.onResponseData(controller, Buffer.from(new ArrayBuffer(1)))
      handler.onResponseEnd(controller, {})
    })
    dispatch(dispatcher, get, { ...ignore, onResponse: () => events.push("response") })
    assert.deepStrictEqual(events, ["head", "response", "first chunk"])
  })

  it("gives an error before the response to the receiver", () => {
    const errors: Array<unknown> = []
    const lost = new Error("lost")
    const dispatcher = new FakeDispatcher((handler, controller) => {
      handler.onRequestStart(controller, undefined)
      handler.onResponseStart(controller, 103, {})
      handler.onResponseError(controller, lost)
    })
    dispatch(dispatcher, get, { ...ignore, onError: (error) => errors.push(error) })
    assert.deepStrictEqual(errors, [lost])
  })

  it.effect("gives an error after the head to the body's reader", () =>
    Effect.gen(function*() {
      const head = yield* headOf((handler, controller) => {
        handler.onRequestStart(controller, undefined)
        handler.onResponseStart(controller, 200, {})
        handler.onResponseData(controller, Buffer.from("be"))
        handler.onResponseError(controller, new Error("lost"))
      })
      assert.deepStrictEqual(yield* read(head), ["be", "Error: lost"])
    }))

  it("aborts a request that is cancelled before its response, or while the body is read", () => {
    for (const receiving of [false, true]) {
      const controllers: Array<FakeController> = []
      const dispatcher = new FakeDispatcher((handler, controller) => {
        controllers.push(controller)
        handler.onRequestStart(controller, undefined)
        if (receiving) handler.onResponseStart(controller, 200, {})
      })
      const cancel = dispatch(dispatcher, get, ignore)
      assert.deepStrictEqual(controllers[0]?.calls, [])
      cancel()
      assert.deepStrictEqual(controllers[0]?.calls, ["abort: The request was interrupted"])
    }
  })

  it("aborts nothing once the response was read to the end, or failed", () => {
    const controllers: Array<FakeController> = []
    const cancelEnded = dispatch(
      new FakeDispatcher((handler, controller) => {
        controllers.push(controller)
        respond(handler, controller, {})
      }),
      get,
      ignore
    )
    const cancelFailed = dispatch(
      new FakeDispatcher((handler, controller) => {
        controllers.push(controller)
        handler.onRequestStart(controller, undefined)
        handler.onResponseError(controller, new Error("lost"))
      }),
      get,
      ignore
    )
    cancelEnded()
    cancelFailed()
    assert.deepStrictEqual(controllers.map(({ calls }) => calls), [[], []])
  })

  it("aborts a request that was cancelled before it had a connection, as soon as it has one", () => {
    const started: Array<() => void> = []
    const controller = new FakeController()
    const dispatcher = new FakeDispatcher((handler) => {
      started.push(() => handler.onRequestStart(controller, undefined))
    })
    const cancel = dispatch(dispatcher, get, ignore)
    cancel()
    assert.deepStrictEqual(controller.calls, [])
    started[0]?.()
    assert.deepStrictEqual(controller.calls, ["abort: The request was interrupted"])
  })

  it.effect("pauses the socket at 128 kB of unread bytes", () =>
    Effect.gen(function*() {
      const events: Array<string> = []
      const head = yield* headOf((handler, controller) => {
        controller.calls = events
        handler.onRequestStart(controller, undefined)
        handler.onResponseStart(controller, 200, {})
        handler.onResponseData(controller, Buffer.alloc(128 * 1024 - 1))
        events.push("128 kB less one byte")
        handler.onResponseData(controller, Buffer.alloc(1))
        handler.onResponseEnd(controller, {})
      })
      assert.deepStrictEqual(events, ["128 kB less one byte", "pause"])
      assert.strictEqual((yield* read(head)).at(-1), "end")
      assert.deepStrictEqual(events, ["128 kB less one byte", "pause", "resume"])
    }))

  it.live("gives the response itself where the server sends 102 and 103 before it", () =>
    Effect.gen(function*() {
      const url = yield* serve((_, response) => {
        response.writeProcessing()
        response.writeEarlyHints({ link: "</style.css>; rel=preload" })
        response.writeHead(201, { "x-test": "response" })
        response.end("body")
      })
      const head = yield* send(url)
      assert.strictEqual(head.status, 201)
      assert.strictEqual(head.header("x-test"), "response")
      assert.isUndefined(head.header("link"))
      assert.deepStrictEqual(yield* read(head), ["body", "end"])
    }))
})

const get = { method: "GET", url: "http://host/", headers: {}, body: null }

const ignore = { onResponse: () => {}, onError: () => {} }

const through = (dispatcher: Dispatcher, url: string) =>
  Effect.callback<Head, unknown>((resume) => {
    dispatch(dispatcher, { ...get, url }, {
      onResponse: (head) => resume(Effect.succeed(head)),
      onError: (error) => resume(Effect.fail(error))
    })
  })

const send = (url: string) =>
  Effect.flatMap(
    Effect.acquireRelease(Effect.sync(() => new Undici.Agent()), (agent) => Effect.promise(() => agent.destroy())),
    (agent) => through(agent, url)
  )

const headOf = (respond: ConstructorParameters<typeof FakeDispatcher>[0]) =>
  through(new FakeDispatcher(respond), get.url)

/** The reads of a body as text, and how it ended. */
const read = ({ body }: Head) =>
  Effect.callback<ReadonlyArray<string>>((resume) => {
    const reads: Array<string> = []
    const end = (how: string) => resume(Effect.succeed([...reads, how]))
    const next = (): void =>
      void body.read({
        onBytes: (bytes) => {
          reads.push(Buffer.concat(bytes).toString())
          next()
        },
        onEnd: () => end("end"),
        onError: (error) => end(String(error))
      })
    next()
  })
