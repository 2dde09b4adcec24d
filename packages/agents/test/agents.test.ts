import { Agents } from "@effect-mistral/agents"
import { Completion, MistralClient, MistralError, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted, Schema, Stream } from "effect"
import { local } from "../../emulator/test/support.ts"

describe("agents", () => {
  it.effect("send what they are given and give the whole answer as it came", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* Agents.complete(request), answer)
      const { open, requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      const [{ body, headers, method, url }] = yield* only(requests)
      assert.deepStrictEqual({ method, url, body }, {
        method: "POST",
        url: "https://api.mistral.ai/v1/agents/completions",
        body: { ...request, stream: false }
      })
      assert.strictEqual(headers.authorization, "Bearer a-key")
      assert.strictEqual(yield* open, 0)
    }).pipe(Effect.provide(scripted([ScriptedHttpClient.json(answer)]))))

  it.effect("stream chunks that fold into the answer", () =>
    Effect.gen(function*() {
      const chunks = yield* Stream.runCollect(Agents.stream(request))
      assert.deepStrictEqual(chunks, TestCompletion.chunks("Claude Monet."))
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      const [{ body, headers }] = yield* only(requests)
      assert.deepStrictEqual(body, { ...request, stream: true })
      assert.strictEqual(headers.accept, "text/event-stream")
    }).pipe(Effect.provide(scripted([ScriptedHttpClient.sse(TestCompletion.chunks("Claude Monet."))]))))

  it.effect("give an object that fits a schema, asked for by a strict JSON Schema", () =>
    Effect.gen(function*() {
      const { response, value: painter } = yield* Agents.completeObject({ ...request, schema: Painter })
      assert.deepStrictEqual(response, TestCompletion.response("{\"name\":\"Monet\",\"born\":1840}"))
      assert.isTrue(painter instanceof Painter)
      assert.strictEqual(painter.name, "Monet")
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      const [{ body }] = yield* only(requests)
      const { response_format, ...rest } = body as Agents.Request
      assert.deepStrictEqual(rest, { ...request, stream: false })
      assert.strictEqual(response_format?.type, "json_schema")
      assert.strictEqual(response_format?.json_schema?.name, "Painter")
      assert.isTrue(response_format?.json_schema?.strict)
    }).pipe(Effect.provide(scripted([
      ScriptedHttpClient.json(TestCompletion.response("{\"name\":\"Monet\",\"born\":1840}"))
    ]))))

  it.effect("give an object as it grows, and then the object", () =>
    Effect.gen(function*() {
      const parts = yield* Stream.runCollect(Agents.streamObject({ ...request, schema: Painter }))
      const last = parts.at(-1)
      assert.strictEqual(last?._tag, "Complete")
      assert.deepStrictEqual(last?.value, new Painter({ name: "Monet", born: 1840 }))
      assert.deepStrictEqual(parts[0], { _tag: "Partial", value: { name: "Mon" } })
      assert.isTrue(parts.slice(0, -1).every(({ _tag }) => _tag === "Partial"))
    }).pipe(Effect.provide(scripted([
      ScriptedHttpClient.sse(TestCompletion.chunks(["{\"name\":\"Mon", "et\",\"bo", "rn\":1840}"]))
    ]))))

  it.effect("say what an answer lacks that is no object of the schema", () =>
    Effect.gen(function*() {
      const { reason } = yield* Effect.flip(Agents.completeObject({ ...request, schema: Painter }))
      assert.strictEqual(reason._tag, "InvalidOutput")
      if (reason._tag === "InvalidOutput") assert.strictEqual(reason.text, "{\"name\":1}")
    }).pipe(Effect.provide(scripted([ScriptedHttpClient.json(TestCompletion.response("{\"name\":1}"))]))))

  it.effect("fail with an error that names the operation, its path and the server's sentence", () =>
    Effect.gen(function*() {
      for (const call of [Agents.complete(request), Stream.runDrain(Agents.stream(request))]) {
        const error = yield* Effect.flip(Effect.asVoid(call))
        assert.strictEqual(error.path, "/v1/agents/completions")
        assert.include(["Agents.complete", "Agents.stream"], error.operation)
        assert.strictEqual(error.reason._tag, "NotFound")
        assert.include(error.message, "No such agent")
      }
    }).pipe(Effect.provide(scripted(() => ScriptedHttpClient.json({ message: "No such agent" }, { status: 404 })))))

  it.effect("lay the options of a call over those of the service", () =>
    Effect.gen(function*() {
      yield* Agents.complete(request)
      yield* Agents.complete(request, { baseUrl: "https://call.test/v1" })
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      assert.deepStrictEqual((yield* requests).map(({ url }) => url), [
        "https://service.test/v1/agents/completions",
        "https://call.test/v1/agents/completions"
      ])
    }).pipe(Effect.provide(
      Layer.provideMerge(
        Layer.provide(Agents.layerOptions({ baseUrl: "https://service.test" }), MistralClient.layer({})),
        ScriptedHttpClient.layer(() => ScriptedHttpClient.json(answer))
      )
    )))

  it.effect("are mocked by a layer", () =>
    Effect.gen(function*() {
      assert.strictEqual(Completion.text(yield* Agents.complete(request)), "mocked")
      const { reason } = yield* Effect.flip(Stream.runDrain(Agents.stream(request)))
      assert.strictEqual(reason._tag, "RateLimited")
      assert.isTrue((yield* Effect.exit(Agents.completeObject({ ...request, schema: Painter })))._tag === "Failure")
    }).pipe(Effect.provide(
      Layer.mock(Agents.Agents)({
        complete: () => Effect.succeed(TestCompletion.response("mocked")),
        stream: () =>
          Stream.fail(
            new MistralError.MistralError({
              operation: "Agents.stream",
              method: "POST",
              path: "/v1/agents/completions",
              reason: new MistralError.RateLimited({ status: 429 })
            })
          )
      })
    )))
})

