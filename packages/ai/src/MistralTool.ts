/**
 * The tools that Mistral runs itself, for a toolkit of `effect/ai`: web search, code, images, documents and connectors.
 *
 * They need no handler. A toolkit may have them beside tools of its own:
 *
 * ```ts
 * import { MistralTool } from "@effect-mistral/ai"
 * import { Schema } from "effect"
 * import { Tool, Toolkit } from "effect/ai"
 *
 * const weather = Tool.make("get_weather", {
 *   parameters: Schema.Struct({ city: Schema.String }),
 *   success: Schema.String
 * })
 *
 * export const toolkit = Toolkit.make(weather, MistralTool.WebSearch())
 * ```
 *
 * *Gotchas*: Mistral's pages do not agree on these tools. Its OpenAPI file lists them for chat completions, and its page on
 * connectors shows responses in which Mistral ran them. Its page on web search says that completions do not support it, and
 * names conversations and agents. Regional hosts take function tools only. So a server may refuse them: the call then fails
 * with an `InvalidRequestError` that has the server's own words.
 *
 * *Details*: a call that Mistral ran comes as a `tool-call` with `providerExecuted: true` and its `tool-result`. Mistral
 * describes neither arguments nor results of its tools, so both are `unknown`. In a request that sends history back, they
 * are left out: Mistral does not take them.
 *
 * @see https://docs.mistral.ai/api/endpoint/chat
 * @see https://docs.mistral.ai/cookbooks/mistral-connectors-05-connectors-in-completions
 * @since 0.1.0
 */
import * as ToolSchema from "@effect-mistral/core/ToolSchema"
import * as Tool from "effect/ai/Tool"
import * as Schema from "effect/Schema"

/**
 * A tool that Mistral runs, by its type in Mistral's API and its name in the toolkit.
 *
 * @category models
 * @since 0.1.0
 */
export type BuiltIn<Type extends string, Name extends string, Args extends Schema.Constraint> = Tool.ProviderDefined<
  `mistral.${Type}`,
  Name,
  {
    readonly args: Args
    readonly parameters: typeof Schema.Unknown
    readonly success: typeof Schema.Unknown
    readonly failure: typeof Schema.Never
    readonly failureMode: "error"
  },
  false
>

const builtIn = <const Type extends string, const Name extends string, Args extends Schema.Constraint>(
  type: Type,
  customName: Name,
  argsSchema: Args,
  args: Args["Encoded"]
): BuiltIn<Type, Name, Args> => {
  const made = Tool.providerDefined({
    id: `mistral.${type}`,
    customName,
    providerName: type,
    args: argsSchema,
    parameters: Schema.Unknown,
    success: Schema.Unknown
  })
  return made(args)
}

const configured = Schema.Struct({ tool_configuration: ToolSchema.WebSearch.fields.tool_configuration })

/**
 * The options of a tool that has no other than its configuration: the actions that the model may take, and those that need
 * a confirmation.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends Schema.Codec.Encoded<typeof configured> {}

/**
 * A search of the web.
 *
 * *Gotchas*: Mistral's page on web search says that chat completions do not support it, its OpenAPI file that they do.
 *
 * @see https://docs.mistral.ai/api/endpoint/chat
 * @category tools
 * @since 0.1.0
 */
export const WebSearch = (options: Options = {}): BuiltIn<"web_search", "MistralWebSearch", typeof configured> =>
  builtIn("web_search", "MistralWebSearch", configured, options)

/**
 * A search of the web, and of news agencies that Mistral has contracts with.
 *
 * *Gotchas*: Mistral's page on web search says that chat completions do not support it, its OpenAPI file that they do.
 *
 * @see https://docs.mistral.ai/api/endpoint/chat
 * @category tools
 * @since 0.1.0
 */
export const WebSearchPremium = (
  options: Options = {}
): BuiltIn<"web_search_premium", "MistralWebSearchPremium", typeof configured> =>
  builtIn("web_search_premium", "MistralWebSearchPremium", configured, options)

/**
 * A sandbox in which the model runs the code that it writes.
 *
 * *Gotchas*: Mistral's pages show it with conversations and agents; for chat completions it is in the OpenAPI file alone.
 *
 * @see https://docs.mistral.ai/api/endpoint/chat
 * @category tools
 * @since 0.1.0
 */
export const CodeInterpreter = (
  options: Options = {}
): BuiltIn<"code_interpreter", "MistralCodeInterpreter", typeof configured> =>
  builtIn("code_interpreter", "MistralCodeInterpreter", configured, options)

/**
 * The generation of images.
 *
 * *Gotchas*: Mistral's pages show it with conversations and agents; for chat completions it is in the OpenAPI file alone. An
 * image comes as the id of a file, which is kept in the metadata of the response.
 *
 * @see https://docs.mistral.ai/api/endpoint/chat
 * @category tools
 * @since 0.1.0
 */
export const ImageGeneration = (
  options: Options = {}
): BuiltIn<"image_generation", "MistralImageGeneration", typeof configured> =>
  builtIn("image_generation", "MistralImageGeneration", configured, options)

const library = Schema.Struct({
  library_ids: ToolSchema.DocumentLibrary.fields.library_ids,
  tool_configuration: ToolSchema.DocumentLibrary.fields.tool_configuration
})

/**
 * The options of a search in document libraries: their ids, at least one.
 *
 * @category models
 * @since 0.1.0
 */
export interface DocumentLibraryOptions extends Schema.Codec.Encoded<typeof library> {}

/**
 * A search in document libraries that were made with Mistral.
 *
 * *Gotchas*: Mistral's pages show it with conversations and agents; for chat completions it is in the OpenAPI file alone.
 *
 * @see https://docs.mistral.ai/api/endpoint/chat
 * @category tools
 * @since 0.1.0
 */
export const DocumentLibrary = (
  options: DocumentLibraryOptions
): BuiltIn<"document_library", "MistralDocumentLibrary", typeof library> =>
  builtIn("document_library", "MistralDocumentLibrary", library, options)

const connector = Schema.Struct({
  connector_id: ToolSchema.Connector.fields.connector_id,
  authorization: ToolSchema.Connector.fields.authorization,
  tool_configuration: ToolSchema.Connector.fields.tool_configuration
})

/**
 * The options of a connector: its id, the authorization that it needs, and its configuration.
 *
 * @category models
 * @since 0.1.0
 */
export interface ConnectorOptions extends Schema.Codec.Encoded<typeof connector> {}

/**
 * A connector that is registered with Mistral, by its name or id.
 *
 * *Details*: a toolkit has one tool of each name. `name`, which is not sent, tells several connectors apart.
 *
 * @see https://docs.mistral.ai/cookbooks/mistral-connectors-05-connectors-in-completions
 * @category tools
 * @since 0.1.0
 */
export const Connector = <const Name extends string = "MistralConnector">(
  { name, ...options }: ConnectorOptions & { readonly name?: Name | undefined }
): BuiltIn<"connector", Name, typeof connector> =>
  // The cast is safe: where there is no name, `Name` is the default.
  builtIn("connector", name ?? "MistralConnector" as Name, connector, options)
