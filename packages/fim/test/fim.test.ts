import { Completion, MistralClient, MistralError, RetryPolicy } from "@effect-mistral/core"
import { Fim } from "@effect-mistral/fim"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Redacted, Schema, Stream } from "effect"
import { complete } from "../../core/test/fixtures/completions.ts"
import { local } from "../../emulator/test/support.ts"

describe("fill-in-the-middle", () => {
  it.effect("sends what it is given and gives the whole answer as it came", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* Fim.complete(request), answer)
      assert.deepStrictEqual(yield* seen, [{
        url: "https://api.mistral.ai/v1/fim/completions",
        authorization: "Bearer a-key",
        body: { ...request, stream: false }
      }])
    }).pipe(Effect.provide(scripted([ScriptedHttpClient.json(answer)]))))

  it.effect("streams chunks that fold into the answer", () =>
    Effect.gen(function*() {
      const chunks = yield* Stream.runCollect(Fim.stream(request))
      assert.deepStrictEqual(chunks, TestCompletion.chunks("a, b):"))
      assert.deepStrictEqual((yield* seen).map(({ body }) => body), [{ ...request, stream: true }])
    }).pipe(Effect.provide(scripted([ScriptedHttpClient.sse(TestCompletion.chunks("a, b):"))]))))

  it.effect("fails with an error that names the operation, its path and the server's sentence", () =>
    Effect.gen(function*() {
      for (const call of [Fim.complete(request), Stream.runDrain(Fim.stream(request))]) {
        const error = yield* Effect.flip(Effect.asVoid(call))
        assert.strictEqual(error.path, "/v1/fim/completions")
        assert.include(["Fim.complete", "Fim.stream"], error.operation)
        assert.strictEqual(error.reason._tag, "BadRequest")
        assert.include(error.message, "Invalid model")
      }
    }).pipe(Effect.provide(scripted(() => ScriptedHttpClient.json({ message: "Invalid model" }, { status: 400 })))))

  it.effect("lays the options of a call over those of the service", () =>
    Effect.gen(function*() {
      yield* Fim.complete(request)
      yield* Fim.complete(request, { baseUrl: "https://call.test/v1/" })
      assert.deepStrictEqual((yield* seen).map(({ url }) => url), [
        "https://service.test/v1/fim/completions",
        "https://call.test/v1/fim/completions"
      ])
    }).pipe(Effect.provide(
      Layer.provideMerge(
        Layer.provide(Fim.layerOptions({ baseUrl: "https://service.test" }), MistralClient.layer({})),
        ScriptedHttpClient.layer(() => ScriptedHttpClient.json(answer))
      )
    )))

  it.effect("is mocked by a layer", () =>
    Effect.gen(function*() {
      assert.strictEqual(Completion.text(yield* Fim.complete(request)), "mocked")
      const { reason } = yield* Effect.flip(Stream.runDrain(Fim.stream(request)))
      assert.strictEqual(reason._tag, "RateLimited")
    }).pipe(Effect.provide(
      Layer.mock(Fim.Fim)({
        complete: () => Effect.succeed(TestCompletion.response("mocked")),
        stream: () =>
          Stream.fail(
            new MistralError.MistralError({
              operation: "Fim.stream",
              method: "POST",
              path: "/v1/fim/completions",
              reason: new MistralError.RateLimited({ status: 429 })
            })
          )
      })
    )))
})

describe("fill-in-the-middle over a socket", () => {
  it.effect("completes, and streams the same code", () =>
    Effect.gen(function*() {
      const whole = yield* Fim.complete(request)
      const folded = yield* Completion.collect(Fim.stream(request))
      assert.isNotEmpty(Completion.text(whole))
      assert.deepStrictEqual({ ...folded, created: 0 }, streamed(whole))
    }).pipe(Effect.provide(local())))

  it.effect("fails where the model cannot fill in", () =>
    Effect.gen(function*() {
      const { reason } = yield* Effect.flip(Fim.complete({ ...request, model: "mistral-large-latest" }))
      assert.strictEqual(reason._tag, "BadRequest")
      if (reason._tag === "BadRequest") assert.strictEqual(reason.code, "1500")
    }).pipe(Effect.provide(local())))
})

