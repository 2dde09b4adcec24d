/**
 * The headers of a request: which the client sets, which win, how a key is sent, and that it is never shown.
 */
import { DirectTransport, Endpoint, MistralClient, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Redacted, Schedule, Schema } from "effect"
import { HttpClient } from "effect/http"
import { readFileSync } from "node:fs"
import {
  bothWays,
  clientOver,
  complete,
  goodResponse,
  listModels,
  open,
  requests,
  within
} from "./fixtures/scriptedClient.ts"

const { version }: { readonly version: string } = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8")
)

const client = (options: MistralClient.Options) => clientOver(goodResponse, options)

/** All headers that a transport is given, call by call. */
const headersOf = <E>(
  options: MistralClient.Options,
  ...calls: ReadonlyArray<Effect.Effect<unknown, E, MistralClient.MistralClient>>
) =>
  Effect.gen(function*() {
    const given: Array<DirectTransport.Request["headers"]> = []
    const http = DirectTransport.offer(HttpClient.make(() => Effect.never), {
      send: ({ headers }, receiver) => {
        given.push(headers)
        receiver.onError(new Error("seen"))
        return () => {}
      }
    })
    yield* Effect.forEach(calls, Effect.exit).pipe(
      Effect.provide(Layer.provide(
        MistralClient.layer({ retry: RetryPolicy.none, ...options }),
        Layer.succeed(HttpClient.HttpClient, http)
      ))
    )
    return given
  })

describe("the headers of a request", () => {
  it.effect("are what the response is to be, the program's name, the key, and what the body is where there is one", () =>
    Effect.gen(function*() {
      const given = yield* headersOf(
        { apiKey: Redacted.make("k") },
        bothWays.whole(),
        bothWays.streamed(),
        listModels()
      )
      const common = { "user-agent": `effect-mistral/${version}`, authorization: "Bearer k" }
      assert.deepStrictEqual(given, [
        { ...common, accept: "application/json", "content-type": "application/json" },
        { ...common, accept: "text/event-stream", "content-type": "application/json" },
        { ...common, accept: "application/json" }
      ])
    }))

  it.effect("have no authorization without a key", () =>
    Effect.gen(function*() {
      const given = yield* headersOf({}, bothWays.whole(), bothWays.streamed(), listModels())
      assert.deepStrictEqual(given.map((headers) => "authorization" in headers), [false, false, false])
    }))

  it.effect("hold the name of the program that the client was given", () =>
    Effect.gen(function*() {
      const given = yield* headersOf({ userAgent: "my-app/1.0" }, bothWays.whole(), bothWays.streamed())
      assert.deepStrictEqual(given.map((headers) => headers["user-agent"]), ["my-app/1.0", "my-app/1.0"])
    }))

  it.effect("of an option win over those the client sets, but for the body's own", () =>
    Effect.gen(function*() {
      const mine = {
        accept: "application/vnd.mine+json",
        authorization: "Basic mine",
        "user-agent": "mine",
        "content-type": "text/plain"
      }
      const call = bothWays.whole({ headers: mine })
      const expected = { ...mine, "content-type": "application/json" }
      assert.deepStrictEqual(yield* headersOf({ apiKey: Redacted.make("k"), userAgent: "other" }, call), [expected])
      assert.deepStrictEqual(
        yield* headersOf({ apiKey: Redacted.make("k"), headers: mine }, bothWays.whole()),
        [expected]
      )
    }))

  it.effect("are named in lower case, so that none is sent twice", () =>
    Effect.gen(function*() {
      const [given] = yield* headersOf(
        { apiKey: Redacted.make("k") },
        bothWays.whole({ headers: { Authorization: "Basic mine", "X-Tenant": "t", Accept: "a/b" } })
      )
      assert.deepStrictEqual(given, {
        accept: "a/b",
        "user-agent": `effect-mistral/${version}`,
        authorization: "Basic mine",
        "x-tenant": "t",
        "content-type": "application/json"
      })
    }))

  it.effect("of a call are laid over those of the client, one by one, and are gone with the next call", () =>
    Effect.gen(function*() {
      const given = yield* headersOf(
        { headers: { "x-a": "client", "x-b": "client" } },
        bothWays.whole({ headers: { "x-b": "call", "x-c": "call" } }),
        bothWays.streamed({ headers: { "x-b": "call", "x-c": "call" } }),
        bothWays.whole()
      )
      assert.deepStrictEqual(given.map((headers) => ["x-a", "x-b", "x-c"].map((name) => headers[name])), [
        ["client", "call", "call"],
        ["client", "call", "call"],
        ["client", "client", undefined]
      ])
    }))
})

