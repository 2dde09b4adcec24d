/** The tools and the tool choice of a request. */
import type { MistralLanguageModel } from "@effect-mistral/ai"
import { MistralTool } from "@effect-mistral/ai"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { type AiError, LanguageModel, Tool, Toolkit } from "effect/ai"
import { answer, scripted, sentBodies, sentTools } from "./fixtures/sentTools.ts"

const Weather = Tool.make("get_weather", {
  description: "The weather in a city",
  parameters: Schema.Struct({
    city: Schema.String.annotate({ description: "The name of the city" }),
    day: Schema.optionalKey(Schema.Date)
  }),
  success: Schema.String
})

const Now = Tool.make("get_time", { success: Schema.String })

const weatherFunction = {
  name: "get_weather",
  description: "The weather in a city",
  strict: true,
  parameters: {
    type: "object",
    properties: {
      city: { type: "string", description: "The name of the city" },
      day: {
        anyOf: [{ type: "string", format: "date-time" }, { type: "null" }],
        description: "A date and time in ISO 8601, such as 2026-01-31T09:30:00Z."
      }
    },
    required: ["city", "day"],
    additionalProperties: false
  }
}

const nowFunction = {
  name: "get_time",
  strict: true,
  parameters: { type: "object", properties: {}, required: [], additionalProperties: false }
}

type Choice = LanguageModel.ToolChoice<string>
type Config = Omit<MistralLanguageModel.ConfigOptions, "model">

/** Sends tools, whose calls are not resolved. */
const send = (tools: ReadonlyArray<Tool.Any>, toolChoice?: Choice, config?: Config) =>
  Effect.gen(function*() {
    yield* generate(tools, toolChoice)
    return yield* sentTools
  }).pipe(Effect.provide(scripted([answer], config)))

/** Sends tools that are refused, and returns the reason. Fails if a request was made. */
const refused = (tools: ReadonlyArray<Tool.Any>, toolChoice?: Choice, config?: Config) =>
  Effect.gen(function*() {
    const error = yield* Effect.flip(generate(tools, toolChoice))
    assert.deepStrictEqual(yield* sentBodies, [])
    return error.reason
  }).pipe(Effect.provide(scripted([answer], config)))

const generate = (tools: ReadonlyArray<Tool.Any>, toolChoice: Choice = "auto") =>
  // The cast is safe: no handler runs, so that nothing but the model is needed.
  LanguageModel.generateText({
    prompt: "Hi",
    toolkit: { tools: Toolkit.make(...tools).tools, handle: () => Effect.die("no tool is called") },
    toolChoice,
    disableToolCallResolution: true
  }) as Effect.Effect<unknown, AiError.AiError, LanguageModel.LanguageModel>

/** The one function that was sent. */
const functionOf = (tool: Tool.Any, config?: Config) =>
  Effect.map(send([tool], "auto", config), ({ tools }) => {
    // The cast is safe: the tool is a function.
    const [sent, ...others] = tools as ReadonlyArray<{ readonly type: string; readonly function: unknown }>
    assert.strictEqual(sent?.type, "function")
    assert.deepStrictEqual(others, [])
    return sent?.function as { readonly name: string; readonly parameters: unknown }
  })

describe("the tools of a request", () => {
  it.effect("are functions with a strict JSON Schema", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* send([Weather, Now]), {
        tools: [{ type: "function", function: weatherFunction }, { type: "function", function: nowFunction }],
        tool_choice: "auto"
      })
    }))

  it.effect("have the plain JSON Schema, and no key `strict`, where strict schemas are switched off", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual<unknown>(yield* functionOf(Weather, { strictJsonSchema: false }), {
        name: "get_weather",
        description: "The weather in a city",
        parameters: {
          type: "object",
          properties: {
            city: { type: "string", description: "The name of the city" },
            day: {
              type: "string",
              format: "date-time",
              description: "A date and time in ISO 8601, such as 2026-01-31T09:30:00Z."
            }
          },
          required: ["city"]
        }
      })
    }))

  it.effect("follow their own annotation before the configuration of the model", () =>
    Effect.gen(function*() {
      const plain = yield* functionOf(Weather.annotate(Tool.Strict, false))
      assert.notProperty(plain, "strict")
      assert.deepInclude(plain.parameters, { required: ["city"] })
      const strict = yield* functionOf(Weather.annotate(Tool.Strict, true), { strictJsonSchema: false })
      assert.deepStrictEqual<unknown>(strict, weatherFunction)
      const unsaid = yield* functionOf(Weather.annotate(Tool.Strict, undefined))
      assert.deepStrictEqual<unknown>(unsaid, weatherFunction)
    }))

  it.effect("are sent anew where only the configuration changed", () =>
    Effect.gen(function*() {
      for (const strictJsonSchema of [true, false, true]) {
        const sent = yield* functionOf(Weather, { strictJsonSchema })
        assert.strictEqual("strict" in sent, strictJsonSchema)
      }
    }))

  it.effect("have the description of their schema if they have none of their own", () =>
    Effect.gen(function*() {
      const parameters = Schema.Struct({ a: Schema.String }).annotate({ description: "A letter" })
      assert.propertyVal(yield* functionOf(Tool.make("f", { parameters })), "description", "A letter")
      assert.propertyVal(
        yield* functionOf(Tool.make("f", { parameters, description: "A tool" })),
        "description",
        "A tool"
      )
      assert.notProperty(yield* functionOf(Now), "description")
    }))

  it.effect("are absent, and so is the choice, without a toolkit or with an empty one", () =>
    Effect.gen(function*() {
      for (const choice of ["auto", "none", "required"] as const) assert.deepStrictEqual(yield* send([], choice), {})
      assert.deepStrictEqual(yield* send([Weather], { oneOf: [] }), {})
      const sent = Effect.andThen(LanguageModel.generateText({ prompt: "Hi" }), sentTools)
      assert.deepStrictEqual(yield* sent.pipe(Effect.provide(scripted([answer]))), {})
    }))
})

