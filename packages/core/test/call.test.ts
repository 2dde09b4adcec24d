/**
 * How a request becomes a URL and a body: extra keys, base URLs, parameters of the path, and the query.
 */
import {
  type Completion,
  type CompletionRequest,
  type Deployment,
  Endpoint,
  MistralClient,
  type MistralError
} from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema, Stream } from "effect"
import {
  bothWays,
  chatRequest,
  clientOver,
  complete,
  goodResponse,
  listModels,
  requests,
  stream
} from "./fixtures/scriptedClient.ts"

const client = (options: MistralClient.Options = {}) => clientOver(goodResponse, options)

const bodies = Effect.map(requests, (seen) => seen.map(({ body }) => body))

const urls = Effect.map(requests, (seen) => seen.map(({ url }) => url))

describe("extra keys of a body", () => {
  for (const [way, call] of Object.entries(bothWays)) {
    it.effect(`are added to it, and overrule those of the request (${way})`, () =>
      Effect.gen(function*() {
        yield* call({ extraBody: { model: "other", stop: null, reasoning: { deep: [1] } } })
        assert.deepStrictEqual(yield* bodies, [
          { ...chatRequest, model: "other", stop: null, reasoning: { deep: [1] } }
        ])
      }).pipe(Effect.provide(client())))

    it.effect(`of a call are laid over those of its client, one by one (${way})`, () =>
      Effect.gen(function*() {
        yield* call({ extraBody: { b: "call", c: "call" } })
        yield* call({ extraBody: {} })
        yield* call()
        assert.deepStrictEqual(yield* bodies, [
          { ...chatRequest, a: "client", b: "call", c: "call" },
          { ...chatRequest, a: "client", b: "client" },
          { ...chatRequest, a: "client", b: "client" }
        ])
      }).pipe(Effect.provide(client({ extraBody: { a: "client", b: "client" } }))))
  }

  it.effect("are not checked, and add no body to a request without one", () =>
    Effect.gen(function*() {
      yield* complete({ extraBody: { temperature: "hot", messages: [] } })
      yield* listModels({ extraBody: { a: 1 } })
      assert.deepStrictEqual(yield* bodies, [{ model: "m", temperature: "hot", messages: [] }, undefined])
    }).pipe(Effect.provide(client())))

  it.effect("that are undefined take a key of the request out", () =>
    Effect.gen(function*() {
      yield* complete({ extraBody: { model: undefined } })
      assert.deepStrictEqual(yield* bodies, [{ messages: chatRequest.messages }])
    }).pipe(Effect.provide(client())))

  it.effect("that JSON cannot express are an invalid request, and nothing is sent", () =>
    Effect.gen(function*() {
      const cycle: { self?: unknown } = {}
      cycle.self = cycle
      for (const value of [1n, cycle]) {
        const { reason } = yield* Effect.flip(complete({ extraBody: { value } }))
        assert.isTrue(reason._tag === "InvalidRequest" && reason.issues[0]?.message.includes("JSON"))
      }
      assert.lengthOf(yield* requests, 0)
    }).pipe(Effect.provide(client())))
})

describe("a base URL", () => {
  const good: Record<string, string> = {
    "https://a.test": "https://a.test/v1/models",
    "https://a.test/": "https://a.test/v1/models",
    "https://a.test///": "https://a.test/v1/models",
    "https://a.test/v1": "https://a.test/v1/models",
    "https://a.test/v1/": "https://a.test/v1/models",
    "https://a.test/v2": "https://a.test/v2/v1/models",
    "https://a.test/v1beta": "https://a.test/v1beta/v1/models",
    "https://a.test/proxy/v1": "https://a.test/proxy/v1/models",
    "https://a.test/v1/proxy": "https://a.test/v1/proxy/v1/models",
    "http://localhost:11434": "http://localhost:11434/v1/models",
    " https://a.test ": "https://a.test/v1/models",
    "\thttps://a.test/v1\r\n": "https://a.test/v1/models"
  }
  for (const [baseUrl, url] of Object.entries(good)) {
    it.effect(`that is ${JSON.stringify(baseUrl)} leads to ${url}, of the client and of a call`, () =>
      Effect.gen(function*() {
        yield* listModels()
        yield* listModels({ baseUrl: "https://other.test" })
        yield* listModels({ baseUrl })
        assert.deepStrictEqual(yield* urls, [url, "https://other.test/v1/models", url])
      }).pipe(Effect.provide(client({ baseUrl }))))
  }

  const bad = [
    "",
    " ",
    "a.test",
    "/v1",
    "//a.test",
    "ftp://a.test",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "https://",
    "https:///a.test",
    "https:a.test",
    "https://a b.test",
    "https://a.test:99999",
    "xhttps://a.test",
    "see https://a.test"
  ]
  for (const baseUrl of bad) {
    it.effect(`that is ${JSON.stringify(baseUrl)} is refused, of the client and of a call, and nothing is sent`, () =>
      Effect.gen(function*() {
        for (const call of [bothWays.whole(), bothWays.streamed()]) {
          yield* Effect.flip(call).pipe(Effect.tap(isRefused))
        }
        yield* listModels({ baseUrl: "https://good.test" })
        yield* Effect.flip(listModels()).pipe(Effect.tap(isRefused))
        assert.lengthOf(yield* requests, 1)
      }).pipe(Effect.provide(client({ baseUrl }))))

    it.effect(`that is ${JSON.stringify(baseUrl)} is refused of a call whose client has a good one`, () =>
      Effect.gen(function*() {
        yield* listModels()
        yield* Effect.flip(listModels({ baseUrl })).pipe(Effect.tap(isRefused))
        assert.lengthOf(yield* requests, 1)
      }).pipe(Effect.provide(client({ baseUrl: "https://good.test" }))))
  }

  const isRefused = ({ reason }: MistralError.MistralError) =>
    Effect.sync(() => {
      assert.deepStrictEqual(
        reason._tag === "InvalidRequest" && reason.issues.map(({ path }) => path),
        [["baseUrl"]]
      )
    })

  it.effect("of the deployment is taken where neither the client nor the call has one", () =>
    Effect.gen(function*() {
      yield* listModels()
      yield* listModels({ baseUrl: undefined })
      yield* listModels({ baseUrl: "https://call.test" })
      assert.deepStrictEqual(yield* urls, [
        "https://deployment.test/a",
        "https://deployment.test/a",
        "https://call.test/a"
      ])
    }).pipe(Effect.provide(client({
      deployment: {
        provider: "own",
        baseUrl: " https://deployment.test ",
        route: ({ baseUrl }) => ({ url: `${baseUrl}/a`, body: undefined })
      }
    }))))
})

