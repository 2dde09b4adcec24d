/**
 * The `HttpClient` that `FetchHttpClient.layer` provides, as a program uses it for its own requests: beside that of
 * `effect/http`.
 */
import { FetchHttpClient } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, type Layer } from "effect"
import { FetchHttpClient as EffectFetchHttpClient, HttpBody, HttpClient, HttpClientRequest } from "effect/http"

const clients = [FetchHttpClient.layer, EffectFetchHttpClient.layer]

const url = "https://any.test/a?b=1"

const form = new FormData()
form.set("name", "value")

const requests: Readonly<Record<string, HttpClientRequest.HttpClientRequest>> = {
  "without a body": HttpClientRequest.get(url),
  "with a parameter": HttpClientRequest.get(url, { urlParams: { c: "2 3" } }),
  "with text": HttpClientRequest.post(url, { body: HttpBody.text("text", "text/plain") }),
  "with no text": HttpClientRequest.put(url, { body: HttpBody.text("") }),
  "with bytes": HttpClientRequest.patch(url, { body: HttpBody.uint8Array(new Uint8Array([1, 2, 3])) }),
  "with a form": HttpClientRequest.post(url, { body: HttpBody.formData(form) }),
  "with a body of its own kind": HttpClientRequest.post(url, {
    body: HttpBody.raw(new URLSearchParams({ a: "1" }), { contentType: "application/x-www-form-urlencoded" })
  }),
  "with headers": HttpClientRequest.delete(url, { headers: { "X-A": "1", "content-length": "7" } })
}

const sentBy = (
  client: Layer.Layer<HttpClient.HttpClient>,
  request: HttpClientRequest.HttpClientRequest,
  init: RequestInit
) =>
  Effect.gen(function*() {
    const sent: Array<unknown> = []
    const fetch = async (input: URL | RequestInfo, options?: RequestInit) => {
      const web = new Request(input, options)
      sent.push([
        input instanceof URL,
        web.method,
        web.url,
        // A form has another boundary each time, and a span another id.
        [...web.headers].map(([name, value]) => [name, value.replaceAll(/boundary=.*|[\da-f]{16,}/g, "")]),
        web.credentials,
        (await web.text()).replaceAll(/-{6,}\S+/g, "")
      ])
      return Response.json({ got: "it" }, { status: 201, headers: { "x-b": "2" } })
    }
    const response = yield* HttpClient.execute(request).pipe(
      Effect.flatMap((response) => Effect.map(response.json, (json) => [response.status, response.headers, json])),
      Effect.provide(client),
      Effect.provideService(FetchHttpClient.Fetch, fetch),
      Effect.provideService(FetchHttpClient.RequestInit, init)
    )
    return { sent, response }
  })

const failureOf = (
  client: Layer.Layer<HttpClient.HttpClient>,
  request: HttpClientRequest.HttpClientRequest,
  fetch: typeof globalThis.fetch
) =>
  HttpClient.execute(request).pipe(
    Effect.flip,
    Effect.map(({ reason }) => [reason._tag, "cause" in reason && reason.cause]),
    Effect.provide(client),
    Effect.provideService(FetchHttpClient.Fetch, fetch)
  )

describe("the HttpClient of FetchHttpClient", () => {
  for (const [what, request] of Object.entries(requests)) {
    it.effect(`sends a request ${what} as Effect's own does`, () =>
      Effect.gen(function*() {
        for (const init of [{}, { credentials: "include", headers: { "x-c": "3", "x-a": "4" } }] as const) {
          const [ours, theirs] = yield* Effect.forEach(clients, (client) => sentBy(client, request, init))
          assert.deepStrictEqual(ours, theirs)
          assert.lengthOf(ours!.sent, 1)
        }
      }))
  }

  it.effect("fails as Effect's own does where fetch rejects or throws", () =>
    Effect.gen(function*() {
      const error = new Error("no")
      const throws = () => {
        throw error
      }
      for (const fetch of [() => Promise.reject(error), throws]) {
        for (const client of clients) {
          assert.deepStrictEqual(yield* failureOf(client, HttpClientRequest.get(url), fetch), ["TransportError", error])
        }
      }
    }))

  it.effect("aborts the request of an effect that is interrupted", () =>
    Effect.gen(function*() {
      let signal: AbortSignal | null | undefined
      const fiber = yield* HttpClient.get(url).pipe(
        Effect.provide(FetchHttpClient.layer),
        Effect.provideService(FetchHttpClient.Fetch, (_, init) => {
          signal = init?.signal
          return new Promise(() => {})
        }),
        Effect.forkChild({ startImmediately: true })
      )
      assert.isFalse(signal?.aborted)
      yield* Fiber.interrupt(fiber)
      assert.isTrue(signal?.aborted)
    }))
})
