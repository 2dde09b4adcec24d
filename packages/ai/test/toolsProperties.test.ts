/** Tools of generated schemas: a value that a model writes, in any form, comes back to the handler as the same value. */
import { MistralLanguageModel } from "@effect-mistral/ai"
import { MistralClient } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Exit, Layer, Schema } from "effect"
import { LanguageModel, OpenAiStructuredOutput, Tool, Toolkit } from "effect/ai"
import { generatedParameters } from "../../core/test/fixtures/generatedParameters.ts"
import { strictArguments } from "../../core/test/fixtures/strictArguments.ts"
import { comparable } from "./fixtures/comparable.ts"

const seeds = Array.from({ length: 40 }, (_, seed) => seed)

type AnySchema = Schema.Codec<unknown, unknown>

/** The JSON of a value in each form in which a model may write it. */
const formsOf = (schema: AnySchema, parameters: Readonly<Record<string, unknown>>, value: unknown) =>
  Effect.gen(function*() {
    const plain = yield* Schema.encodeUnknownEffect(Schema.toCodecJson(schema))(value)
    return [plain, strictArguments(parameters, plain), ...openAiForm(schema, value)]
  })

/** `effect/ai` cannot write all values of all schemas. */
const openAiForm = (schema: AnySchema, value: unknown): ReadonlyArray<unknown> => {
  try {
    const written = Schema.encodeUnknownExit(OpenAiStructuredOutput.toCodecOpenAI(schema).codec)(value)
    return Exit.isSuccess(written) ? [written.value] : []
  } catch {
    return []
  }
}

describe("the parameters of a tool of any schema", () => {
  it.effect(
    "come to its handler as the value that the model wrote, and fit the encoded side of the schema",
    () =>
      Effect.gen(function*() {
        for (const seed of seeds) {
          const schema = generatedParameters(seed)
          const got: Array<unknown> = []
          const toolkit = Toolkit.make(Tool.make("f", { parameters: schema }))
          let args: unknown = {}
          const server = (request: ScriptedHttpClient.SeenRequest) => {
            sent = request.body
            const call = { id: "call00001", function: { name: "f", arguments: JSON.stringify(args) } }
            return ScriptedHttpClient.json(TestCompletion.response("", { toolCalls: [call] }))
          }
          let sent: unknown
          const model = MistralLanguageModel.model("m").pipe(
            Layer.provide(MistralClient.layer({})),
            Layer.provide(ScriptedHttpClient.layer(server)),
            Layer.merge(toolkit.toLayer({ f: (params) => Effect.sync(() => void got.push(params)) }))
          )
          yield* Effect.gen(function*() {
            yield* LanguageModel.generateText({
              prompt: "Hi",
              toolkit,
              disableToolCallResolution: true,
              toolCallValidation: "deferred"
            })
            for (const value of yield* Arbitrary.sampleEffect(Arbitrary.schema(schema), { count: 2, seed, size: 4 })) {
              for (const form of yield* formsOf(schema, parametersOf(sent), value)) {
                args = form
                const context = `seed ${seed}: ${JSON.stringify(form)}`
                got.length = 0
                yield* LanguageModel.generateText({ prompt: "Hi", toolkit })
                assert.deepStrictEqual(comparable(got), comparable([value]), context)
                const unresolved = yield* LanguageModel.generateText({
                  prompt: "Hi",
                  toolkit,
                  disableToolCallResolution: true
                })
                // This part was decoded by the encoded side of the schema.
                const decoded = yield* Schema.decodeUnknownEffect(schema)(unresolved.toolCalls[0]?.params)
                assert.deepStrictEqual(comparable(decoded), comparable(value), context)
              }
            }
          }).pipe(Effect.provide(model))
        }
      }),
    120_000
  )
})

/** The JSON Schema of the parameters of the one tool of a request. */
const parametersOf = (body: unknown) =>
  // The cast is safe: the body is that of a request with one function.
  (body as { readonly tools: ReadonlyArray<{ readonly function: { readonly parameters: Record<string, unknown> } }> })
    .tools[0]!.function.parameters