describe("a deployment", () => {
  const recording = () => {
    const outgoing: Array<Deployment.Outgoing> = []
    const deployment: Deployment.Deployment = {
      provider: "own",
      baseUrl: "https://own.test",
      route: (request) => {
        outgoing.push(request)
        return { url: `${request.baseUrl}/own?version=1`, body: { ...request.body, own: true } }
      }
    }
    return { deployment, outgoing }
  }

  it.effect("receives the base URL, the path, the whole body, and whether a stream is requested", () => {
    const { deployment, outgoing } = recording()
    return Effect.gen(function*() {
      yield* complete({ extraBody: { a: 1 } })
      yield* Stream.runDrain(stream({ baseUrl: "https://call.test" }))
      assert.deepStrictEqual(outgoing, [
        { baseUrl: "https://own.test", path: "/v1/chat/completions", body: { ...chatRequest, a: 1 }, streaming: false },
        { baseUrl: "https://call.test", path: "/v1/chat/completions", body: { ...chatRequest }, streaming: true }
      ])
      assert.deepStrictEqual(yield* urls, ["https://own.test/own?version=1", "https://call.test/own?version=1"])
      assert.deepStrictEqual(yield* bodies, [{ ...chatRequest, a: 1, own: true }, { ...chatRequest, own: true }])
    }).pipe(Effect.provide(client({ deployment })))
  })

  it.effect("whose URL has a query is sent that of the call beside it", () => {
    const { deployment } = recording()
    return Effect.gen(function*() {
      yield* listModels({ query: { a: "1" } })
      assert.deepStrictEqual(yield* urls, ["https://own.test/own?version=1&a=1"])
    }).pipe(Effect.provide(client({ deployment })))
  })

  it.effect("that cannot take a request says why, and nothing is sent", () =>
    Effect.gen(function*() {
      const { reason } = yield* Effect.flip(complete())
      assert.isTrue(reason._tag === "InvalidRequest")
      if (reason._tag === "InvalidRequest") {
        assert.deepStrictEqual(reason.issues, [{ path: ["model"], message: "unknown" }])
      }
      assert.lengthOf(yield* requests, 0)
    }).pipe(Effect.provide(client({
      deployment: {
        provider: "own",
        baseUrl: "https://own.test",
        route: () => ({ issues: [{ path: ["model"], message: "unknown" }] })
      }
    }))))
})

