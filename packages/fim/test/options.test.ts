import { RetryPolicy } from "@effect-mistral/core"
import { Fim } from "@effect-mistral/fim"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Config, ConfigProvider, Effect, Layer, Redacted, Schedule, Stream } from "effect"
import { optionsTests } from "../../core/test/fixtures/optionsTests.ts"
import { requests, within } from "../../core/test/fixtures/scriptedClient.ts"

const request: Fim.Request = { model: "codestral-latest", prompt: "def", suffix: "return" }

optionsTests("Fim", {
  ...Fim,
  key: Fim.Fim,
  operations: {
    complete: (options) => Fim.complete(request, options),
    stream: (options) => Stream.runDrain(Fim.stream(request, options))
  }
})

describe("the options of layerCodestral", () => {
  const configuration = { CODESTRAL_API_KEY: "configured-key", CODESTRAL_BASE_URL: "https://configured.test" }

  const codestral = (
    options: Parameters<typeof Fim.layerCodestral>[0],
    values: Record<string, string> = configuration,
    answer = ScriptedHttpClient.json(TestCompletion.response("a"))
  ) =>
    Fim.layerCodestral(options).pipe(
      Layer.provideMerge(ScriptedHttpClient.layer(() => answer)),
      Layer.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(values)))
    )

  const sentWith = (layer: ReturnType<typeof codestral>) =>
    Effect.gen(function*() {
      yield* Fim.complete(request)
      const [first] = yield* requests
      return { url: first?.url, headers: first?.headers ?? {} }
    }).pipe(Effect.provide(layer))

  it.effect("are the configuration's where none are given", () =>
    Effect.gen(function*() {
      for (const options of [undefined, {}]) {
        const { headers, url } = yield* sentWith(codestral(options))
        assert.strictEqual(url, "https://configured.test/v1/fim/completions")
        assert.strictEqual(headers["authorization"], "Bearer configured-key")
      }
    }))

  it.effect("may name another base URL", () =>
    Effect.gen(function*() {
      for (const baseUrl of [Config.succeed("https://other.test/v1"), Config.String("OTHER_URL")]) {
        const { headers, url } = yield* sentWith(
          codestral({ baseUrl }, { ...configuration, OTHER_URL: "https://other.test" })
        )
        assert.strictEqual(url, "https://other.test/v1/fim/completions")
        assert.strictEqual(headers["authorization"], "Bearer configured-key")
      }
    }))

  it.effect("may name another key, and then none is needed in the configuration", () =>
    Effect.gen(function*() {
      const { headers, url } = yield* sentWith(codestral({ apiKey: Config.succeed(Redacted.make("other-key")) }, {}))
      assert.strictEqual(url, "https://codestral.mistral.ai/v1/fim/completions")
      assert.strictEqual(headers["authorization"], "Bearer other-key")
    }))

  it.effect("hold for the client: headers, user agent, further keys of the body", () =>
    Effect.gen(function*() {
      yield* Fim.complete(request)
      const [first] = yield* requests
      assert.strictEqual(first?.headers["x-a"], "1")
      assert.strictEqual(first?.headers["user-agent"], "my-editor/1.0")
      assert.deepStrictEqual(first?.body, { ...request, stream: false, extra: 1 })
    }).pipe(Effect.provide(
      codestral({ headers: { "x-a": "1" }, userAgent: "my-editor/1.0", extraBody: { extra: 1 } })
    )))

  it.effect("hold for the client: retries", () =>
    Effect.gen(function*() {
      yield* within(Effect.flip(Fim.complete(request)), "1 second")
      assert.lengthOf(yield* requests, 3)
    }).pipe(Effect.provide(codestral(
      { retry: RetryPolicy.make({ schedule: Schedule.recurs(2) }) },
      configuration,
      ScriptedHttpClient.json({}, { status: 503 })
    ))))
})
