/** The arguments of tool calls, which `Toolkit` writes in spans, and the layer that keeps them out. */
import { MistralTelemetry } from "@effect-mistral/ai"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Schema, Stream, Tracer } from "effect"
import { Chat, LanguageModel, Telemetry, Tool, Toolkit } from "effect/ai"
import { TestClock } from "effect/testing"
import { attributesOf, recorder } from "./fixtures/recorder.ts"

const secret = "an-argument-that-nobody-sees"

const Find = Tool.make("find", {
  parameters: Schema.Struct({ of: Schema.String }),
  success: Schema.String,
  failure: Schema.String
})
const tools = Toolkit.make(Find)

const finish = { type: "finish", reason: "tool-calls", usage: { inputTokens: {}, outputTokens: {} } } as const

/** A model that calls the tool once with such parameters. */
const calling = (params: unknown) => {
  const parts = [{ type: "tool-call", id: "abcdefghi", name: "find", params } as const, finish]
  return Layer.effect(
    LanguageModel.LanguageModel,
    LanguageModel.make({
      generateText: () => Effect.succeed([{ type: "text", text: "{\"a\":1}" }, ...parts]),
      streamText: () => Stream.fromArray(parts)
    })
  )
}

const options = { prompt: "Find it.", toolkit: tools }

const ways = {
  generateText: LanguageModel.generateText(options),
  streamText: Stream.runDrain(LanguageModel.streamText(options)),
  generateObject: LanguageModel.generateObject({ ...options, schema: Schema.Struct({ a: Schema.Finite }) }),
  "Chat.generateText": Effect.flatMap(Chat.empty, (chat) => chat.generateText(options)),
  "Chat.streamText": Effect.flatMap(Chat.empty, (chat) => Stream.runDrain(chat.streamText(options)))
}

const fits = { of: secret }

type Handler = Effect.Effect<string, string>

const outcomes: Record<string, readonly [params: unknown, handler: Handler, succeeds: boolean]> = {
  "that succeeds": [fits, Effect.succeed("found"), true],
  "that fails": [fits, Effect.fail("not found"), false],
  "that dies": [fits, Effect.die("broken"), false],
  "whose arguments do not fit": [{ of: [secret] }, Effect.succeed("found"), false],
  "whose arguments are no JSON": [`{"of": "${secret}`, Effect.succeed("found"), false]
}

type Program = Effect.Effect<unknown, unknown, LanguageModel.LanguageModel | Tool.HandlersFor<typeof tools.tools>>

/** Runs a program in a span, over an exporter with such a layer upon it, and gives what all spans have. */
const traced = (
  program: Program,
  [params, handler]: readonly [params: unknown, handler: Handler, ...rest: ReadonlyArray<unknown>],
  upon: (exporter: Layer.Layer<never>) => Layer.Layer<never>
) => {
  const { spans, tracer } = recorder()
  const services = Layer.mergeAll(calling(params), tools.toLayer({ find: () => handler }))
  return program.pipe(
    Effect.withSpan("program"),
    Effect.provide(services.pipe(Layer.provideMerge(upon(Layer.succeed(Tracer.Tracer, tracer))))),
    Effect.exit,
    Effect.map((exit) => ({ exit, spans, text: JSON.stringify(spans.map(attributesOf)) }))
  )
}

const without = (exporter: Layer.Layer<never>) =>
  MistralTelemetry.layerWithoutToolParameters.pipe(Layer.provideMerge(exporter))