describe("the parameters of a path", () => {
  const endpoint: Endpoint.Endpoint<void, unknown> = {
    ...Endpoint.listModels,
    path: "/v1/a/{first}/b/{second}",
    response: Schema.Unknown
  }
  const send = (params: MistralClient.CallOptions["params"]) =>
    MistralClient.MistralClient.use((one) => one.request(endpoint, undefined, { params }))

  const encoded: Record<string, string> = {
    "a": "a",
    "a/b": "a%2Fb",
    "a b": "a%20b",
    "a?b#c": "a%3Fb%23c",
    "a%2Fb": "a%252Fb",
    "...": "...",
    ".a": ".a",
    "ft:a@1": "ft%3Aa%401",
    "漢😀": "%E6%BC%A2%F0%9F%98%80",
    "{second}": "%7Bsecond%7D",
    "$&": "%24%26"
  }
  for (const [value, path] of Object.entries(encoded)) {
    it.effect(`are encoded each by itself: ${value}`, () =>
      Effect.gen(function*() {
        yield* send({ first: value, second: "x" })
        yield* send({ first: "x", second: value })
        assert.deepStrictEqual((yield* requests).map((request) => request.path), [
          `/v1/a/${path}/b/x`,
          `/v1/a/x/b/${path}`
        ])
      }).pipe(Effect.provide(client())))
  }

  for (const value of ["", ".", "..", "\ud800", "a\udc00b"]) {
    it.effect(`are refused, each by its name: ${JSON.stringify(value)}`, () =>
      Effect.gen(function*() {
        const { reason } = yield* Effect.flip(send({ first: value, second: value }))
        assert.deepStrictEqual(
          reason._tag === "InvalidRequest" && reason.issues.map(({ path }) => path),
          [["params", "first"], ["params", "second"]]
        )
        assert.lengthOf(yield* requests, 0)
      }).pipe(Effect.provide(client())))
  }

  it.effect("are refused where one is missing, and not where there is one more", () =>
    Effect.gen(function*() {
      const { reason } = yield* Effect.flip(send({ first: "a" }))
      assert.deepStrictEqual(reason._tag === "InvalidRequest" && reason.issues.map(({ path }) => path), [
        ["params", "second"]
      ])
      yield* send({ first: "a", second: "b", third: "c" })
      assert.lengthOf(yield* requests, 1)
    }).pipe(Effect.provide(client())))
})

describe("a query", () => {
  const queries: ReadonlyArray<readonly [MistralClient.CallOptions["query"], string]> = [
    [{}, ""],
    [{ a: undefined, b: null }, ""],
    [{ a: [] }, ""],
    [{ a: "" }, "?a="],
    [{ a: 0, b: false, c: true, d: -1.5 }, "?a=0&b=false&c=true&d=-1.5"],
    [{ a: "x&y=z", b: "1 + 1", c: "漢" }, "?a=x%26y%3Dz&b=1+%2B+1&c=%E6%BC%A2"],
    [{ "a b": "1" }, "?a+b=1"],
    [{ a: ["x", 1], b: undefined, c: "y" }, "?a=x&a=1&c=y"]
  ]
  for (const [query, text] of queries) {
    it.effect(`of ${JSON.stringify(query)} is ${text === "" ? "nothing" : text}`, () =>
      Effect.gen(function*() {
        yield* listModels({ query })
        assert.deepStrictEqual((yield* requests).map(({ path }) => path), [`/v1/models${text}`])
      }).pipe(Effect.provide(client())))
  }
})

describe("a stream", () => {
  it.effect("has parameters and a query as a whole response has", () =>
    Effect.gen(function*() {
      const endpoint: Endpoint.StreamEndpoint<CompletionRequest.Chat, Completion.Chunk> = {
        ...Endpoint.chat.stream,
        path: "/v1/rooms/{room}/completions"
      }
      const send = (options: MistralClient.CallOptions) =>
        MistralClient.MistralClient.use((one) => Stream.runDrain(one.stream(endpoint, chatRequest, options)))
      yield* send({ params: { room: "a/b" }, query: { a: [1, 2] } })
      const { reason } = yield* Effect.flip(send({}))
      assert.deepStrictEqual(
        reason._tag === "InvalidRequest" && reason.issues.map(({ path }) => path),
        [["params", "room"]]
      )
      assert.deepStrictEqual((yield* requests).map(({ path }) => path), ["/v1/rooms/a%2Fb/completions?a=1&a=2"])
    }).pipe(Effect.provide(client())))
})

describe("a request that is wrong in several places", () => {
  it.effect("names all of them, those of its body, its query and its path, and nothing is sent", () =>
    Effect.gen(function*() {
      const endpoint: Endpoint.Endpoint<{ readonly a: string; readonly b: number }, unknown> = {
        name: "Things.create",
        method: "POST",
        path: "/v1/things/{id}",
        request: Schema.Struct({ a: Schema.String, b: Schema.Number }),
        query: Schema.Struct({ page: Schema.optional(Schema.Int) }),
        response: Schema.Unknown,
        retryable: "always"
      }
      const wrong = { a: 1, b: "x", c: true } as unknown as { readonly a: string; readonly b: number }
      const error = yield* Effect.flip(
        MistralClient.MistralClient.use((one) => one.request(endpoint, wrong, { query: { page: 1.5, size: 1 } }))
      )
      assert.deepStrictEqual(
        error.reason._tag === "InvalidRequest" && error.reason.issues.map(({ path }) => path.join(".")).sort(),
        ["a", "b", "c", "page", "params.id", "size"]
      )
      assert.deepStrictEqual([error.operation, error.method, error.path], ["Things.create", "POST", "/v1/things/{id}"])
      assert.lengthOf(yield* requests, 0)
    }).pipe(Effect.provide(client())))
})
