import { Chat } from "@effect-mistral/chat"
import { MistralClient, RetryPolicy } from "@effect-mistral/core"
import { Emulator, Fault } from "@effect-mistral/emulator"
import { UndiciHttpClient } from "@effect-mistral/node"
import { ChatCompletionEvents } from "@effect-mistral/observability"
import { NodeHttpServer } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Context, Effect, Exit, Layer, Redacted, References, Schedule, Tracer } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { NetAddress } from "effect/net"
import { spawn } from "node:child_process"
import { createServer } from "node:http"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { layerRoutes } from "../sse-server.ts"

const program = join(dirname(dirname(fileURLToPath(import.meta.url))), "sse-server.ts")

/** An event of the response: its name, and the value in its data. */
type Event = readonly [name: string, data: unknown]

/** Waits until the emulator has that many requests in progress. */
const untilActive = (requests: number) =>
  Effect.flatMap(
    Emulator.Emulator,
    ({ active }) =>
      Effect.repeat(active, { until: (count) => count === requests, schedule: Schedule.spaced("5 millis") })
  )

/** A browser that opens the endpoint, and can leave. */
const open = Effect.fnUntraced(function*(path: string) {
  const { address } = yield* HttpServer.HttpServer
  const port = NetAddress.isInetAddress(address) ? address.port : 0
  const controller = new AbortController()
  const response = fetch(`http://127.0.0.1:${port}${path}`, { signal: controller.signal })
  const leave = Effect.promise(async () => {
    controller.abort()
    await response.then((opened) => opened.text()).catch(() => {})
  })
  return { leave, response: Effect.promise(() => response) }
})

const get = Effect.fnUntraced(function*(path: string) {
  const response = yield* (yield* open(path)).response
  const text = yield* Effect.promise(() => response.text())
  return { response, text, events: eventsOf(text) }
})

const eventsOf = (text: string): ReadonlyArray<Event> =>
  [...text.matchAll(/^event: (.*)\ndata: (.*)\n\n/gm)].map(([, name = "", data = ""]) => [name, JSON.parse(data)])

const textOf = (events: ReadonlyArray<Event>) => events.map(([name, data]) => name === "text" ? data : "").join("")

const spans = new Array<Tracer.Span>()

const TracerTest = Layer.sync(Tracer.Tracer, () => {
  spans.length = 0
  return Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      spans.push(span)
      return span
    }
  })
})

/** How the call of Mistral ended, as its span says. */
const outcome = Effect.sync(() => {
  const status = spans.find(({ name }) => name.startsWith("chat "))?.status
  return status?._tag !== "Ended" ? status?._tag : Exit.hasInterrupts(status.exit) ? "cancelled" : status.exit._tag
}).pipe(Effect.repeat({ until: (status) => status !== "Started", schedule: Schedule.spaced("5 millis") }))

/** The completions that the emulator has recorded: those of clients that waited for them. */
const completions = Effect.map(
  ChatCompletionEvents.searchIds({ search_params: { filters: null } }),
  ({ completion_event_ids }) => completion_event_ids.length
)

