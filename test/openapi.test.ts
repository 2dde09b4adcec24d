/** The requests of this library, compared with Mistral's OpenAPI file. */
import * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import * as Content from "@effect-mistral/core/Content"
import * as Embedding from "@effect-mistral/core/Embedding"
import * as Endpoint from "@effect-mistral/core/Endpoint"
import * as Message from "@effect-mistral/core/Message"
import * as Model from "@effect-mistral/core/Model"
import * as Moderation from "@effect-mistral/core/Moderation"
import * as ResponseFormat from "@effect-mistral/core/ResponseFormat"
import * as Tool from "@effect-mistral/core/Tool"
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import {
  compareEnum,
  compareRanges,
  compareStruct,
  type Field,
  type Fields,
  type Struct
} from "./openapi/comparison.ts"
import { nameOf, type OpenApi, operationOf, schemaOf, withSpecification } from "./openapi/specification.ts"

withSpecification(compareAll)

function compareAll(openApi: OpenApi) {
  describe("every endpoint", () => {
    for (const endpoint of endpoints) {
      it(`${endpoint.name} is ${endpoint.method} ${endpoint.path} of the OpenAPI file`, () => {
        const operation = operationOf(openApi, endpoint)
        assert.isDefined(operation)
        assert.strictEqual(endpoint.request === Schema.Void, operation?.requestBody === undefined)
      })
    }

    for (const endpoint of endpoints) {
      it(`${endpoint.name} takes the parameters of the file in its path and its query`, () => {
        const given = operationOf(openApi, endpoint)?.parameters ?? []
        const names = (place: string) => given.filter((one) => one.in === place).map(({ name }) => name).sort()
        assert.deepStrictEqual([...endpoint.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort(), names("path"))
        assert.deepStrictEqual(Object.keys(queries[endpoint.name]?.fields ?? {}).sort(), names("query"))
      })
    }

    it("of the models in the file is here", () => {
      const inFile = Object.entries(openApi.paths)
        .filter(([path]) => path.startsWith("/v1/models"))
        .flatMap(([path, operations]) => Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`))
      const here = endpoints.map(({ method, path }) => `${method} ${path}`)
      assert.deepStrictEqual(inFile.sort(), here.filter((one) => one.includes("/v1/models")).sort())
    })

    it("is in the table here", () => {
      // Mistral has these in another file, with which test/ocrOpenapi.test.ts compares them.
      const known = new Set<unknown>([...endpoints, Endpoint.classify, Endpoint.classifyChat, Endpoint.processOcr])
      const forgotten = Object.entries(Endpoint).filter(([, value]) =>
        typeof value !== "function" &&
        ("complete" in value ? [value.complete, value.stream] : [value]).some((one) => !known.has(one))
      )
      assert.deepStrictEqual(forgotten.map(([name]) => name), [])
    })

    for (const [name, endpoint] of Object.entries(bodies)) {
      it(`of ${name} takes that schema`, () => {
        assert.strictEqual(nameOf(schemaOf(operationOf(openApi, endpoint)?.requestBody)), name)
      })
    }
  })

  const { schemas } = openApi.components

  describe("every struct of a request", () => {
    for (const [name, struct] of Object.entries(structs)) compareStruct(name, schemas[name], struct)
  })

  describe("every closed set of values", () => {
    for (const [name, schema] of Object.entries(enums)) compareEnum(name, schemas[name]?.enum, schema)
  })

  describe("every range of numbers", () => {
    for (const [name, fields] of Object.entries(ranged)) compareRanges(name, schemas[name], fields)
  })
}

const endpoints: ReadonlyArray<{
  readonly name: string
  readonly method: string
  readonly path: string
  readonly request: unknown
}> = [
  Endpoint.chat.complete,
  Endpoint.chat.stream,
  Endpoint.agents.complete,
  Endpoint.agents.stream,
  Endpoint.fim.complete,
  Endpoint.fim.stream,
  Endpoint.listModels,
  Endpoint.fetchModel,
  Endpoint.createEmbeddings,
  Endpoint.createModerations,
  Endpoint.createChatModerations
]

/** The query parameters of an endpoint, by its name. */
const queries: Record<string, { readonly fields: Fields }> = { "Models.list": Model.ListQuery }

const bodies: Record<string, { readonly method: string; readonly path: string }> = {
  ChatCompletionRequest: Endpoint.chat.complete,
  AgentsCompletionRequest: Endpoint.agents.complete,
  FIMCompletionRequest: Endpoint.fim.complete,
  EmbeddingRequest: Endpoint.createEmbeddings,
  ClassificationRequest: Endpoint.createModerations,
  ChatModerationRequest: Endpoint.createChatModerations
}

const structs: Record<string, Struct> = {
  ChatCompletionRequest: CompletionRequest.Chat,
  AgentsCompletionRequest: CompletionRequest.Agents,
  FIMCompletionRequest: CompletionRequest.Fim,
  EmbeddingRequest: Embedding.Request,
  ClassificationRequest: Moderation.Request,
  ChatModerationRequest: Moderation.ChatRequest,
  Prediction: CompletionRequest.Prediction,
  ResponseFormat: ResponseFormat.ResponseFormat,
  JsonSchema: ResponseFormat.JsonSchema,
  SystemMessage: { fields: Message.System.fields, nameless: ["role"] },
  UserMessage: { fields: Message.User.fields, nameless: ["role"] },
  AssistantMessage: {
    fields: Message.Assistant.fields,
    nameless: ["role"],
    foreign: ["reasoning_content", "reasoning", "reasoning_details"]
  },
  ToolMessage: { fields: Message.ToolResult.fields, nameless: ["role"] },
  TextChunk: { fields: Content.Text.fields, nameless: ["type"] },
  ImageURLChunk: { fields: Content.ImageUrl.fields, nameless: ["type"] },
  DocumentURLChunk: { fields: Content.DocumentUrl.fields, nameless: ["type"] },
  FileChunk: { fields: Content.File.fields, nameless: ["type"] },
  ReferenceChunk: { fields: Content.Reference.fields, nameless: ["type"] },
  ThinkChunk: { fields: Content.Thinking.fields, nameless: ["type"] },
  ToolReferenceChunk: { fields: Content.ToolReference.fields, nameless: ["type"] },
  AudioChunk: { fields: Content.InputAudio.fields, nameless: ["type"] },
  Tool: { fields: Tool.Function.fields, nameless: ["type"] },
  Function: Tool.Function.fields.function,
  ToolConfiguration: Tool.Configuration,
  WebSearchTool: { fields: Tool.WebSearch.fields, nameless: ["type"] },
  WebSearchPremiumTool: { fields: Tool.WebSearchPremium.fields, nameless: ["type"] },
  CodeInterpreterTool: { fields: Tool.CodeInterpreter.fields, nameless: ["type"] },
  ImageGenerationTool: { fields: Tool.ImageGeneration.fields, nameless: ["type"] },
  DocumentLibraryTool: { fields: Tool.DocumentLibrary.fields, nameless: ["type"] },
  CustomConnector: { fields: Tool.Connector.fields, nameless: ["type"] },
  ToolCall: Tool.Call,
  FunctionCall: Tool.Call.fields.function
}

const ranged: Record<string, Fields> = {
  ChatCompletionRequest: CompletionRequest.Chat.fields,
  AgentsCompletionRequest: CompletionRequest.Agents.fields,
  FIMCompletionRequest: CompletionRequest.Fim.fields,
  EmbeddingRequest: Embedding.Request.fields
}

const enums: Record<string, Field> = {
  ReasoningEffort: CompletionRequest.ReasoningEffort,
  RequestedServiceTier: CompletionRequest.Chat.fields.service_tier,
  MistralPromptMode: CompletionRequest.Chat.fields.prompt_mode,
  ToolChoiceEnum: Tool.Choice,
  ImageDetail: Content.ImageDetail,
  ResponseFormats: ResponseFormat.ResponseFormat.fields.type,
  EmbeddingDtype: Embedding.Request.fields.output_dtype,
  EncodingFormat: Embedding.Request.fields.encoding_format
}