describe("Codestral's host", () => {
  it.effect("is asked with its own key", () =>
    Effect.gen(function*() {
      yield* Fim.complete(request)
      assert.deepStrictEqual((yield* seen).map(({ authorization, url }) => [url, authorization]), [
        ["https://codestral.mistral.ai/v1/fim/completions", "Bearer codestral-key"]
      ])
    }).pipe(Effect.provide(codestral({ CODESTRAL_API_KEY: "codestral-key" }))))

  it.effect("is another where the configuration says so", () =>
    Effect.gen(function*() {
      yield* Fim.complete(request)
      assert.deepStrictEqual((yield* seen).map(({ url }) => url), ["https://proxy.test/v1/fim/completions"])
    }).pipe(Effect.provide(
      codestral({
        CODESTRAL_API_KEY: "k",
        CODESTRAL_BASE_URL: "https://proxy.test",
        MISTRAL_BASE_URL: "https://no.test"
      })
    )))

  it.effect("is not asked without a key, whatever other keys there are", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(
        Effect.provide(Fim.complete(request), codestral({ MISTRAL_API_KEY: "chat-key" }))
      )
      assert.strictEqual(error._tag, "ConfigError")
      assert.include(String(error), "CODESTRAL_API_KEY")
    }))

  it.effect("serves code while another host serves chat, each with its own key", () =>
    Effect.gen(function*() {
      const [answer, code] = yield* Effect.all([
        complete({ model: "mistral-small-latest", messages: [{ role: "user", content: "Hi" }] }),
        Completion.collect(Fim.stream(request))
      ], { concurrency: 2 })
      assert.strictEqual(Completion.text(answer), "hello")
      assert.strictEqual(Completion.text(code), "a, b):")
      const requests = yield* seen
      assert.sameDeepMembers(requests.map(({ authorization, url }) => [url, authorization]), [
        ["https://api.eu.mistral.ai/v1/chat/completions", "Bearer chat-key"],
        ["https://codestral.mistral.ai/v1/fim/completions", "Bearer codestral-key"]
      ])
    }).pipe(Effect.provide(
      Layer.mergeAll(MistralClient.layerConfig(), Fim.layerCodestral()).pipe(
        Layer.provideMerge(ScriptedHttpClient.layer(({ path }) =>
          path === "/v1/chat/completions"
            ? ScriptedHttpClient.json(TestCompletion.response("hello"))
            : ScriptedHttpClient.sse(TestCompletion.chunks("a, b):"))
        )),
        Layer.provide(configured({
          MISTRAL_API_KEY: "chat-key",
          MISTRAL_BASE_URL: "https://api.eu.mistral.ai",
          CODESTRAL_API_KEY: "codestral-key"
        }))
      )
    )))
})

describe("a document and a cursor", () => {
  it("are prompt and suffix", () => {
    assert.deepStrictEqual(Fim.split("ab", 1), { prompt: "a", suffix: "b" })
    assert.deepStrictEqual(Fim.split("ab", 0), { prompt: "", suffix: "ab" })
    assert.deepStrictEqual(Fim.split("ab", 2), { prompt: "ab", suffix: "" })
    assert.deepStrictEqual(Fim.split("", 0), { prompt: "", suffix: "" })
  })

  it("outside the document means its nearest end", () => {
    for (const offset of [-1, -Infinity, NaN]) assert.strictEqual(Fim.split("ab", offset).prompt, "")
    for (const offset of [3, Infinity]) assert.strictEqual(Fim.split("ab", offset).prompt, "ab")
    assert.strictEqual(Fim.split("ab", 1.9).prompt, "a")
  })

  it("inside a surrogate pair means the place before it", () => {
    assert.deepStrictEqual(Fim.split("a😀b", 2), { prompt: "a", suffix: "😀b" })
    assert.deepStrictEqual(Fim.split("a😀b", 3), { prompt: "a😀", suffix: "b" })
  })

  it.prop(
    "are the document again, and no surrogate pair is cut, wherever the cursor is",
    [Schema.Array(Schema.Literals(["a", "\n", "é", "漢", "😀", "👩‍💻", "\ud83d", "\ude00"])), Schema.Finite],
    ([pieces, where]) => {
      const document = pieces.join("")
      const offset = Math.abs(Math.trunc(where)) % (document.length + 2)
      const { prompt, suffix } = Fim.split(document, offset)
      assert.strictEqual(prompt + suffix, document)
      assert.isFalse(/[\ud800-\udbff]$/.test(prompt) && /^[\udc00-\udfff]/.test(suffix))
      const off = Math.min(offset, document.length) - prompt.length
      assert.isTrue(off === 0 || off === 1)
    }
  )
})

const request: Fim.Request = { model: "codestral-latest", prompt: "def add(", suffix: "    return a + b" }

const answer = TestCompletion.response("a, b):\n", { model: "codestral-latest" })

/** The requests that the script received: URL, key and body. */
const seen = Effect.gen(function*() {
  const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
  return (yield* requests).map(({ body, headers, url }) => ({ url, authorization: headers.authorization, body }))
})

/** The service over a script. */
const scripted = (script: Parameters<typeof ScriptedHttpClient.layer>[0]) =>
  Fim.layer.pipe(
    Layer.provide(MistralClient.layer({ apiKey: Redacted.make("a-key"), retry: RetryPolicy.none })),
    Layer.provideMerge(ScriptedHttpClient.layer(script))
  )

const configured = (values: Record<string, string>) => ConfigProvider.layer(ConfigProvider.fromUnknown(values))

/** The service over Codestral's host, with a script and a configuration. */
const codestral = (values: Record<string, string>) =>
  Fim.layerCodestral().pipe(
    Layer.provideMerge(ScriptedHttpClient.layer(() => ScriptedHttpClient.json(answer))),
    Layer.provide(configured(values))
  )

/** A whole response as its stream collects: a stream has no `tool_calls: null`, which every whole text of the API has. */
const streamed = (response: Completion.Response): Completion.Response => ({
  ...response,
  created: 0,
  choices: response.choices.map((choice) => {
    const { tool_calls, ...message } = choice.message ?? {}
    assert.isNull(tool_calls)
    return { ...choice, message }
  })
})
