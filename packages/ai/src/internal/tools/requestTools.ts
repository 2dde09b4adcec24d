import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import type * as AiError from "effect/ai/AiError"
import type * as LanguageModel from "effect/ai/LanguageModel"
import * as Result from "effect/Result"

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
  /** The name in the toolkit of a built-in tool that Mistral runs, `undefined` if the toolkit does not have it. */
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

/** Converts the tools and the tool choice of a request. */
export const requestTools = (
  options: Pick<LanguageModel.ProviderOptions, "tools" | "toolChoice" | "toolCallValidation">,
  _settings: ToolSettings
): Result.Result<RequestTools, AiError.AiErrorReason> =>
  Result.succeed({
    body: {},
    calls: {
      names: options.tools.map(({ name }) => name),
      deferred: options.toolCallValidation === "deferred",
      nameOf: (name) => options.tools.some((tool) => tool.name === name) ? name : undefined,
      builtInNameOf: () => undefined,
      parametersOf: (_name, args) => args
    }
  })
