import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import * as MistralTool from "@effect-mistral/core/Tool"
import * as AiError from "effect/ai/AiError"
import * as Tool from "effect/ai/Tool"
import type * as JsonSchema from "effect/JsonSchema"
import * as Result from "effect/Result"
import { toJsonObject } from "../json/toJson.ts"
import { functionName } from "../names/functionName.ts"

type RequestTool = NonNullable<CompletionRequest.Chat["tools"]>[number]

type BuiltIn = Tool.AnyProviderDefined & { readonly id: `mistral.${string}` }

/** Whether a tool is one that Mistral runs. */
export const isBuiltIn = (tool: Tool.Any): tool is BuiltIn =>
  Tool.isProviderDefined(tool) && tool.id.startsWith("mistral.")

/** Converts a tool. `strict` counts where the tool itself says nothing. */
export const requestTool = (tool: Tool.Any, strict: boolean): Result.Result<RequestTool, AiError.AiErrorReason> =>
  Tool.isProviderDefined(tool) ? builtInTool(tool) : functionTool(tool, Tool.getStrictMode(tool) ?? strict)

const builtInTool = (tool: Tool.AnyProviderDefined): Result.Result<RequestTool, AiError.AiErrorReason> =>
  isBuiltIn(tool)
    // The cast is safe: the request is validated by its schema before it is sent.
    ? Result.succeed({ ...toJsonObject(tool.args ?? {}), type: tool.providerName } as unknown as RequestTool)
    : Result.fail(
      new AiError.ToolConfigurationError({
        toolName: tool.name,
        description: `${tool.id} is a tool of another provider. Mistral takes function tools and those of MistralTool`
      })
    )

/** Function tools by their tool: a schema is converted once, and its tool is sent often. */
const functions = [
  /* @__PURE__ */ new WeakMap<Tool.Any, MistralTool.Function>(),
  /* @__PURE__ */ new WeakMap<Tool.Any, MistralTool.Function>()
] as const

const functionTool = (tool: Tool.Any, strict: boolean): Result.Result<RequestTool, AiError.AiErrorReason> => {
  const known = functions[strict ? 1 : 0]
  const made = known.get(tool)
  if (made !== undefined) return Result.succeed(made)
  return Result.try({
    try: () => {
      const converted = convert(tool, strict)
      const named = { ...converted, function: { ...converted.function, name: functionName(tool.name) } }
      known.set(tool, named)
      return named
    },
    catch: (error) =>
      new AiError.UnsupportedSchemaError({ description: error instanceof Error ? error.message : String(error) })
  })
}

const convert = (tool: Tool.Any, strict: boolean): MistralTool.Function => {
  const { name } = tool
  const description = Tool.getDescription(tool)
  const jsonSchema = Tool.isDynamic(tool) ? tool.jsonSchema : undefined
  if (jsonSchema !== undefined) {
    // Only its author knows whether a JSON Schema has the strict form.
    return MistralTool.make({
      name,
      description,
      parameters: withProperties(jsonSchema),
      strict: Tool.getStrictMode(tool) === true ? true : undefined
    })
  }
  const { parametersSchema } = tool
  return parametersSchema.ast._tag === "Unknown" || parametersSchema.ast._tag === "Any"
    ? MistralTool.make({ name, description, parameters: withProperties({ type: "object" }) })
    : MistralTool.fromSchema({
      name,
      description,
      parameters: parametersSchema,
      // A `strict` that is false is left out: some servers do not know it.
      strict: strict ? true : undefined
    })
}

/** The JSON Schema of an object that names no keys is sent with `properties`, without which some servers refuse it. */
const withProperties = (schema: JsonSchema.JsonSchema): JsonSchema.JsonSchema =>
  schema["type"] === "object" && schema["properties"] === undefined ? { ...schema, properties: {} } : schema
