import type * as Completion from "@effect-mistral/core/Completion"
import type * as Response from "effect/ai/Response"

/**
 * Converts the usage of a response. A count that the server did not send is `undefined`, never 0.
 *
 * *Details*: the cached tokens have three spellings. OpenAI-compatible servers count reasoning tokens among those of the
 * output.
 */
export const toUsage = (usage: Completion.Response["usage"]): Response.FinishPartEncoded["usage"] => {
  // The cast is safe: any value has keys that may be missing, each with any value.
  const counts = (usage ?? {}) as Counts
  const input = count(counts.prompt_tokens)
  const cached = count(counts.prompt_tokens_details?.cached_tokens) ??
    count(counts.prompt_token_details?.cached_tokens) ?? count(counts.num_cached_tokens)
  const output = count(counts.completion_tokens)
  const reasoning = count(counts.completion_tokens_details?.reasoning_tokens)
  return {
    inputTokens: {
      uncached: difference(input, cached ?? 0),
      total: input,
      cacheRead: cached,
      cacheWrite: undefined
    },
    outputTokens: {
      total: output,
      text: reasoning === undefined ? undefined : difference(output, reasoning),
      reasoning
    }
  }
}

interface Counts {
  readonly prompt_tokens?: unknown
  readonly completion_tokens?: unknown
  readonly prompt_tokens_details?: { readonly cached_tokens?: unknown } | null
  readonly prompt_token_details?: { readonly cached_tokens?: unknown } | null
  readonly num_cached_tokens?: unknown
  readonly completion_tokens_details?: { readonly reasoning_tokens?: unknown } | null
}

/** A number as a count of tokens. `effect/ai` takes whole numbers only, and fails the call for any other. */
const count = (value: unknown): number | undefined => {
  const rounded = typeof value === "number" ? Math.round(value) : -1
  return rounded >= 0 && Number.isSafeInteger(rounded) ? rounded : undefined
}

const difference = (total: number | undefined, part: number): number | undefined =>
  total === undefined || part > total ? undefined : total - part
