import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import * as AiError from "effect/ai/AiError"
import type * as LanguageModel from "effect/ai/LanguageModel"
import * as Tool from "effect/ai/Tool"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import { functionName } from "../names/functionName.ts"
import { encodedParameters } from "./encodedParameters.ts"
import { readArguments } from "./readArguments.ts"
import { isBuiltIn, requestTool } from "./requestTool.ts"

/** The tools of a request, and the reader of the calls that come back. */
export interface RequestTools {
  readonly body: Pick<CompletionRequest.Chat, "tools" | "tool_choice">
  readonly calls: ToolCalls
}

/** Reads the calls of a response by the tools of its request. */
export interface ToolCalls {
  /** The names of the tools of the toolkit, for errors. */
  readonly names: ReadonlyArray<string>
  /** Whether calls of tools that are not in the toolkit are returned as they are. */
  readonly deferred: boolean
  /** The name in the toolkit of a function that the model calls, `undefined` if the toolkit does not have it. */
  readonly nameOf: (name: string) => string | undefined
  /**
   * The name in the toolkit of a built-in tool that Mistral runs, `undefined` if the toolkit does not have it. A response
   * may name it by its type, by its name in the toolkit, or by the id of its connector.
   */
  readonly builtInNameOf: (type: string) => string | undefined
  /**
   * The parameters of a call in the encoded form of its tool's schema. Arguments that are not JSON, or do not fit, are
   * returned as they are, so that `Toolkit` reports them. `name` is the one in the toolkit.
   */
  readonly parametersOf: (name: string, args: unknown) => unknown
}

/** The options of a model that say how tools are sent. */
export interface ToolSettings {
  readonly strictJsonSchema?: boolean | undefined
}

type Options = Pick<LanguageModel.ProviderOptions, "tools" | "toolChoice" | "toolCallValidation">

/** Converts the tools and the tool choice of a request. Without tools, it has neither. */
export const requestTools = (
  options: Options,
  { strictJsonSchema = true }: ToolSettings
): Result.Result<RequestTools, AiError.AiErrorReason> =>
  Result.gen(function*() {
    const { tools } = options
    const { only, tool_choice } = yield* choiceOf(options)
    const sent = yield* Result.all((only ?? tools).map((tool) => requestTool(tool, strictJsonSchema)))
    return {
      body: sent.length === 0 ? {} : { tools: sent, tool_choice },
      calls: toolCalls(options)
    }
  })

interface Choice {
  readonly tool_choice: NonNullable<CompletionRequest.Chat["tool_choice"]>
  /** The tools that are sent, where they are not all. */
  readonly only?: ReadonlyArray<Tool.Any>
}

const choiceOf = ({ toolChoice, tools }: Options): Result.Result<Choice, AiError.AiErrorReason> => {
  if (typeof toolChoice === "string") return Result.succeed({ tool_choice: wordOf(toolChoice) })
  // `effect/ai` has left only those tools that may be called.
  if ("oneOf" in toolChoice) return Result.succeed({ tool_choice: wordOf(toolChoice.mode ?? "auto") })
  const chosen = tools.find(({ name }) => name === toolChoice.tool)
  if (chosen === undefined) {
    return Result.fail(
      new AiError.InvalidUserInputError({
        description: `The tool choice names the tool ${toolChoice.tool}, which the toolkit does not have`
      })
    )
  }
  return Result.succeed(
    Tool.isProviderDefined(chosen)
      // A choice names a function, which a built-in tool is not.
      ? { only: [chosen], tool_choice: "any" }
      : { tool_choice: { type: "function", function: { name: functionName(chosen.name) } } }
  )
}

const wordOf = (choice: "auto" | "none" | "required"): "auto" | "none" | "any" => choice === "required" ? "any" : choice

const toolCalls = ({ toolCallValidation, tools }: Options): ToolCalls => {
  const functions = new Map<string, Tool.Any>()
  const builtIns = new Map<string, string>()
  for (const tool of tools) {
    if (isBuiltIn(tool)) {
      for (const name of [tool.name, tool.providerName, connectorOf(tool)]) {
        if (name !== undefined && !builtIns.has(name)) builtIns.set(name, tool.name)
      }
    } else functions.set(tool.name, tool)
  }
  const names = new Map([...functions.keys()].flatMap((name) => [[functionName(name), name], [name, name]] as const))
  return {
    names: tools.map(({ name }) => name),
    deferred: toolCallValidation === "deferred",
    nameOf: (name) => names.get(name),
    builtInNameOf: (type) => builtIns.get(type),
    parametersOf: (name, args) => {
      const json = readArguments(args)
      const tool = functions.get(name)
      return tool === undefined || (Tool.isDynamic(tool) && tool.jsonSchema !== undefined)
        ? json
        : encodedParameters(tool.parametersSchema, json)
    }
  }
}

const connectorOf = ({ args }: Tool.AnyProviderDefined): string | undefined => {
  const given: unknown = args
  return Predicate.hasProperty(given, "connector_id") && typeof given.connector_id === "string"
    ? given.connector_id
    : undefined
}
