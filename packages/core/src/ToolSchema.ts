/**
 * The schemas and types of the tools that a model may call, of the calls that it makes, and of the choice between them.
 *
 * `Tool` re-exports all of them, with the functions that make tools and read calls.
 *
 * @see https://docs.mistral.ai/capabilities/function_calling
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { nonEmpty } from "./internal/schema/checks.ts"
import { looseStruct, type NamedStruct, nullable, nullish } from "./WireSchema.ts"

/**
 * The schema of a JSON object with any values, as JSON Schemas and metadata are.
 *
 * @category schemas
 * @since 0.1.0
 */
export const JsonObject = Schema.Record(Schema.String, Schema.Unknown)

const configuration = Schema.Struct({
  exclude: nullable(Schema.Array(Schema.String)),
  include: nullable(Schema.Array(Schema.String)),
  requires_confirmation: nullable(Schema.Array(Schema.String))
})

/**
 * The configuration of a built-in tool or connector.
 *
 * @category models
 * @since 0.1.0
 */
export interface Configuration extends Schema.Schema.Type<typeof configuration> {}

/**
 * The schema of the configuration of a built-in tool or connector: the actions that the model may take, and those that
 * need a confirmation.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Configuration: NamedStruct<Configuration, typeof configuration> = configuration

/**
 * The schema of a function that the caller runs: its name, its description, and the JSON Schema of its arguments.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Function = Schema.Struct({
  type: Schema.Literal("function"),
  function: Schema.Struct({
    name: Schema.String,
    description: Schema.optional(Schema.String),
    strict: Schema.optional(Schema.Boolean),
    parameters: JsonObject
  })
})

/**
 * A function that the caller runs.
 *
 * @category models
 * @since 0.1.0
 */
export interface Function extends Schema.Schema.Type<typeof Function> {}

const builtIn = <const Type extends string>(type: Type) =>
  Schema.Struct({ type: Schema.Literal(type), tool_configuration: nullable(Configuration) })

/**
 * The schema of the web search that Mistral runs.
 *
 * @category schemas
 * @since 0.1.0
 */
export const WebSearch = builtIn("web_search")

/**
 * The web search that Mistral runs.
 *
 * @category models
 * @since 0.1.0
 */
export interface WebSearch extends Schema.Schema.Type<typeof WebSearch> {}

/**
 * The schema of the web search with news agencies that Mistral runs.
 *
 * @category schemas
 * @since 0.1.0
 */
export const WebSearchPremium = builtIn("web_search_premium")

/**
 * The web search with news agencies that Mistral runs.
 *
 * @category models
 * @since 0.1.0
 */
export interface WebSearchPremium extends Schema.Schema.Type<typeof WebSearchPremium> {}

/**
 * The schema of the sandbox in which Mistral runs code.
 *
 * @category schemas
 * @since 0.1.0
 */
export const CodeInterpreter = builtIn("code_interpreter")

/**
 * The sandbox in which Mistral runs code.
 *
 * @category models
 * @since 0.1.0
 */
export interface CodeInterpreter extends Schema.Schema.Type<typeof CodeInterpreter> {}

/**
 * The schema of the image generation that Mistral runs.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ImageGeneration = builtIn("image_generation")

/**
 * The image generation that Mistral runs.
 *
 * @category models
 * @since 0.1.0
 */
export interface ImageGeneration extends Schema.Schema.Type<typeof ImageGeneration> {}

/**
 * The schema of the search in document libraries that Mistral runs. It takes at least one library id.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DocumentLibrary = Schema.Struct({
  type: Schema.Literal("document_library"),
  tool_configuration: nullable(Configuration),
  library_ids: Schema.Array(Schema.String).check(nonEmpty())
})

/**
 * The search in document libraries that Mistral runs.
 *
 * @category models
 * @since 0.1.0
 */
export interface DocumentLibrary extends Schema.Schema.Type<typeof DocumentLibrary> {}