describe("layerWithoutToolParameters", () => {
  for (const [way, program] of Object.entries<Program>(ways)) {
    for (const [outcome, call] of Object.entries(outcomes)) {
      it.effect(`keeps the arguments of a call ${outcome} out of all spans (${way})`, () =>
        Effect.gen(function*() {
          const { exit, spans, text } = yield* traced(program, call, without)
          assert.strictEqual(Exit.isSuccess(exit), call[2])
          assert.notInclude(text, secret)
          assert.deepStrictEqual(
            spans.map(attributesOf).filter(({ tool }) => tool === "find").map(({ parameters }) => parameters),
            ["<redacted>"]
          )
        }))

      it.effect(`is what keeps them out: without it they are there (${way}, a call ${outcome})`, () =>
        Effect.gen(function*() {
          const { text } = yield* traced(program, call, (exporter) => exporter)
          assert.include(text, secret)
        }))
    }

    it.effect(`keeps the arguments of a call that is interrupted out of all spans (${way})`, () =>
      Effect.gen(function*() {
        const running = yield* Effect.forkChild(
          traced(Effect.timeout(program, "1 second"), [fits, Effect.never], without),
          { startImmediately: true }
        )
        yield* TestClock.adjust("1 second")
        const { exit, text } = yield* Fiber.join(running)
        assert.isTrue(Exit.isFailure(exit))
        assert.include(text, "\"tool\":\"find\"")
        assert.notInclude(text, secret)
      }))

    it.effect(`overwrites them after a good call where the exporter stands beside it (${way})`, () =>
      Effect.gen(function*() {
        const { exit, text } = yield* traced(
          program,
          outcomes["that succeeds"]!,
          (exporter) => Layer.mergeAll(exporter, MistralTelemetry.layerWithoutToolParameters)
        )
        assert.isTrue(Exit.isSuccess(exit))
        assert.include(text, "\"tool\":\"find\"")
        assert.notInclude(text, secret)
      }))
  }

  it.effect("runs a CurrentSpanTransformer that is there already", () =>
    Effect.gen(function*() {
      const own: Telemetry.SpanTransformer = ({ response, span }) =>
        span.attribute("app.parts", response.map(({ type }) => type))
      for (const way of [ways.generateText, ways.streamText]) {
        const { spans, text } = yield* traced(
          way,
          outcomes["that succeeds"]!,
          (exporter) => without(Layer.merge(exporter, Layer.succeed(Telemetry.CurrentSpanTransformer, own)))
        )
        assert.notInclude(text, secret)
        const parts = spans.flatMap((span) => attributesOf(span)["app.parts"] ?? [])
        assert.includeMembers(parts, ["tool-call", "tool-result", "finish"])
      }
    }))

  it.effect("holds where the program has a CurrentSpanTransformer of its own", () =>
    Effect.gen(function*() {
      for (const way of [ways.generateText, ways.streamText]) {
        const own = Effect.provideService(way, Telemetry.CurrentSpanTransformer, ({ span }) =>
          span.attribute("app.seen", true))
        const { spans, text } = yield* traced(own, outcomes["that succeeds"]!, without)
        assert.notInclude(text, secret)
        assert.isTrue(spans.some((span) =>
          attributesOf(span)["app.seen"] === true
        ))
      }
    }))

  it.effect("is built anew for each tracer beneath it", () =>
    Effect.gen(function*() {
      const first = yield* traced(ways.generateText, outcomes["that fails"]!, without)
      const second = yield* traced(ways.generateText, outcomes["that fails"]!, without)
      assert.lengthOf(first.spans, 2)
      assert.lengthOf(second.spans, 2)
      assert.notInclude(first.text + second.text, secret)
    }))

  it.effect("leaves parameters of another kind", () =>
    Effect.gen(function*() {
      const program = Effect.void.pipe(
        Effect.withSpan("query", { attributes: { parameters: "of a database", table: "painters" } })
      )
      const { spans } = yield* traced(program, outcomes["that succeeds"]!, without)
      assert.deepStrictEqual(spans.map(attributesOf), [{}, { parameters: "of a database", table: "painters" }])
    }))

  it.effect("keeps the tracer's own context, and its spans as parents of others", () =>
    Effect.gen(function*() {
      let steps = 0
      const { spans, tracer } = recorder()
      const counting = Tracer.make({
        span: (options) => tracer.span(options),
        context: (primitive, fiber) => {
          steps++
          return primitive["~effect/Effect/evaluate"](fiber)
        }
      })
      yield* Effect.sync(() => steps = 0).pipe(
        Effect.andThen(Effect.sync(() => assert.isAbove(steps, 0))),
        Effect.withSpan("inner"),
        Effect.withSpan("outer"),
        Effect.provide(without(Layer.succeed(Tracer.Tracer, counting)))
      )
      const [outer, inner] = spans
      assert.strictEqual(inner!.parent._tag === "Some" && inner!.parent.value, outer)
    }))
})
