/** A response that is read whole and must be JSON that fits a schema. */
import { Endpoint, MistralClient, RetryPolicy } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { failure, json, pieces, scripted } from "./fixtures/scriptedServer.ts"
import { call, timed } from "./fixtures/timedCalls.ts"

describe("Chat.complete", () => {
  it.effect("is not repeated where the answer was empty", () =>
    Effect.gen(function*() {
      const { layer, times } = timed(() => new Response(null, { status: 200 }))
      const error = yield* failure(call("complete")).pipe(Effect.provide(layer))
      assert.strictEqual(error.reason._tag, "InvalidResponse")
      assert.strictEqual(times.length, 1)
    }))
})

describe("a response that is read whole", () => {
  it.effect("is the JSON that was sent, with every key, whatever its content type and its reads", () =>
    Effect.gen(function*() {
      const body = { id: "h\u00e9", more: { a: [1, null] } }
      const bytes = new TextEncoder().encode(JSON.stringify(body))
      for (const size of [1, 2, 7, bytes.length]) {
        for (const headers of [{}, { "content-type": "text/plain" }, { "content-type": "application/json" }]) {
          const value = yield* fetchThing(() => new Response(pieces(bytes, size), { headers }))
          assert.deepStrictEqual<unknown>(value, body, `in reads of ${size}`)
        }
      }
    }))

  it.effect("may be empty where the endpoint responds with nothing", () =>
    Effect.gen(function*() {
      const nothing = { ...thing, response: Schema.Void }
      const { layer } = scripted(() => new Response(null, { status: 204 }), { retry: RetryPolicy.none })
      const value = yield* request(nothing).pipe(Effect.provide(layer))
      assert.isUndefined(value)
    }))

  const invalid: ReadonlyArray<
    readonly [name: string, body: string, contentType: string | undefined, kind: "contentType" | "json" | "schema"]
  > = [
    ["text that is sent as JSON", "oh no", "application/json; charset=utf-8", "json"],
    ["text without a content type", "oh no", undefined, "json"],
    ["JSON that is cut off", "{\"id\": \"1", "application/json", "json"],
    ["white space", " \n ", "application/json", "json"],
    ["events that are sent as such", "data: {}\n\n", "text/event-stream", "json"],
    ["text that is sent as text", "oh no", "text/plain", "contentType"],
    ["an HTML page", "<!doctype html><p>Hi", "text/html", "contentType"],
    ["an HTML page that is sent as JSON", " <html></html>", "application/json", "contentType"],
    ["text that is sent as HTML", "Hi", "text/html; charset=utf-8", "contentType"],
    ["JSON of another shape", "{\"name\": \"x\"}", "application/json", "schema"],
    ["no body", "", "application/json", "schema"]
  ]
  for (const [name, body, contentType, kind] of invalid) {
    it.effect(`is an InvalidResponse (${kind}) where it is ${name}`, () =>
      Effect.gen(function*() {
        const headers = contentType === undefined ? undefined : { "content-type": contentType }
        const bytes = new TextEncoder().encode(body)
        const error = yield* failure(
          fetchThing(() => new Response(bytes, { headers: { ...headers, "mistral-correlation-id": "id-1" } }))
        )
        assert.strictEqual(error.reason._tag, "InvalidResponse")
        if (error.reason._tag !== "InvalidResponse") return
        assert.strictEqual(error.reason.kind, kind)
        assert.strictEqual(error.status, 200)
        assert.strictEqual(error.requestId, "id-1")
        assert.isFalse(error.isRetryable)
      }))
  }

  it.effect("names the content type that it has instead", () =>
    Effect.gen(function*() {
      const { message } = yield* failure(
        fetchThing(() => new Response(new Uint8Array([0x89, 0x50]), { headers: { "content-type": "image/png; x=1" } }))
      )
      assert.include(message, "image/png")
      assert.notInclude(message, "x=1")
    }))

  it.effect("says where it does not fit", () =>
    Effect.gen(function*() {
      const error = yield* failure(fetchThing(() => json(200, { id: 1 })))
      assert.strictEqual(error.reason._tag, "InvalidResponse")
      if (error.reason._tag !== "InvalidResponse") return
      assert.deepStrictEqual(error.reason.issues.map(({ path }) => path), [["id"]])
    }))

  it.effect("says the sentence of an error in its place, and nothing else", () =>
    Effect.gen(function*() {
      const error = yield* failure(fetchThing(() => json(200, { id: 1, error: { message: "no such thing" } })))
      assert.strictEqual(error.reason._tag, "BadRequest")
      assert.include(error.message, ": 200 request refused: no such thing.")
    }))
})

const thing: Endpoint.Endpoint<void, { readonly id: string }> = {
  ...Endpoint.listModels,
  response: Schema.Struct({ id: Schema.String })
}

const request = <Response>(endpoint: Endpoint.Endpoint<void, Response>) =>
  MistralClient.MistralClient.use((client) => client.request(endpoint, undefined))

/** Requests a thing of a server that responds in one way. */
const fetchThing = (respond: () => Response) =>
  Effect.suspend(() => request(thing).pipe(Effect.provide(scripted(respond, { retry: RetryPolicy.none }).layer)))