describe("an endpoint of server-sent events", () => {
  it.live("streams the completion as events, then `done`", () =>
    Effect.gen(function*() {
      const { events, response } = yield* get("/acme/chat?prompt=Hello")
      assert.strictEqual(response.status, 200)
      assert.strictEqual(response.headers.get("content-type"), "text/event-stream")
      assert.strictEqual(response.headers.get("cache-control"), "no-cache")
      assert.strictEqual(textOf(events), "Bonjour,\n\"le monde\".")
      assert.deepStrictEqual(events.at(-1), ["done", {}])
      const { requests } = yield* Emulator.Emulator
      assert.deepStrictEqual((yield* requests).map(({ body }) => (body as Chat.Request).messages), [
        [{ role: "user", content: "Hello" }]
      ])
      assert.strictEqual(yield* outcome, "Success")
    }).pipe(Effect.provide(ServerTest())))

  it.live("uses the key of the tenant, and never that of another one or of the client", () =>
    Effect.gen(function*() {
      const { requests } = yield* Emulator.Emulator
      const wrong = yield* get("/globex/chat?prompt=Hello")
      assert.strictEqual(wrong.response.status, 502)
      assert.strictEqual(wrong.text, `{"error":"Authentication"}`)
      assert.strictEqual((yield* get("/acme/chat?prompt=Hello")).response.status, 200)
      assert.strictEqual((yield* requests).length, 2)

      // This tenant has no key, and does not get that of the client.
      assert.strictEqual((yield* get("/initech/chat?prompt=Hello")).response.status, 500)
      assert.strictEqual((yield* requests).length, 2)

      const unknown = yield* get("/umbrella/chat?prompt=Hello")
      assert.strictEqual(unknown.response.status, 400)
      assert.strictEqual((yield* get("/acme/chat")).response.status, 400)
      assert.strictEqual((yield* requests).length, 2)
    }).pipe(Effect.provide(ServerTest())))

  for (
    const [fault, status, retryAfter] of [
      [Fault.status(429, { retryAfter: 61 }), 429, "61"],
      [Fault.status(503, { retryAfter: 61 }), 503, "61"],
      [Fault.status(400), 502, null],
      [Fault.cut({ afterEvents: 0 }), 503, null]
    ] as const
  ) {
    it.live(`answers ${status} if the call fails before its first chunk: ${JSON.stringify(fault)}`, () =>
      Effect.gen(function*() {
        const { faults } = yield* Emulator.Emulator
        yield* faults.next(fault, { times: 5 })
        const { response } = yield* get("/acme/chat?prompt=Hello")
        assert.strictEqual(response.status, status)
        assert.strictEqual(response.headers.get("retry-after"), retryAfter)
        assert.strictEqual(response.headers.get("content-type"), "application/json")
      }).pipe(Effect.provide(ServerTest())))
  }

  it.live("sends an `error` event, and no `done`, if the call fails after its first chunk", () =>
    Effect.gen(function*() {
      const { faults } = yield* Emulator.Emulator
      yield* faults.next(Fault.cut({ afterEvents: 3 }))
      const { events, response } = yield* get("/acme/chat?prompt=Hello")
      assert.strictEqual(response.status, 200)
      assert.deepStrictEqual(events.at(-1), ["error", { error: "ConnectionLost" }])
      assert.isFalse(events.some(([name]) => name === "done"))
      assert.isTrue("Bonjour,\n\"le monde\".".startsWith(textOf(events)))
      assert.notStrictEqual(textOf(events), "")
    }).pipe(Effect.provide(ServerTest())))

  it.live("ends the upstream request if the browser leaves before the first chunk", () =>
    Effect.gen(function*() {
      const { leave } = yield* open("/acme/chat?prompt=Hello")
      yield* untilActive(1)
      yield* leave
      yield* untilActive(0)
      assert.strictEqual(yield* outcome, "cancelled")
      assert.strictEqual(yield* completions, 0)
    }).pipe(Effect.provide(ServerTest({ timeToFirstToken: "1 hour" }))))

  it.live("ends the upstream request if the browser leaves after the first chunk", () =>
    Effect.gen(function*() {
      const { leave, response } = yield* open("/acme/chat?prompt=Hello")
      assert.strictEqual((yield* response).status, 200)
      yield* untilActive(1)
      yield* leave
      yield* untilActive(0)
      assert.strictEqual(yield* outcome, "cancelled")
      assert.strictEqual(yield* completions, 0)
    }).pipe(Effect.provide(ServerTest({ tokensPerSecond: 0.001 }))))

  it.live("does the same as a web handler, as edge runtimes call one", () =>
    Effect.gen(function*() {
      const context = Context.make(Chat.Chat, yield* Chat.Chat).pipe(
        Context.add(Tracer.Tracer, yield* Tracer.Tracer),
        Context.add(ConfigProvider.ConfigProvider, yield* ConfigProvider.ConfigProvider)
      )
      const { dispose, handler } = HttpRouter.toWebHandler(
        Layer.fresh(layerRoutes).pipe(
          Layer.provide(HttpServer.layerServices),
          Layer.provideMerge(Layer.succeedContext(context))
        ),
        { disableLogger: true }
      )
      yield* Effect.addFinalizer(() => Effect.promise(dispose))
      const request = new Request("http://edge.test/acme/chat?prompt=Hello")
      const response = yield* Effect.promise(() => handler(request))
      assert.strictEqual(response.status, 200)
      const reader = response.body!.getReader()
      yield* Effect.promise(() => reader.read())
      yield* untilActive(1)
      yield* Effect.promise(() => reader.cancel())
      yield* untilActive(0)
      assert.strictEqual(yield* outcome, "cancelled")
    }).pipe(Effect.provide(ServerTest({ tokensPerSecond: 0.001 }))))

  it.live("runs as a program, which ends its requests when it is stopped", () =>
    Effect.gen(function*() {
      const { active, url } = yield* Emulator.Emulator
      const child = spawn(process.execPath, ["--conditions=@effect-mistral/source", program], {
        env: {
          ...process.env,
          PORT: "0",
          MISTRAL_API_KEY: "none",
          MISTRAL_API_KEY_ACME: "key-of-acme",
          MISTRAL_BASE_URL: url
        }
      })
      const port = yield* Effect.callback<string>((resume) => {
        let output = ""
        child.stdout.on("data", (text) => {
          output += text
          const listening = /Listening on http:\/\/.*:(\d+)/.exec(output)
          if (listening?.[1] !== undefined) resume(Effect.succeed(listening[1]))
        })
      })
      const response = yield* Effect.promise(() => fetch(`http://127.0.0.1:${port}/acme/chat?prompt=Hello`))
      assert.strictEqual(response.status, 200)
      yield* untilActive(1)
      const ended = Effect.callback<number | null>((resume) => {
        child.once("close", (code) => resume(Effect.succeed(code)))
      })
      child.kill("SIGTERM")
      yield* Effect.promise(() => response.text().catch(() => ""))
      assert.strictEqual(yield* ended, 130)
      yield* untilActive(0)
      assert.strictEqual(yield* active, 0)
    }).pipe(Effect.provide(ServerTest({ tokensPerSecond: 0.001 }))), 60_000)

  it.live("has no request left when a hundred browsers have left", () =>
    Effect.gen(function*() {
      const browsers = yield* Effect.forEach(Array.from({ length: 100 }), () => open("/acme/chat?prompt=Hello"))
      yield* Effect.forEach(browsers, ({ response }) => response, { concurrency: "unbounded" })
      yield* untilActive(100)
      yield* Effect.forEach(browsers, ({ leave }) => leave, { concurrency: "unbounded" })
      yield* untilActive(0)
    }).pipe(Effect.provide(ServerTest({ tokensPerSecond: 0.001 }))))
})

