/** What the spans of `effect/ai` tell of calls of a model that fail, or that were not read to their end. */
import { MistralLanguageModel } from "@effect-mistral/ai"
import { RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Schedule, Schema, Stream } from "effect"
import { LanguageModel, type Prompt, Telemetry, Tool, Toolkit } from "effect/ai"
import { TestClock } from "effect/testing"
import {
  answered,
  answering,
  asked,
  bothWays,
  modelOver,
  ofEffect,
  ofStreams,
  prompt,
  secrets,
  traced,
  usage
} from "./fixtures/tracedModel.ts"

describe("the span of a model whose call fails", () => {
  const failures: Record<string, readonly [ScriptedHttpClient.Answer, string]> = {
    "because the key is wrong": [
      ScriptedHttpClient.json({ message: `no ${secrets.key}` }, { status: 401 }),
      "Authentication"
    ],
    "because of a limit": [ScriptedHttpClient.json({ message: "slower" }, { status: 429 }), "RateLimited"],
    "because of the request": [ScriptedHttpClient.json({ message: "bad" }, { status: 400 }), "BadRequest"],
    "on the way": [ScriptedHttpClient.connectionError(), "ConnectionFailed"]
  }
  for (const [way, call] of Object.entries(bothWays)) {
    for (const [why, [answer, tag]] of Object.entries(failures)) {
      it.effect(`${why} has the tag of Mistral's error (${way})`, () =>
        Effect.gen(function*() {
          const { calls, exit, models } = yield* traced(call)
          assert.isTrue(Exit.isFailure(exit))
          assert.deepStrictEqual(models.map(({ attributes }) => attributes), [{
            ...ofEffect,
            ...asked,
            ...way === "streamed" ? { "gen_ai.request.stream": true } : undefined,
            "error.type": tag
          }])
          assert.strictEqual(calls[0]!.attributes["error.type"], tag)
        }).pipe(Effect.provide(modelOver([answer]))))
    }

    it.effect(`has none of the retries, which are events of the span of the call (${way})`, () =>
      Effect.gen(function*() {
        const running = yield* Effect.forkChild(traced(call), { startImmediately: true })
        yield* TestClock.adjust("1 minute")
        const { calls, models } = yield* Fiber.join(running)
        assert.deepStrictEqual(calls[0]!.events, ["mistral_ai.retry", "mistral_ai.retry"])
        assert.deepStrictEqual(models[0]!.events, [])
        assert.notProperty(models[0]!.attributes, "error.type")
        assert.deepInclude(models[0]!.attributes, answered)
      }).pipe(Effect.provide(modelOver(
        (request, index) => index < 2 ? ScriptedHttpClient.json({}, { status: 503 }) : answering()(request),
        { retry: RetryPolicy.make({ schedule: Schedule.spaced("1 second") }) }
      ))))

    it.effect(`before it is sent, by the client, tells what was to be sent (${way})`, () =>
      Effect.gen(function*() {
        const invalid = MistralLanguageModel.withConfigOverride(call, { temperature: Number.NaN, top_p: 0.1 })
        const { models } = yield* traced(invalid)
        assert.deepInclude(models[0]!.attributes, {
          "error.type": "InvalidRequest",
          "gen_ai.provider.name": "mistral_ai",
          "gen_ai.request.model": "mistral-small-latest",
          "gen_ai.request.top_p": 0.1
        })
      }).pipe(Effect.provide(modelOver([]))))
  }

  const unsendable: Prompt.RawInput = [{
    role: "user",
    content: [{ type: "file", mediaType: "video/mp4", data: new Uint8Array([1]) }]
  }]
  const unsent = {
    whole: LanguageModel.generateText({ prompt: unsendable }),
    streamed: Stream.runDrain(LanguageModel.streamText({ prompt: unsendable }))
  }
  for (const [way, call] of Object.entries(unsent)) {
    it.effect(`because its prompt cannot be sent, tells what was to be sent (${way})`, () =>
      Effect.gen(function*() {
        const { calls, exit, models } = yield* traced(Effect.asVoid(call))
        assert.isTrue(Exit.isFailure(exit))
        const { "gen_ai.provider.name": _, "server.address": __, "server.port": ___, ...known } = asked
        assert.deepStrictEqual(models[0]!.attributes, {
          ...ofEffect,
          ...known,
          ...way === "streamed" ? { "gen_ai.request.stream": true } : undefined,
          "error.type": "InvalidUserInputError"
        })
        assert.deepStrictEqual(calls, [])
      }).pipe(Effect.provide(modelOver([]))))
  }

  for (const [way, call] of Object.entries(bothWays)) {
    it.effect(`because its response does not fit, has the tag of that error and the tokens (${way})`, () =>
      Effect.gen(function*() {
        const { exit, models } = yield* traced(call)
        assert.isTrue(Exit.isFailure(exit))
        assert.deepInclude(models[0]!.attributes, {
          "error.type": "ToolNotFoundError",
          "gen_ai.usage.input_tokens": 100,
          "gen_ai.response.finish_reasons": ["tool_calls"]
        })
      }).pipe(Effect.provide(modelOver(answering({ toolCalls: [TestCompletion.toolCall("unknown", {})] })))))
  }
})

