/** What this library sends, compared with Mistral's OpenAPI file. The file stays outside the project. */
import * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import * as Content from "@effect-mistral/core/Content"
import * as Embedding from "@effect-mistral/core/Embedding"
import * as Endpoint from "@effect-mistral/core/Endpoint"
import * as Message from "@effect-mistral/core/Message"
import * as Moderation from "@effect-mistral/core/Moderation"
import * as ResponseFormat from "@effect-mistral/core/ResponseFormat"
import * as Tool from "@effect-mistral/core/Tool"
import { assert, describe, it } from "@effect/vitest"
import * as Yaml from "effect/encoding/Yaml"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..")
const file = path.resolve(repository, "../shared/spec/mistral-openapi.yaml")

if (fs.existsSync(file)) compareAll(read(file))
else {
  it("says why nothing is compared with the OpenAPI file", () => {
    console.log("shared/spec/mistral-openapi.yaml is not beside the project: endpoints not compared")
  })
}

// Effect's parser does not know a sequence that begins on the line of its own dash: there it is given a line of its own.
function read(file: string): OpenApi {
  return Yaml.parse(fs.readFileSync(file, "utf8").replace(/^( *)- (?=- )/gm, "$1-\n$1  ")) as OpenApi
}

function compareAll(openApi: OpenApi) {
  describe("every endpoint", () => {
    for (const endpoint of endpoints) {
      it(`${endpoint.name} is ${endpoint.method} ${endpoint.path} of the OpenAPI file`, () => {
        const operation = openApi.paths[endpoint.path]?.[endpoint.method.toLowerCase()]
        assert.isDefined(operation)
        assert.strictEqual(endpoint.request === Schema.Void, operation?.requestBody === undefined)
      })
    }

    it("is in the table here", () => {
      const known = new Set<unknown>(endpoints)
      const forgotten = Object.entries(Endpoint).filter(([, value]) =>
        typeof value !== "function" &&
        ("complete" in value ? [value.complete, value.stream] : [value]).some((one) => !known.has(one))
      )
      assert.deepStrictEqual(forgotten.map(([name]) => name), [])
    })

    for (const [name, endpoint] of Object.entries(bodies)) {
      it(`of ${name} takes that schema`, () => {
        const body = openApi.paths[endpoint.path]?.[endpoint.method.toLowerCase()]?.requestBody
        assert.strictEqual(
          body?.content["application/json"]?.schema.$ref,
          `#/components/schemas/${name}`
        )
      })
    }
  })

  describe("every struct of a request", () => {
    for (const [name, { fields, nameless = [] }] of Object.entries(structs)) {
      const spec = openApi.components.schemas[name]
      it(`has the keys of ${name}, no more and no fewer`, () => {
        assert.deepStrictEqual(Object.keys(fields).sort(), Object.keys(spec?.properties ?? {}).sort())
      })

      it(`requires what ${name} requires`, () => {
        const required = Object.entries(fields).filter(([, field]) => !takesNothing(field)).map(([key]) => key)
        assert.deepStrictEqual(required.sort(), [...new Set([...spec?.required ?? [], ...nameless])].sort())
      })

      it(`takes null where ${name} takes it`, () => {
        for (const [key, property] of Object.entries(spec?.properties ?? {})) {
          assert.strictEqual(takes(fields[key]!, null), takesNull(property), key)
        }
      })
    }
  })

  describe("every closed set of values", () => {
    for (const [name, schema] of Object.entries(enums)) {
      it(`is that of ${name}`, () => {
        const values = openApi.components.schemas[name]?.enum ?? []
        assert.isAbove(values.length, 0)
        for (const value of values) assert.isTrue(takes(schema, value), String(value))
        assert.deepStrictEqual(literals(schema).sort(), [...values].sort())
      })
    }
  })

  describe("every range of numbers", () => {
    for (const [name, fields] of Object.entries(ranged)) {
      for (const [key, property] of Object.entries(openApi.components.schemas[name]?.properties ?? {})) {
        const range = [property, ...property.anyOf ?? []].find(({ type }) => type === "number" || type === "integer")
        if (range === undefined) continue
        it(`is that of ${name}.${key}`, () => {
          const { exclusiveMinimum, maximum, minimum, type } = range
          const field = fields[key]!
          const step = type === "integer" ? 1 : 0.001
          if (minimum !== undefined) {
            assert.isTrue(takes(field, minimum))
            assert.isFalse(takes(field, minimum - step))
          }
          if (exclusiveMinimum !== undefined) {
            assert.isFalse(takes(field, exclusiveMinimum))
            assert.isTrue(takes(field, exclusiveMinimum + step))
          }
          if (maximum === undefined) assert.isTrue(takes(field, 1_000_000))
          else {
            assert.isTrue(takes(field, maximum))
            assert.isFalse(takes(field, maximum + step))
          }
          assert.strictEqual(takes(field, (minimum ?? exclusiveMinimum ?? 0) + 0.5), type === "number")
        })
      }
    }
  })
}

interface Property {
  readonly type?: string
  readonly enum?: ReadonlyArray<string>
  readonly anyOf?: ReadonlyArray<Property>
  readonly $ref?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
}

interface OpenApi {
  readonly paths: Record<
    string,
    Record<string, {
      readonly requestBody?: { readonly content: Record<string, { readonly schema: Property }> }
    }>
  >
  readonly components: {
    readonly schemas: Record<string, {
      readonly properties?: Record<string, Property>
      readonly required?: ReadonlyArray<string>
      readonly enum?: ReadonlyArray<string>
    }>
  }
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

const bodies: Record<string, { readonly method: string; readonly path: string }> = {
  ChatCompletionRequest: Endpoint.chat.complete,
  AgentsCompletionRequest: Endpoint.agents.complete,
  FIMCompletionRequest: Endpoint.fim.complete,
  EmbeddingRequest: Endpoint.createEmbeddings,
  ClassificationRequest: Endpoint.createModerations,
  ChatModerationRequest: Endpoint.createChatModerations
}

type Field = Schema.Constraint
type Fields = Readonly<Record<string, Field>>

interface Struct {
  readonly fields: Fields
  /** Keys that the file does not require, and this library does: the `type` or `role` that tells a union's kinds apart. */
  readonly nameless?: ReadonlyArray<string>
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
  AssistantMessage: { fields: Message.Assistant.fields, nameless: ["role"] },
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

// The checks need no services; a field's type parameters are of no interest here.
const takes = (schema: Field, value: unknown): boolean =>
  Exit.isSuccess(Schema.decodeUnknownExit(schema as Schema.Codec<unknown, unknown>)(value))

const takesNothing = (field: Field): boolean =>
  Exit.isSuccess(
    Schema.decodeUnknownExit(Schema.Struct({ field: field as Schema.Codec<unknown, unknown> }))({})
  )

const takesNull = (property: Property): boolean =>
  property.type === "null" || (property.anyOf ?? []).some((one) => takesNull(one)) ||
  // A property that says nothing of its type takes anything.
  (property.type === undefined && property.anyOf === undefined && property.$ref === undefined &&
    !("oneOf" in property) && !("const" in property) && !("enum" in property))

/** The texts a schema names, at its top or in a union there. */
const literals = (schema: Field): Array<string> => {
  const walk = (ast: Schema.Top["ast"]): Array<string> =>
    ast._tag === "Literal" && typeof ast.literal === "string"
      ? [ast.literal]
      : ast._tag === "Union"
      ? ast.types.flatMap(walk)
      : []
  return walk(schema.ast)
}
