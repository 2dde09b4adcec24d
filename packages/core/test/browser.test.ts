/** What differs in a browser: no `user-agent` is sent, and a failed connection names CORS. */
import { FetchHttpClient, MistralClient, RetryPolicy } from "@effect-mistral/core"
import { TestCompletion } from "@effect-mistral/testing"
import { afterEach, assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Stream } from "effect"
import { FetchHttpClient as EffectFetchHttpClient } from "effect/http"
import { complete, stream } from "./fixtures/completions.ts"
import { promptly } from "./fixtures/promptly.ts"

const request = { model: "m", messages: [{ role: "user" as const, content: "Hi" }] }

const layers = { FetchHttpClient: FetchHttpClient.layer, "Effect's fetch client": EffectFetchHttpClient.layer }

const places: Record<string, string | undefined> = {
  "a page": "document",
  "a worker of a page": "importScripts",
  "no browser": undefined
}

const enter = (global: string | undefined) => {
  if (global !== undefined) Object.defineProperty(globalThis, global, { value: () => {}, configurable: true })
}

afterEach(() => {
  for (const global of Object.values(places)) if (global !== undefined) Reflect.deleteProperty(globalThis, global)
})

/** The `user-agent` that a fetch is given. */
const sentUserAgent = (http: typeof FetchHttpClient.layer, options: Options) =>
  Effect.gen(function*() {
    const sent: Array<string | null> = []
    const fetch: typeof globalThis.fetch = async (_, init) => {
      sent.push(new Headers(init?.headers).get("user-agent"))
      return Response.json(TestCompletion.response("Hi"))
    }
    for (const layer of [MistralClient.layer(options), MistralClient.layerConfig(options)]) {
      yield* complete(request).pipe(
        Effect.provide(layer.pipe(Layer.provide(http), Layer.provide(Layer.succeed(FetchHttpClient.Fetch, fetch)))),
        Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env: { MISTRAL_API_KEY: "k" } })),
        promptly
      )
    }
    assert.strictEqual(sent[0], sent[1])
    return sent[0]
  })

type Options = Pick<MistralClient.Options, "userAgent" | "headers">

for (const [name, http] of Object.entries(layers)) {
  for (const [place, global] of Object.entries(places)) {
    describe(`over ${name} in ${place}`, () => {
      it.effect(`${global === undefined ? "the library's" : "no"} user-agent is sent by default`, () =>
        Effect.gen(function*() {
          enter(global)
          const sent = yield* sentUserAgent(http, {})
          if (global === undefined) assert.match(sent ?? "", /^effect-mistral\/\d/)
          else assert.isNull(sent)
        }))

      it.effect("no user-agent is sent where it is switched off", () =>
        Effect.gen(function*() {
          enter(global)
          assert.isNull(yield* sentUserAgent(http, { userAgent: false }))
        }))

      it.effect("the program's own user-agent is sent", () =>
        Effect.gen(function*() {
          enter(global)
          assert.strictEqual(yield* sentUserAgent(http, { userAgent: "mine" }), "mine")
          assert.strictEqual(yield* sentUserAgent(http, { userAgent: false, headers: { "User-Agent": "h" } }), "h")
        }))

      for (
        const sentence of [
          "Failed to fetch",
          "NetworkError when attempting to fetch resource.",
          "Load failed"
        ]
      ) {
        it.effect(`"${sentence}" ${global === undefined ? "does not name" : "names"} CORS, in sentences with one full stop`, () =>
          Effect.gen(function*() {
            enter(global)
            for (const call of [complete(request), Stream.runDrain(stream(request))]) {
              const error = yield* Effect.flip(call).pipe(
                Effect.provide(
                  MistralClient.layer({ retry: RetryPolicy.none }).pipe(
                    Layer.provide(http),
                    Layer.provide(Layer.succeed(FetchHttpClient.Fetch, () => Promise.reject(new TypeError(sentence))))
                  )
                ),
                promptly
              )
              assert.strictEqual(error.reason._tag, "ConnectionFailed")
              assert.include(error.message, `connection failed: ${sentence.replace(/\.$/, "")}`)
              assert.strictEqual(error.message.includes("CORS"), global !== undefined)
              assert.isTrue(error.message.endsWith(". Check the network and the base URL."))
              assert.notInclude(error.message, "..")
            }
          }))
      }
    })
  }
}
