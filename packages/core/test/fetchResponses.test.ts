/**
 * What a `fetch` may do besides a good web response: it is not to follow redirects, it may not be able to stream, it may be
 * in a browser, and what it gives may be no response at all.
 */
import { ByteSource, Completion, FetchHttpClient, MistralClient, RetryPolicy } from "@effect-mistral/core"
import { TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Layer, Redacted, Schedule, Stream } from "effect"
import {
  FetchHttpClient as EffectFetchHttpClient,
  HttpClient,
  HttpClientError,
  type HttpClientRequest,
  HttpClientResponse
} from "effect/http"
import { TestClock } from "effect/testing"
import { complete, stream } from "./fixtures/completions.ts"
import { promptly } from "./fixtures/promptly.ts"

const request = { model: "m", messages: [{ role: "user" as const, content: "Hi" }] }

const whole = JSON.stringify(TestCompletion.response("h\u00e9"))

const events = [...TestCompletion.chunks("Hi").map((chunk) => JSON.stringify(chunk)), "[DONE]"]
  .map((data) => `data: ${data}\n\n`).join("")

const json = { "content-type": "application/json" }

const eventStream = { "content-type": "text/event-stream" }

/** Both ways to call, each with the retries of the default policy. */
const calls = { whole: Effect.asVoid(complete(request)), streamed: Stream.runDrain(stream(request)) }

const layers = { FetchHttpClient: FetchHttpClient.layer, "Effect's fetch client": EffectFetchHttpClient.layer }

interface Fetched {
  readonly url: string
  readonly init: RequestInit | undefined
}

/** A fetch that records its calls, and the client over it. */
const over = (
  http: Layer.Layer<HttpClient.HttpClient>,
  respond: (url: string) => unknown,
  { init, ...options }: MistralClient.Options & { readonly init?: RequestInit } = {}
) => {
  const fetched: Array<Fetched> = []
  const fetch = async (input: unknown, init?: RequestInit) => {
    fetched.push({ url: String(input), init })
    // The cast is the point: not every fetch gives what its type says.
    return respond(String(input)) as Response
  }
  const given = Layer.succeed(FetchHttpClient.Fetch, fetch)
  const layer = MistralClient.layer({ apiKey: Redacted.make("secret"), baseUrl: "https://api.test", ...options }).pipe(
    Layer.provide(http),
    Layer.provide(init === undefined ? given : Layer.merge(given, Layer.succeed(FetchHttpClient.RequestInit, init)))
  )
  return { fetched, layer }
}

/** Ends a call, with all the time that its retries may take. */
const exitOf = <A, E>(
  call: Effect.Effect<A, E, MistralClient.MistralClient>,
  layer: Layer.Layer<MistralClient.MistralClient>
) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.forkChild(Effect.exit(call).pipe(Effect.provide(layer)), { startImmediately: true })
    for (let turn = 0; turn < 50 && fiber.pollUnsafe() === undefined; turn++) {
      yield* Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))
      yield* TestClock.adjust("10 seconds")
    }
    const exit = fiber.pollUnsafe()
    assert.isTrue(exit !== undefined && Exit.isSuccess(exit), "the call has not ended")
    return Exit.isSuccess(exit!) ? exit.value : assert.fail()
  })

const dies = (exit: Exit.Exit<unknown, unknown>) =>
  Exit.isFailure(exit) && Cause.hasDies(exit.cause) && !Cause.hasFails(exit.cause)