describe("a dynamic tool", () => {
  const parameters = {
    type: "object",
    properties: { query: { type: "string", minLength: 1 }, tags: { type: "array", items: { type: "string" } } },
    required: ["query"]
  } as const

  it.effect("is sent with its JSON Schema as it is, and strict only if it says so", () =>
    Effect.gen(function*() {
      const tool = Tool.dynamic("search", { description: "A search", parameters })
      const sent = { name: "search", description: "A search", parameters }
      assert.deepStrictEqual<unknown>(yield* functionOf(tool), sent)
      assert.deepStrictEqual<unknown>(yield* functionOf(tool, { strictJsonSchema: true }), sent)
      assert.deepStrictEqual<unknown>(yield* functionOf(tool.annotate(Tool.Strict, false)), sent)
      assert.deepStrictEqual<unknown>(yield* functionOf(tool.annotate(Tool.Strict, true)), { ...sent, strict: true })
    }))

  it.effect("is sent without the identifiers that Mistral does not compile", () =>
    Effect.gen(function*() {
      const identified = { $schema: "http://json-schema.org/draft-07/schema#", $id: "https://a.test/s", ...parameters }
      const { parameters: sent } = yield* functionOf(Tool.dynamic("search", { parameters: identified }))
      assert.deepStrictEqual(sent, parameters)
    }))

  it.effect("has properties, even none", () =>
    Effect.gen(function*() {
      const none = { name: "search", parameters: { type: "object", properties: {} } }
      assert.deepStrictEqual(yield* functionOf(Tool.dynamic("search", { parameters: { type: "object" } })), none)
      assert.deepStrictEqual(yield* functionOf(Tool.dynamic("search")), none)
      assert.deepStrictEqual(yield* functionOf(Tool.make("search", { parameters: Schema.Unknown })), none)
    }))

  it.effect("with a schema is sent like any tool", () =>
    Effect.gen(function*() {
      const tool = Tool.dynamic("get_weather", {
        description: Weather.description,
        parameters: Weather.parametersSchema
      })
      assert.deepStrictEqual<unknown>(yield* functionOf(tool), weatherFunction)
    }))
})

describe("a tool whose schema cannot be sent", () => {
  const cases: Record<string, readonly [tool: Tool.Any, words: string, config?: Config]> = {
    "a value without a JSON form": [
      Tool.make("count", { parameters: Schema.Struct({ by: Schema.Symbol }) }),
      "The parameters of the tool count: The schema cannot be sent to Mistral (at by): JSON has no symbols"
    ],
    "a union": [
      Tool.make("count", { parameters: Schema.Union([Schema.Struct({ a: Schema.String }), Schema.Struct({})]) }),
      "The parameters of the tool count must be the schema of an object with named keys, got that of a union. Wrap it"
    ],
    "a list": [
      Tool.make("count", { parameters: Schema.Array(Schema.String) }),
      "The parameters of the tool count must be the schema of an object with named keys, got that of a list. Wrap it"
    ],
    "a record, in strict mode": [
      Tool.make("count", { parameters: Schema.Record(Schema.String, Schema.Finite) }),
      "The parameters of the tool count must be the schema of an object with named keys, got that of a Record. Wrap it"
    ],
    "a text, in plain form": [
      Tool.make("count", { parameters: Schema.String }),
      "The parameters of the tool count must be the schema of an object, got that of a string. Wrap it",
      { strictJsonSchema: false }
    ]
  }
  for (const [name, [tool, words, config]] of Object.entries(cases)) {
    it.effect(`fails before anything is sent: ${name}`, () =>
      Effect.gen(function*() {
        for (const tools of [[tool], [Weather, tool]]) {
          const reason = yield* refused(tools, "auto", config)
          assert.strictEqual(reason._tag, "UnsupportedSchemaError")
          assert.include(reason.message, words)
          assert.isFalse(reason.isRetryable)
        }
      }))
  }

  it.effect("may have a plain form that can", () =>
    Effect.gen(function*() {
      const tool = Tool.make("count", { parameters: Schema.Record(Schema.String, Schema.Finite) })
      const { parameters } = yield* functionOf(tool, { strictJsonSchema: false })
      assert.deepStrictEqual(parameters, {
        type: "object",
        properties: {},
        additionalProperties: { type: "number" }
      })
    }))
})