describe("agents over a socket", () => {
  const request = {
    agent_id: "ag_emulator",
    messages: [{ role: "user" as const, content: "Who painted lighthouses?" }]
  }

  it.effect("complete, and stream the same answer", () =>
    Effect.gen(function*() {
      const whole = yield* Agents.complete(request)
      const folded = yield* Completion.collect(Agents.stream(request))
      assert.include(Completion.text(whole), "lighthouses")
      assert.deepStrictEqual({ ...folded, created: 0 }, streamed(whole))
    }).pipe(Effect.provide(local())))

  it.effect("give the same object whole and grown", () =>
    Effect.gen(function*() {
      const { response, value } = yield* Agents.completeObject({ ...request, schema: Painter })
      const parts = yield* Stream.runCollect(Agents.streamObject({ ...request, schema: Painter }))
      const last = parts.at(-1)
      assert.isTrue(last?._tag === "Complete")
      if (last?._tag === "Complete") {
        assert.deepStrictEqual(last.value, value)
        assert.deepStrictEqual({ ...last.response, created: 0 }, streamed(response))
      }
      assert.isAbove(parts.length, 1)
    }).pipe(Effect.provide(local())))

  it.effect("fail where the agent is unknown", () =>
    Effect.gen(function*() {
      const { reason } = yield* Effect.flip(
        Stream.runDrain(Agents.stream({ ...request, agent_id: "ag_unknown" }))
      )
      assert.strictEqual(reason._tag, "NotFound")
    }).pipe(Effect.provide(local())))
})

class Painter extends Schema.Class<Painter>("Painter")({ name: Schema.String, born: Schema.Int }) {}

const request: Agents.Request = { agent_id: "ag_1", messages: [{ role: "user", content: "Who?" }] }

const answer = TestCompletion.response("Claude Monet.", { model: "mistral-medium-latest" })

/** The service over a script. */
const scripted = (script: Parameters<typeof ScriptedHttpClient.layer>[0]) =>
  Agents.layer.pipe(
    Layer.provide(MistralClient.layer({ apiKey: Redacted.make("a-key"), retry: RetryPolicy.none })),
    Layer.provideMerge(ScriptedHttpClient.layer(script))
  )

/** The one request that was seen. */
const only = (requests: Effect.Effect<ReadonlyArray<ScriptedHttpClient.SeenRequest>>) =>
  Effect.map(requests, (seen) => {
    assert.strictEqual(seen.length, 1)
    return [seen[0]!] as const
  })

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
