/**
 * Tools a model may call, the calls it makes, and which of them it must make.
 *
 * @see https://docs.mistral.ai/capabilities/function_calling
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { looseStruct, nullable, nullish } from "./WireSchema.ts"

/**
 * A JSON object with any values, for JSON Schemas and metadata.
 *
 * @category schemas
 * @since 0.1.0
 */
export const JsonObject = Schema.Record(Schema.String, Schema.Unknown)

/**
 * Which actions of a built-in tool or connector the model may take, and which need a confirmation.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Configuration = Schema.Struct({
  exclude: nullable(Schema.Array(Schema.String)),
  include: nullable(Schema.Array(Schema.String)),
  requires_confirmation: nullable(Schema.Array(Schema.String))
})

/**
 * A function of yours: its name, what it does, and a JSON Schema of its arguments.
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

const builtIn = <const Type extends string>(type: Type) =>
  Schema.Struct({ type: Schema.Literal(type), tool_configuration: nullable(Configuration) })

/**
 * Web search, run by Mistral.
 *
 * @category schemas
 * @since 0.1.0
 */
export const WebSearch = builtIn("web_search")

/**
 * Web search with news agencies, run by Mistral.
 *
 * @category schemas
 * @since 0.1.0
 */
export const WebSearchPremium = builtIn("web_search_premium")

/**
 * A sandbox for code, run by Mistral.
 *
 * @category schemas
 * @since 0.1.0
 */
export const CodeInterpreter = builtIn("code_interpreter")

/**
 * Image generation, run by Mistral.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ImageGeneration = builtIn("image_generation")

/**
 * Search in your document libraries, run by Mistral. At least one library id.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DocumentLibrary = Schema.Struct({
  type: Schema.Literal("document_library"),
  tool_configuration: nullable(Configuration),
  library_ids: Schema.Array(Schema.String).check(Schema.isMinLength(1))
})

/**
 * A connector registered with Mistral, with the authorization it needs.
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
 * Any tool of a request. The `type` is always sent: the server tells the kinds apart by it.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Tool = Schema.Union([
  Function,
  WebSearch,
  WebSearchPremium,
  CodeInterpreter,
  ImageGeneration,
  DocumentLibrary,
  Connector
])

/**
 * Any tool of a request.
 *
 * @category models
 * @since 0.1.0
 */
export type Tool = typeof Tool.Type

/**
 * Whether the model calls a tool: `auto`, `none`, `any` or `required` (both: at least one), or one function by name.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Choice = Schema.Union([
  Schema.Literals(["auto", "none", "any", "required"]),
  Schema.Struct({
    type: Schema.optional(Schema.Literal("function")),
    function: Schema.Struct({ name: Schema.String })
  })
])

/**
 * Whether the model calls a tool, and which.
 *
 * @category models
 * @since 0.1.0
 */
export type Choice = typeof Choice.Type

const args = Schema.Union([Schema.String, JsonObject])

/**
 * A call in an assistant message of a request. `arguments` is JSON text, or the object itself.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Call = Schema.Struct({
  id: Schema.optional(Schema.String),
  type: Schema.optional(Schema.Literal("function")),
  function: Schema.Struct({ name: Schema.String, arguments: args }),
  index: Schema.optional(Schema.Int)
})

/**
 * A call in an assistant message of a request.
 *
 * @category models
 * @since 0.1.0
 */
export type Call = typeof Call.Type

/**
 * A call as the server sends it. `id`, `type` and `index` may be absent; `arguments` is JSON text, or the object itself.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ReceivedCall = looseStruct({
  id: nullish(Schema.String),
  type: nullish(Schema.String),
  function: looseStruct({ name: Schema.String, arguments: args }),
  index: nullish(Schema.Int)
})

/**
 * A call as the server sends it.
 *
 * @category models
 * @since 0.1.0
 */
export type ReceivedCall = typeof ReceivedCall.Type

/**
 * A call, or a fragment of one, in a streamed chunk. A fragment that continues a call leaves the name empty or out.
 *
 * @category schemas
 * @since 0.1.0
 */
export const CallDelta = looseStruct({
  id: nullish(Schema.String),
  type: nullish(Schema.String),
  function: looseStruct({ name: nullish(Schema.String), arguments: nullish(args) }),
  index: nullish(Schema.Int)
})

/**
 * A call, or a fragment of one, in a streamed chunk.
 *
 * @category models
 * @since 0.1.0
 */
export type CallDelta = typeof CallDelta.Type

/**
 * Makes a function tool from a name and a JSON Schema of its arguments.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: {
  readonly name: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly description?: string | undefined
  readonly strict?: boolean | undefined
}): typeof Function.Type => ({
  type: "function",
  function: {
    name: options.name,
    ...(options.description === undefined ? undefined : { description: options.description }),
    ...(options.strict === undefined ? undefined : { strict: options.strict }),
    parameters: options.parameters
  }
})