for (const [name, http] of Object.entries(layers)) {
  describe(`over ${name}, a fetch`, () => {
    it.effect("does not follow redirects, whatever its options say, and keeps its other options", () =>
      Effect.gen(function*() {
        for (const init of [undefined, { redirect: "follow" as const, credentials: "include" as const }]) {
          for (
            const options of [{}, { transformClient: (client: HttpClient.HttpClient) => client }, {
              propagateTrace: true
            }]
          ) {
            const { fetched, layer } = over(http, () => new Response(whole, { headers: json }), {
              ...options,
              ...init === undefined ? {} : { init }
            })
            yield* complete(request).pipe(Effect.provide(layer))
            // Options that the program provides where it calls are not followed either.
            yield* complete(request).pipe(
              Effect.provideService(FetchHttpClient.RequestInit, { redirect: "error", cache: "reload" }),
              Effect.provide(layer)
            )
            assert.deepStrictEqual(fetched.map(({ init }) => init?.redirect), ["manual", "manual"])
            assert.deepStrictEqual(fetched.map(({ init }) => init?.credentials), [init?.credentials, undefined])
            assert.deepStrictEqual(fetched.map(({ init }) => init?.cache), [undefined, "reload"])
          }
        }
      }))

    it.effect("that is redirected to another host fails once, and the host is not called", () =>
      Effect.gen(function*() {
        for (const status of [301, 302, 303, 307, 308]) {
          for (const call of Object.values(calls)) {
            const { fetched, layer } = over(
              http,
              () => new Response(null, { status, headers: { location: "https://elsewhere.test/v1/chat/completions" } })
            )
            const error = yield* promptly(Effect.flip(call).pipe(Effect.provide(layer)))
            assert.strictEqual(error.status, status)
            assert.include(error.message, "the server redirects to elsewhere.test")
            assert.isFalse(error.isRetryable)
            assert.lengthOf(fetched, 1)
          }
        }
      }))

    it.effect("follows redirects where the program says so, and takes the key to no other host", () =>
      Effect.gen(function*() {
        const { fetched, layer } = over(http, (url) =>
          url.startsWith("https://api.test")
            ? new Response(null, { status: 307, headers: { location: "https://elsewhere.test/" } })
            : new Response(whole, { headers: json }), { transformClient: HttpClient.followRedirects() })
        yield* promptly(complete(request).pipe(Effect.provide(layer)))
        assert.deepStrictEqual(
          fetched.map((
            { init, url }
          ) => [new URL(url).host, init?.redirect, new Headers(init?.headers).get("authorization")]),
          [["api.test", "manual", "Bearer secret"], ["elsewhere.test", "manual", null]]
        )
      }))

    it.effect("in a browser gives a redirect without status and headers, which fails once", () =>
      Effect.gen(function*() {
        for (const call of Object.values(calls)) {
          const { fetched, layer } = over(http, () => opaqueRedirect())
          const error = yield* promptly(Effect.flip(call).pipe(Effect.provide(layer)))
          assert.include(error.message, "the server redirects")
          assert.isFalse(error.isRetryable)
          assert.lengthOf(fetched, 1)
        }
      }))

    const bodiless: Record<string, (text: string, headers: Record<string, string>) => Response> = {
      "no body, as React Native's": (text, headers) => withBody(new Response(text, { headers }), undefined),
      "null for a body that is not empty": (text, headers) => withBody(new Response(text, { headers }), null),
      "a body that is not a web stream, as node-fetch's": (text, headers) =>
        withBody(new Response(text, { headers }), { pipe: () => {}, async *[Symbol.asyncIterator]() {} })
    }
    for (const [what, respond] of Object.entries(bodiless)) {
      it.effect(`whose responses have ${what}, gives a whole answer`, () =>
        Effect.gen(function*() {
          const { fetched, layer } = over(http, () => respond(whole, json))
          const response = yield* promptly(complete(request).pipe(Effect.provide(layer)))
          assert.strictEqual(Completion.text(response), "h\u00e9")
          assert.lengthOf(fetched, 1)
        }))

      it.effect(`whose responses have ${what}, fails a stream once, and says that it cannot stream`, () =>
        Effect.gen(function*() {
          for (const headers of [eventStream, {}]) {
            const { fetched, layer } = over(http, () => respond(events, headers))
            const error = yield* promptly(Effect.flip(calls.streamed).pipe(Effect.provide(layer)))
            assert.isTrue(error.reason._tag === "InvalidResponse" && error.reason.kind === "notStreamed")
            assert.isFalse(error.isRetryable)
            assert.include(
              error.message,
              "this fetch cannot stream: provide one that can as FetchHttpClient.Fetch, such as expo/fetch"
            )
            assert.notInclude(error.message, "base URL")
            assert.lengthOf(fetched, 1)
          }
        }))

      it.effect(`whose responses have ${what}, gives the server's own sentence of an error`, () =>
        Effect.gen(function*() {
          for (const status of [200, 400]) {
            const { layer } = over(http, () => {
              const response = respond("{\"error\":{\"message\":\"no such model\"}}", json)
              return Object.defineProperty(response, "status", { value: status })
            })
            const error = yield* promptly(Effect.flip(calls.streamed).pipe(Effect.provide(layer)))
            assert.include(error.message, "no such model")
          }
        }))
    }

    it.effect("whose body cannot be read as a whole is a lost connection", () =>
      Effect.gen(function*() {
        const { layer } = over(http, () =>
          Object.defineProperty(withBody(new Response(whole, { headers: json }), undefined), "arrayBuffer", {
            value: () =>
              Promise.reject(new Error("broken off"))
          }))
        const exit = yield* exitOf(complete(request, { retry: RetryPolicy.none }), layer)
        assert.include(String(exit), "broken off")
        assert.isFalse(dies(exit))
      }))

    it.effect("whose responses are empty gives the empty body", () =>
      Effect.gen(function*() {
        for (
          const respond of [
            () => new Response(null, { status: 204 }),
            () => new Response(null, { headers: eventStream }),
            () => new Response("", { headers: eventStream }),
            () => withBody(new Response("", { headers: eventStream }), undefined)
          ]
        ) {
          const { layer } = over(http, respond, { retry: RetryPolicy.none })
          const streamed = yield* promptly(Effect.flip(calls.streamed).pipe(Effect.provide(layer)))
          assert.strictEqual(streamed.reason._tag, "StreamEndedEarly")
          const read = yield* promptly(Effect.flip(calls.whole).pipe(Effect.provide(layer)))
          assert.strictEqual(read.reason._tag, "InvalidResponse")
        }
      }))

    const broken: Record<string, () => unknown> = {
      "nothing": () => undefined,
      "an object that is no response": () => ({}),
      "a response that was read before": () => {
        const used = new Response(whole, { headers: json })
        used.body?.getReader()
        return used
      },
      "a response whose status throws": () =>
        Object.defineProperty(new Response(whole, { headers: json }), "status", throwing),
      "a response whose headers throw": () =>
        Object.defineProperty(new Response(whole, { headers: json }), "headers", throwing),
      "a response whose body throws": () =>
        Object.defineProperty(new Response(whole, { headers: json }), "body", throwing),
      "an error status whose headers throw": () =>
        Object.defineProperty(new Response("{}", { status: 503 }), "headers", throwing)
    }
    for (const [what, respond] of Object.entries(broken)) {
      it.effect(`that gives ${what} is a defect, and not called again`, () =>
        Effect.gen(function*() {
          for (const call of Object.values(calls)) {
            const { fetched, layer } = over(http, respond)
            assert.isTrue(dies(yield* exitOf(call, layer)))
            assert.lengthOf(fetched, 1)
          }
        }))
    }

    it.effect("that rejects, and one that throws, is a failed connection and called again", () =>
      Effect.gen(function*() {
        for (const call of Object.values(calls)) {
          const { fetched, layer } = over(http, () => {
            throw new TypeError("Failed to fetch")
          })
          const exit = yield* exitOf(call, layer)
          assert.include(String(exit), "connection failed: Failed to fetch. Check the network and the base URL.")
          assert.lengthOf(fetched, 5)
        }
      }))
  })
}