const ServerTest = (options: Parameters<typeof Emulator.layer>[0] = {}) => {
  const client = Layer.effect(
    MistralClient.MistralClient,
    Effect.flatMap(
      Emulator.Emulator,
      ({ apiKey, url }) => MistralClient.make({ apiKey, baseUrl: url, retry: RetryPolicy.none })
    )
  ).pipe(
    Layer.provide(UndiciHttpClient.layer),
    Layer.provideMerge(Emulator.layer({
      timeToFirstToken: 0,
      tokensPerSecond: Infinity,
      script: [{ answer: { text: "Bonjour,\n\"le monde\"." } }],
      apiKey: Redacted.make("key-of-acme"),
      ...options
    }))
  )
  return HttpRouter.serve(layerRoutes).pipe(
    Layer.provideMerge(NodeHttpServer.layer(createServer, { port: 0, gracefulShutdownTimeout: 0 })),
    Layer.provideMerge(Layer.mergeAll(Chat.layer, ChatCompletionEvents.layer)),
    Layer.provideMerge(client),
    Layer.provideMerge(TracerTest),
    Layer.provideMerge(Layer.succeed(References.MinimumLogLevel, "Warn")),
    Layer.provideMerge(ConfigProvider.layer(ConfigProvider.fromUnknown({
      MISTRAL_API_KEY_ACME: "key-of-acme",
      MISTRAL_API_KEY_GLOBEX: "key-of-globex"
    })))
  )
}
