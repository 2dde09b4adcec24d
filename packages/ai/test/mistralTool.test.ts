/** The tools that Mistral runs. */
import { MistralTool } from "@effect-mistral/ai"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema, type Stream } from "effect"
import { type AiError, LanguageModel, Tool, Toolkit } from "effect/ai"
import { same } from "./fixtures/sameType.ts"
import { answer, scripted, sentTools } from "./fixtures/sentTools.ts"

const Weather = Tool.make("get_weather", { parameters: Schema.Struct({ city: Schema.String }), success: Schema.String })

const configuration = { include: ["search"], requires_confirmation: ["search"] }

const toolkit = Toolkit.make(
  Weather,
  MistralTool.WebSearch(),
  MistralTool.WebSearchPremium({ tool_configuration: configuration }),
  MistralTool.CodeInterpreter({}),
  MistralTool.ImageGeneration({ tool_configuration: null }),
  MistralTool.DocumentLibrary({ library_ids: ["l1", "l2"] }),
  MistralTool.Connector({ connector_id: "deepwiki" }),
  MistralTool.Connector({
    name: "Mail",
    connector_id: "gmail",
    authorization: { type: "oauth2-token", value: "t" },
    tool_configuration: undefined
  })
)

const Handlers = toolkit.toLayer({ get_weather: ({ city }) => Effect.succeed(`Sun in ${city}`) })

describe("a built-in tool", () => {
  it.effect("is sent by its type and its options", () =>
    Effect.gen(function*() {
      yield* LanguageModel.generateText({ prompt: "Hi", toolkit })
      const { tools } = yield* sentTools
      assert.deepStrictEqual((tools as ReadonlyArray<unknown>).slice(1), [
        { type: "web_search" },
        { type: "web_search_premium", tool_configuration: configuration },
        { type: "code_interpreter" },
        { type: "image_generation", tool_configuration: null },
        { type: "document_library", library_ids: ["l1", "l2"] },
        { type: "connector", connector_id: "deepwiki" },
        { type: "connector", connector_id: "gmail", authorization: { type: "oauth2-token", value: "t" } }
      ])
    }).pipe(Effect.provide(Handlers), Effect.provide(scripted([answer]))))

  it("has the names that toolkits and Mistral use", () => {
    const names = Object.values(toolkit.tools).flatMap((tool) =>
      Tool.isProviderDefined(tool) ? [[tool.id, tool.name, tool.providerName, tool.requiresHandler]] : []
    )
    assert.deepStrictEqual(names, [
      ["mistral.web_search", "MistralWebSearch", "web_search", false],
      ["mistral.web_search_premium", "MistralWebSearchPremium", "web_search_premium", false],
      ["mistral.code_interpreter", "MistralCodeInterpreter", "code_interpreter", false],
      ["mistral.image_generation", "MistralImageGeneration", "image_generation", false],
      ["mistral.document_library", "MistralDocumentLibrary", "document_library", false],
      ["mistral.connector", "MistralConnector", "connector", false],
      ["mistral.connector", "Mail", "connector", false]
    ])
  })

  it.effect("with options that Mistral does not take fails before anything is sent, without its secrets", () =>
    Effect.gen(function*() {
      const tools = Toolkit.make(
        MistralTool.DocumentLibrary({ library_ids: [] }),
        MistralTool.Connector({ connector_id: "c", authorization: { type: "api-key", value: "a secret" } })
      )
      const error = yield* Effect.flip(LanguageModel.generateText({ prompt: "Hi", toolkit: tools }))
      assert.strictEqual(error.reason._tag, "InvalidRequestError")
      assert.include(error.message, "library_ids")
      assert.notInclude(error.message, "a secret")
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      assert.deepStrictEqual(yield* requests, [])
    }).pipe(Effect.provide(scripted([answer]))))
})