/**
 * The schema of a connector that is registered with Mistral, with the authorization that it needs.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Connector = Schema.Struct({
  type: Schema.Literal("connector"),
  connector_id: Schema.String,
  authorization: nullable(Schema.Union([
    Schema.Struct({ type: Schema.Literal("oauth2-token"), value: Schema.String }),
    Schema.Struct({ type: Schema.Literal("api-key"), value: Schema.String })
  ])),
  tool_configuration: nullable(Configuration)
})

/**
 * A connector that is registered with Mistral.
 *
 * @category models
 * @since 0.1.0
 */
export interface Connector extends Schema.Schema.Type<typeof Connector> {}

/**
 * A tool of a request.
 *
 * @category models
 * @since 0.1.0
 */
export type Tool =
  | Function
  | WebSearch
  | WebSearchPremium
  | CodeInterpreter
  | ImageGeneration
  | DocumentLibrary
  | Connector

/**
 * The schema of a tool of a request. The `type` is always sent because the server tells the kinds apart by it.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Tool: Schema.Codec<Tool> = Schema.Union([
  Function,
  WebSearch,
  WebSearchPremium,
  CodeInterpreter,
  ImageGeneration,
  DocumentLibrary,
  Connector
])

const choiceOfFunction = Schema.Struct({
  type: Schema.optional(Schema.Literal("function")),
  function: Schema.Struct({ name: Schema.String })
})

/**
 * The choice of one function, by its name.
 *
 * @category models
 * @since 0.1.0
 */
export interface FunctionChoice extends Schema.Schema.Type<typeof choiceOfFunction> {}

/**
 * A `tool_choice`: whether the model is to call a tool, and which.
 *
 * @category models
 * @since 0.1.0
 */
export type Choice = "auto" | "none" | "any" | "required" | FunctionChoice

/**
 * The schema of a `tool_choice`: `auto` (the model decides), `none`, `any` or `required` (both: at least one call), or one
 * function by its name.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Choice: Schema.Codec<Choice> = Schema.Union([
  Schema.Literals(["auto", "none", "any", "required"]),
  choiceOfFunction
])

const args = Schema.Union([Schema.String, JsonObject])

const call = Schema.Struct({
  id: Schema.optional(Schema.String),
  type: Schema.optional(Schema.Literal("function")),
  function: Schema.Struct({ name: Schema.String, arguments: args }),
  index: Schema.optional(Schema.Int)
})

/**
 * A tool call in an assistant message of a request.
 *
 * @category models
 * @since 0.1.0
 */
export interface Call extends Schema.Schema.Type<typeof call> {}

/**
 * The schema of a tool call in an assistant message of a request. `arguments` is JSON text, or the object itself.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Call: NamedStruct<Call, typeof call> = call

const receivedCall = looseStruct({
  id: nullish(Schema.String),
  type: nullish(Schema.String),
  function: looseStruct({ name: Schema.String, arguments: args }),
  index: nullish(Schema.Int)
})

/**
 * A tool call in a response.
 *
 * @category models
 * @since 0.1.0
 */
export interface ReceivedCall extends Schema.Schema.Type<typeof receivedCall> {}

/**
 * The schema of a tool call in a response. `id`, `type` and `index` may be absent; `arguments` is JSON text, or the object
 * itself.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ReceivedCall: Schema.Codec<ReceivedCall> = receivedCall

const callDelta = looseStruct({
  id: nullish(Schema.String),
  type: nullish(Schema.String),
  function: looseStruct({ name: nullish(Schema.String), arguments: nullish(args) }),
  index: nullish(Schema.Int)
})

/**
 * A tool call in a chunk, or a fragment of one.
 *
 * @category models
 * @since 0.1.0
 */
export interface CallDelta extends Schema.Schema.Type<typeof callDelta> {}

/**
 * The schema of a tool call in a chunk, or of a fragment of one. In a fragment that continues a call, the name is empty or
 * absent.
 *
 * @category schemas
 * @since 0.1.0
 */
export const CallDelta: Schema.Codec<CallDelta> = callDelta