describe("the name of a tool", () => {
  const nameOf = (name: string) => Effect.map(functionOf(Tool.make(name)), (sent) => sent.name)

  it.effect("is sent as it is if Mistral takes it", () =>
    Effect.gen(function*() {
      for (const name of ["a", "get_Weather-2", "x".repeat(64)]) assert.strictEqual(yield* nameOf(name), name)
    }))

  it.effect("is cleaned if Mistral does not take it, and stays one of its own", () =>
    Effect.gen(function*() {
      const others = ["files.read", "files/read", "größe", "x".repeat(65), `${"x".repeat(65)}y`, " ", "a b"]
      const names = new Set<string>()
      for (const other of others) {
        const name = yield* nameOf(other)
        assert.match(name, /^[\w-]{1,64}$/)
        assert.strictEqual(yield* nameOf(other), name)
        names.add(name)
      }
      assert.strictEqual(names.size, others.length)
      assert.match(yield* nameOf("files.read"), /^files_read_[A-Za-z0-9]{9}$/)
    }))

  it.effect("is the same in a choice", () =>
    Effect.gen(function*() {
      const name = yield* nameOf("files.read")
      const { tool_choice } = yield* send([Tool.make("files.read"), Now], { tool: "files.read" })
      assert.deepStrictEqual(tool_choice, { type: "function", function: { name } })
    }))
})

describe("the tool choice", () => {
  const both = [{ type: "function", function: weatherFunction }, { type: "function", function: nowFunction }]
  const search = { type: "web_search" }
  const tools = [Weather, Now, MistralTool.WebSearch()]

  it.effect("is one of Mistral's words", () =>
    Effect.gen(function*() {
      for (const [choice, word] of [["auto", "auto"], ["none", "none"], ["required", "any"]] as const) {
        assert.deepStrictEqual(yield* send(tools, choice), { tools: [...both, search], tool_choice: word })
      }
    }))

  it.effect("names a function, beside all tools", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* send(tools, { tool: "get_time" }), {
        tools: [...both, search],
        tool_choice: { type: "function", function: { name: "get_time" } }
      })
    }))

  it.effect("of a built-in tool is that tool alone, and any", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* send(tools, { tool: "MistralWebSearch" }), {
        tools: [search],
        tool_choice: "any"
      })
    }))

  it.effect("of some tools is those tools, with the mode", () =>
    Effect.gen(function*() {
      const oneOf = ["get_time", "MistralWebSearch"]
      const sent = [both[1], search]
      assert.deepStrictEqual(yield* send(tools, { oneOf }), { tools: sent, tool_choice: "auto" })
      assert.deepStrictEqual(yield* send(tools, { oneOf, mode: "auto" }), { tools: sent, tool_choice: "auto" })
      assert.deepStrictEqual(yield* send(tools, { oneOf, mode: "required" }), { tools: sent, tool_choice: "any" })
    }))

  it.effect("of a tool that the toolkit lacks fails before anything is sent", () =>
    Effect.gen(function*() {
      const reason = yield* refused(tools, { tool: "get_weahter" })
      assert.strictEqual(reason._tag, "InvalidUserInputError")
      assert.include(reason.message, "get_weahter")
    }))
})

describe("a provider-defined tool of another provider", () => {
  const Bash = Tool.providerDefined({ id: "anthropic.bash", customName: "AnthropicBash", providerName: "bash" })(
    undefined
  )

  it.effect("fails before anything is sent, by its name", () =>
    Effect.gen(function*() {
      for (const choice of ["auto", { tool: "AnthropicBash" }] as const) {
        const reason = yield* refused([Weather, Bash], choice)
        assert.strictEqual(reason._tag, "ToolConfigurationError")
        assert.include(reason.message, "AnthropicBash")
        assert.include(reason.message, "anthropic.bash")
        assert.isFalse(reason.isRetryable)
      }
    }))

  it.effect("does no harm where it may not be called", () =>
    Effect.gen(function*() {
      const { tools } = yield* send([Now, Bash], { oneOf: ["get_time"] })
      assert.deepStrictEqual(tools, [{ type: "function", function: nowFunction }])
    }))
})
