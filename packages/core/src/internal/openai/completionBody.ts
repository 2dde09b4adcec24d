import type * as CompletionRequest from "../../CompletionRequest.ts"
import { type Outgoing, refuseKeys } from "../../Deployment.ts"
import type { Issue } from "../../MistralErrorReason.ts"
import type * as ResponseFormat from "../../ResponseFormat.ts"
import type * as Tool from "../../ToolSchema.ts"
import { withoutNulls } from "./contentPiece.ts"
import { toMessage } from "./message.ts"

/** A body with its keys. */
export type Body = NonNullable<Outgoing["body"]>

/** A body in OpenAI's dialect, or the issues for which it has no form there. */
export type Converted = { readonly body: Body } | { readonly issues: ReadonlyArray<Issue> }

/** Converts the body of a chat completion to OpenAI's dialect. Keys that Mistral lacks are not changed. */
export const toChatBody = (body: Body): Converted => {
  const {
    guardrails,
    messages,
    parallel_tool_calls,
    prediction,
    prompt_cache_key,
    prompt_mode,
    random_seed,
    response_format,
    safe_prompt,
    service_tier,
    tool_choice,
    tools,
    ...rest
    // The cast is safe: the request was validated against its schema.
  } = body as Partial<CompletionRequest.Chat>
  const issues = refused({ guardrails, prompt_mode, safe_prompt: safe_prompt === true || null })
  const converted = messages?.map((message, at) => toMessage(message, ["messages", at], issues))
  if (issues.length > 0) return { issues }
  const last = messages?.at(-1)
  return {
    body: {
      // The words of vLLM and SGLang for Mistral's `prefix`. Other servers continue an answer at the end without them.
      ...(last?.role === "assistant" && last.prefix === true
        ? { continue_final_message: true, add_generation_prompt: false }
        : undefined),
      ...rest,
      ...(service_tier === undefined
        ? undefined
        : { service_tier: service_tier === "standard_only" ? "default" : service_tier }),
      ...known({
        messages: converted,
        seed: random_seed,
        prompt_cache_key,
        prediction: prediction && { type: "content", content: "", ...prediction },
        response_format: response_format && toResponseFormat(response_format)
      }),
      ...(tools == null || tools.length === 0
        ? undefined
        : { tools, ...known({ parallel_tool_calls, tool_choice: tool_choice && toToolChoice(tool_choice) }) })
    }
  }
}

/** Converts the body of a fill-in-the-middle completion to that of OpenAI's older completions, which take a suffix. */
export const toFimBody = (body: Body): Converted => {
  const { metadata, min_tokens, prompt_cache_key, random_seed, suffix, ...rest } =
    // The cast is safe: the request was validated against its schema.
    body as Partial<CompletionRequest.Fim>
  const issues = refused({ metadata, min_tokens, prompt_cache_key })
  // Servers that take no suffix refuse an empty one, too.
  return issues.length > 0 ? { issues } : { body: { ...rest, ...known({ seed: random_seed, suffix: suffix || null }) } }
}

const toResponseFormat = ({ json_schema, type = "text" }: ResponseFormat.ResponseFormat): unknown => ({
  type,
  ...known({ json_schema: json_schema && withoutNulls(json_schema) })
})

const toToolChoice = (choice: Tool.Choice): unknown =>
  choice === "any" ? "required" : typeof choice === "string" ? choice : { type: "function", ...choice }

/** An object without the keys that are `null` or `undefined`. */
export const known = (value: Readonly<Record<string, unknown>>): Body =>
  Object.fromEntries(Object.entries(value).filter(([, inner]) => inner != null))

/** An issue for each of the values that is given, because OpenAI's API has no key for it. */
export const refused = (values: Readonly<Record<string, unknown>>): Array<Issue> => [
  ...refuseKeys("An OpenAI-compatible server", known(values), Object.keys(values))
]