describe("a client that fails after a response has come", () => {
  const failing = (
    status: number,
    fail: (
      request: HttpClientRequest.HttpClientRequest,
      head: HttpClientResponse.HttpClientResponse
    ) => HttpClientError.HttpClientErrorReason
  ) => {
    let sent = 0
    const layer = MistralClient.layer({}).pipe(Layer.provide(Layer.succeed(
      HttpClient.HttpClient,
      HttpClient.make((request) =>
        Effect.suspend(() => {
          sent++
          const head = HttpClientResponse.fromWeb(request, new Response(null, { status }))
          return Effect.fail(new HttpClientError.HttpClientError({ reason: fail(request, head) }))
        })
      )
    )))
    return { sent: () => sent, layer }
  }

  it.effect("has lost the connection, and is not called again: the model has run", () =>
    Effect.gen(function*() {
      for (const call of Object.values(calls)) {
        const { layer, sent } = failing(200, (request, response) =>
          new HttpClientError.DecodeError({ request, response, cause: new Error("cut off") }))
        const exit = yield* exitOf(call, layer)
        assert.include(String(exit), "connection lost after 0 chunks: cut off")
        assert.strictEqual(sent(), 1)
      }
    }))

  it.effect("has the reason of an error status", () =>
    Effect.gen(function*() {
      for (const call of Object.values(calls)) {
        const { layer, sent } = failing(400, (request, response) =>
          new HttpClientError.DecodeError({ request, response, cause: new Error("cut off") }))
        assert.include(String(yield* exitOf(call, layer)), ": 400 request refused")
        assert.strictEqual(sent(), 1)
      }
    }))

  it.effect("with an error that is none of HttpClient's is a failed connection that names it", () =>
    Effect.gen(function*() {
      const error = { _tag: "CircuitOpen", message: "the circuit is open" }
      const layer = MistralClient.layer({
        retry: RetryPolicy.none,
        // The cast is what a program needs to add errors to the client.
        transformClient: () => HttpClient.make(() => Effect.fail(error as never))
      }).pipe(Layer.provide(Layer.succeed(HttpClient.HttpClient, HttpClient.make(() => Effect.never))))
      const { reason } = yield* promptly(Effect.flip(complete(request)).pipe(Effect.provide(layer)))
      assert.isTrue(reason._tag === "ConnectionFailed" && reason.description === "the circuit is open")
    }))
})