describe("a call that Mistral ran", () => {
  const callOf = (name: string, id: string, args: unknown) => ({
    id,
    type: "function",
    function: { name, arguments: args },
    index: 0
  })
  const messages = [
    { role: "assistant", content: "", tool_calls: [callOf("web_search", "aB3dE6gH9", "{\"query\":\"x\"}")], index: 0 },
    { role: "tool", tool_call_id: "aB3dE6gH9", content: "result", index: 1, metadata: { source: "web" } },
    { role: "assistant", content: "", tool_calls: [callOf("gmail", "bB3dE6gH9", "not JSON")], index: 2 },
    { role: "tool", tool_call_id: "bB3dE6gH9", content: [{ type: "text", text: "mail" }], index: 3 },
    { role: "assistant", content: "Done.", index: 4 }
  ]
  const { choices: _, ...head } = TestCompletion.response("")
  const response = ScriptedHttpClient.json({ ...head, choices: [{ index: 0, finish_reason: "stop", messages }] })

  it.effect("comes with its result, whatever its arguments and its result are, and runs no handler", () =>
    Effect.gen(function*() {
      const { content, text } = yield* LanguageModel.generateText({ prompt: "Hi", toolkit })
      assert.strictEqual(text, "Done.")
      const parts = content.flatMap((part) =>
        part.type === "tool-call"
          ? [[part.name, part.providerExecuted, part.params]]
          : part.type === "tool-result"
          ? [[part.name, part.providerExecuted, part.result]]
          : []
      )
      assert.deepStrictEqual<unknown>(parts, [
        ["MistralWebSearch", true, { query: "x" }],
        ["MistralWebSearch", true, "result"],
        ["Mail", true, "not JSON"],
        ["Mail", true, [{ type: "text", text: "mail" }]]
      ])
    }).pipe(Effect.provide(Handlers), Effect.provide(scripted([response]))))

  it.effect("of a tool that the toolkit lacks is in the metadata", () =>
    Effect.gen(function*() {
      const weather = Toolkit.make(Weather)
      const { content } = yield* LanguageModel.generateText({ prompt: "Hi", toolkit: weather }).pipe(
        Effect.provide(weather.toLayer({ get_weather: () => Effect.die("the handler ran") }))
      )
      assert.deepStrictEqual(content.filter(({ type }) => type.startsWith("tool")), [])
      const finish = content.find((part) => part.type === "finish")
      assert.deepInclude(JSON.stringify(finish?.metadata.mistral), "web_search")
    }).pipe(Effect.provide(scripted([response]))))
})

describe("the types of a toolkit with built-in tools", () => {
  it("ask for handlers of the other tools only", () => {
    type Needed = Toolkit.HandlersFrom<typeof toolkit.tools>
    same<keyof Needed, "get_weather">(true)
  })

  it("add no failure and no service", () => {
    const text = LanguageModel.generateText({ prompt: "Hi", toolkit: Toolkit.make(MistralTool.WebSearch()) })
    same<Effect.Error<typeof text>, AiError.AiError>(true)
    same<Effect.Services<typeof text>, LanguageModel.LanguageModel>(true)
  })

  it("have the names of all tools, and unknown results", () => {
    const streamed = LanguageModel.streamText({ prompt: "Hi", toolkit })
    type Part = Stream.Success<typeof streamed>
    same<
      Extract<Part, { readonly type: "tool-call" }>["name"],
      | "get_weather"
      | "MistralWebSearch"
      | "MistralWebSearchPremium"
      | "MistralCodeInterpreter"
      | "MistralImageGeneration"
      | "MistralDocumentLibrary"
      | "MistralConnector"
      | "Mail"
    >(true)
    type Result = Extract<Part, { readonly type: "tool-result"; readonly name: "MistralWebSearch" }>["result"]
    same<Result, unknown>(true)
  })
})

/** These are checked by the compiler only. */
export const refusedOptions = () => {
  // @ts-expect-error: the libraries are missing
  MistralTool.DocumentLibrary({})
  // @ts-expect-error: no key of a configuration
  MistralTool.WebSearch({ tool_configuration: { includes: [] } })
  // @ts-expect-error: no option of the web search
  MistralTool.WebSearch({ library_ids: ["a"] })
  // @ts-expect-error: the id is missing
  MistralTool.Connector({ name: "Mail" })
}