describe("a key", () => {
  const sent: Record<string, string> = {
    "k": "Bearer k",
    " k ": "Bearer k",
    "k\n": "Bearer k",
    "\r\nk\r\n": "Bearer k",
    "Bearer k": "Bearer k",
    " Bearer k\n": "Bearer k",
    "Bearerk": "Bearer Bearerk",
    "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~": "Bearer !\"#$%&'()*+,-./:;<=>?@[]^_`{|}~"
  }
  for (const [key, authorization] of Object.entries(sent)) {
    for (
      const [how, apiKey] of [["a value", Redacted.make(key)], [
        "an effect",
        Effect.succeed(Redacted.make(key))
      ]] as const
    ) {
      it.effect(`that is ${JSON.stringify(key)}, ${how}, is sent as ${JSON.stringify(authorization)}`, () =>
        Effect.gen(function*() {
          yield* bothWays.whole()
          yield* bothWays.streamed()
          yield* listModels()
          assert.deepStrictEqual(
            (yield* requests).map(({ headers }) => headers.authorization),
            [authorization, authorization, authorization]
          )
        }).pipe(Effect.provide(client({ apiKey }))))
    }
  }

  const refused = [
    "",
    " ",
    "\n",
    "a\nb",
    "a\r\nx-injected: 1",
    "a\tb",
    "a  b",
    "a b c",
    "\u0000",
    "a\u007f",
    "clé",
    "a\u00a0b",
    "🔑"
  ]
  for (const key of refused) {
    for (
      const [how, apiKey] of [["a value", Redacted.make(key)], [
        "an effect",
        Effect.succeed(Redacted.make(key))
      ]] as const
    ) {
      it.effect(`that is ${JSON.stringify(key)}, ${how}, is refused without being shown, and nothing is sent`, () =>
        Effect.gen(function*() {
          for (const call of Object.values(bothWays)) {
            const error = yield* Effect.flip(call())
            assert.isTrue(error.reason._tag === "InvalidRequest")
            if (error.reason._tag === "InvalidRequest") {
              assert.deepStrictEqual(error.reason.issues.map(({ path }) => path), [["apiKey"]])
              assert.strictEqual(error.reason.issues[0]?.message.includes("empty"), key.trim() === "")
            }
            assert.isFalse(error.isRetryable)
            if (key.trim().length > 1) assert.notInclude(JSON.stringify(error), JSON.stringify(key).slice(1, -1))
          }
          assert.lengthOf(yield* requests, 0)
        }).pipe(Effect.provide(client({ apiKey }))))
    }
  }

  for (const [way, call] of Object.entries(bothWays)) {
    it.effect(`whose effect takes too long is interrupted at the time limit, and with the call (${way})`, () => {
      let interrupted = 0
      return Effect.gen(function*() {
        const { reason } = yield* within(Effect.flip(call({ timeout: { firstByte: "1 second" } })), "1 second")
        assert.strictEqual(reason._tag, "Timeout")
        assert.strictEqual(interrupted, 1)
        const calling = yield* Effect.forkChild(call(), { startImmediately: true })
        yield* Fiber.interrupt(calling)
        assert.strictEqual(interrupted, 2)
        assert.lengthOf(yield* requests, 0)
      }).pipe(Effect.provide(client({
        apiKey: Effect.onInterrupt(Effect.never, () => Effect.sync(() => interrupted++))
      })))
    })
  }

  it.effect("whose effect fails is not available, which says why without a secret, and nothing is sent", () =>
    Effect.gen(function*() {
      const { reason } = yield* Effect.flip(complete())
      assert.isTrue(
        reason._tag === "ApiKeyUnavailable" && reason.description === "the vault's password is <redacted>",
        JSON.stringify(reason)
      )
      assert.lengthOf(yield* requests, 0)
    }).pipe(Effect.provide(client({
      apiKey: Effect.fail(new Error("the vault's password is vault")),
      retry: RetryPolicy.none
    }))))
})