describe("a response whose own stream dies", () => {
  it.effect("is a defect, before its first byte and after it", () =>
    Effect.gen(function*() {
      for (const before of [[], [events.slice(0, 20)]]) {
        for (const call of Object.values(calls)) {
          let sent = 0
          const layer = MistralClient.layer({}).pipe(Layer.provide(Layer.succeed(
            HttpClient.HttpClient,
            HttpClient.make((request) =>
              Effect.sync(() => {
                sent++
                const head = HttpClientResponse.fromWeb(request, new Response(null, { headers: eventStream }))
                const own = Stream.concat(
                  Stream.fromIterable(before.map((text) => new TextEncoder().encode(text))),
                  Stream.die(new Error("broken"))
                )
                return Object.create(head, { stream: { value: own } })
              })
            )
          )))
          const exit = yield* exitOf(call, layer)
          assert.isTrue(dies(exit))
          assert.include(String(exit), "broken")
          assert.strictEqual(sent, 1)
        }
      }
    }))
})

describe("a source of bytes that throws", () => {
  it.effect("is a defect and not called again, at its first read and later", () =>
    Effect.gen(function*() {
      for (const good of [0, 1]) {
        for (const call of Object.values(calls)) {
          let sent = 0
          const layer = MistralClient.layer({
            retry: RetryPolicy.make({ while: () => true, schedule: Schedule.recurs(2) })
          }).pipe(Layer.provide(Layer.succeed(
            HttpClient.HttpClient,
            HttpClient.make((request) =>
              Effect.sync(() => {
                sent++
                let reads = 0
                const source: ByteSource.ByteSource = {
                  read: ({ onBytes }) => {
                    if (reads++ >= good) throw new TypeError("broken")
                    onBytes([new TextEncoder().encode("data: ")])
                    return () => {}
                  }
                }
                const head = HttpClientResponse.fromWeb(request, new Response(null, { headers: eventStream }))
                return Object.assign(head, { [ByteSource.key]: source })
              })
            )
          )))
          assert.isTrue(dies(yield* exitOf(call, layer)))
          assert.strictEqual(sent, 1)
        }
      }
    }))
})

const throwing = {
  get: () => {
    throw new TypeError("broken")
  }
}

/** A response with another `body`: what its type does not allow. */
const withBody = (response: Response, body: unknown): Response =>
  Object.defineProperty(response, "body", { value: body })

/** What a browser's fetch gives in place of a redirect. */
const opaqueRedirect = (): Response =>
  Object.defineProperties(new Response(null), {
    status: { value: 0 },
    ok: { value: false },
    type: { value: "opaqueredirect" }
  })