describe("the span of a stream that was not read to its end", () => {
  const chunks = TestCompletion.chunks([secrets.completion, " and"], { usage }).slice(0, 2)
  const came = {
    "gen_ai.response.id": answered["gen_ai.response.id"],
    "gen_ai.response.model": "mistral-small-latest",
    "gen_ai.response.finish_reasons": ["error"],
    ...ofStreams
  }
  const endings = { end: "StreamEndedEarly", fail: "ConnectionLost", hang: "Timeout" } as const
  for (const [ending, tag] of Object.entries(endings)) {
    it.effect(`because it broke tells what came, and why it broke (${ending})`, () =>
      Effect.gen(function*() {
        const running = yield* Effect.forkChild(traced(bothWays.streamed), { startImmediately: true })
        yield* TestClock.adjust("1 hour")
        const { models } = yield* Fiber.join(running)
        assert.deepStrictEqual(models[0]!.attributes, { ...ofEffect, ...asked, ...came, "error.type": tag })
      }).pipe(Effect.provide(modelOver([
        // The cast is safe: these are the keys of `endings`.
        ScriptedHttpClient.sse(chunks, { done: false, ending: ending as keyof typeof endings })
      ]))))
  }

  const tools = Toolkit.make(Tool.make("find", { success: Schema.String }))
  const transformer = Effect.provideService(Telemetry.CurrentSpanTransformer, () => {})
  const streams = {
    "": LanguageModel.streamText({ prompt }),
    " with a toolkit": Stream.provide(
      LanguageModel.streamText({ prompt, toolkit: tools }),
      tools.toLayer({ find: () => Effect.succeed("found") })
    )
  }
  for (const [kind, stream] of Object.entries(streams)) {
    const readers = {
      "because its reader had read enough": Stream.runDrain(Stream.take(stream, 2)),
      "because its reader failed": Stream.runForEach(stream, () => Effect.fail("mine")),
      "because it was interrupted": Effect.timeoutOption(Stream.runDrain(stream), "1 second"),
      "because it was interrupted, under a CurrentSpanTransformer": transformer(
        Effect.timeoutOption(Stream.runDrain(stream), "1 second")
      )
    }
    for (const [why, reader] of Object.entries(readers)) {
      it.effect(`${why} tells what came, and no error${kind}`, () =>
        Effect.gen(function*() {
          const running = yield* Effect.forkChild(traced(Effect.asVoid(reader)), { startImmediately: true })
          yield* TestClock.adjust("2 seconds")
          const { all, models } = yield* Fiber.join(running)
          assert.deepStrictEqual(models[0]!.attributes, { ...ofEffect, ...asked, ...came })
          assert.lengthOf(all, 3)
        }).pipe(Effect.provide(modelOver([ScriptedHttpClient.sse(chunks, { done: false, ending: "hang" })]))))
    }
  }
})