describe("a key that a server echoes", () => {
  const key = "sk-0123456789"
  const echoes: Record<string, ScriptedHttpClient.Answer> = {
    "in the message of a refusal": ScriptedHttpClient.json({ message: `no such key: ${key}!` }, { status: 401 }),
    "in other parts of a refusal": ScriptedHttpClient.json({
      message: "no",
      code: key,
      type: key,
      param: key,
      request_id: key,
      detail: [{ loc: ["header", key], msg: key }]
    }, { status: 422 }),
    "in the headers of a refusal": ScriptedHttpClient.json({}, {
      status: 429,
      headers: { "x-ratelimit-key": key, "mistral-correlation-id": key }
    }),
    "in a page": ScriptedHttpClient.text(`<title>${key}</title>`, { status: 502 }),
    "in an event that reports an error": ScriptedHttpClient.sse([{ error: { message: key, code: key } }]),
    "in JSON in place of events": ScriptedHttpClient.json({ message: key, object: "error" }),
    "in a whole response that reports an error": ScriptedHttpClient.json({ error: { message: key } }),
    "in the cause of a failed connection": ScriptedHttpClient.connectionError(
      new Error(`cannot send Bearer ${key}`, { cause: { code: key } })
    )
  }
  for (const given of [key, `Bearer ${key}`, `${key}\n`, ` Bearer ${key} `]) {
    for (const [where, answer] of Object.entries(echoes)) {
      it.effect(`${where} is not shown where it was given as ${JSON.stringify(given)}`, () =>
        Effect.gen(function*() {
          for (const call of Object.values(bothWays)) {
            const error = yield* Effect.flip(call())
            assert.notInclude(`${JSON.stringify(error)} ${error.message} ${error.stack}`, key)
          }
        }).pipe(Effect.provide(clientOver(() => answer, { apiKey: Redacted.make(given) }))))
    }
  }

  it.effect("in the cause of a lost connection is not shown", () =>
    Effect.gen(function*() {
      const http = DirectTransport.offer(HttpClient.make(() => Effect.never), {
        send: (_, receiver) => {
          let reads = 0
          receiver.onResponse({
            status: 200,
            header: () => undefined,
            headers: () => ({}),
            body: {
              read: (reader) => {
                if (reads++ === 0) reader.onBytes([new TextEncoder().encode("data: ")])
                else reader.onError(new Error(`lost after Bearer ${key}`))
                return () => {}
              }
            }
          })
          return () => {}
        }
      })
      const live = Layer.provide(
        MistralClient.layer({ apiKey: Redacted.make(`Bearer ${key}`), retry: RetryPolicy.none }),
        Layer.succeed(HttpClient.HttpClient, http)
      )
      for (const call of Object.values(bothWays)) {
        const { reason } = yield* Effect.flip(Effect.provide(call(), live))
        assert.isTrue(
          reason._tag === "ConnectionLost" && reason.description === "lost after Bearer <redacted>",
          JSON.stringify(reason)
        )
      }
    }))

  it.effect("is redacted everywhere in a sentence, and the rest is kept", () =>
    Effect.gen(function*() {
      const { reason } = yield* Effect.flip(complete())
      assert.strictEqual("serverMessage" in reason && reason.serverMessage, "<redacted> is not <redacted>, nor Bearer")
    }).pipe(Effect.provide(clientOver(
      [ScriptedHttpClient.json({ message: `${key} is not ${key}, nor Bearer` }, { status: 401 })],
      { apiKey: Redacted.make(`Bearer ${key}`) }
    ))))

  it.effect("is the key of the attempt or one of an attempt before it", () => {
    let attempt = 0
    return Effect.gen(function*() {
      const { reason } = yield* within(Effect.flip(complete()), 0)
      assert.strictEqual("serverMessage" in reason && reason.serverMessage, "<redacted> or <redacted>")
      assert.deepStrictEqual((yield* requests).map(({ headers }) => headers.authorization), [
        "Bearer key-1",
        "Bearer key-2"
      ])
      assert.strictEqual(yield* open, 0)
    }).pipe(Effect.provide(clientOver(() => ScriptedHttpClient.json({ message: "key-2 or key-1" }, { status: 500 }), {
      apiKey: Effect.sync(() => Redacted.make(`key-${++attempt}`)),
      retry: RetryPolicy.make({ schedule: Schedule.recurs(1) })
    })))
  })

  it.effect("and the absence of a key change nothing that a server says", () =>
    Effect.gen(function*() {
      const { reason } = yield* Effect.flip(complete())
      assert.strictEqual("serverMessage" in reason && reason.serverMessage, "undefined")
    }).pipe(Effect.provide(clientOver(
      [ScriptedHttpClient.json({ message: "undefined" }, { status: 401 })],
      { apiKey: undefined }
    ))))
})

describe("a body", () => {
  it.effect("of an operation without one is not sent, though its method may have one", () =>
    Effect.gen(function*() {
      const endpoint: Endpoint.Endpoint<void, unknown> = {
        ...Endpoint.listModels,
        method: "POST",
        request: Schema.Void,
        response: Schema.Unknown
      }
      const [given] = yield* headersOf(
        {},
        MistralClient.MistralClient.use((client) => client.request(endpoint, undefined))
      )
      assert.notProperty(given, "content-type")
    }))
})
