import type { Usage } from "./usage.ts"

/**
 * Estimates the tokens of a request before it is sent, for the limit of tokens a minute. `Limits.settle` corrects the
 * estimate by the usage of the response.
 *
 * *Details*: the prompt is estimated by the length of the request's JSON, the completion by the completions of before.
 *
 * - A token of the prompt is 4 characters at first, which holds for English. After each response the rule follows what
 *   the responses used, as a running mean in which the last 64 count most, so that it also fits other languages, and images,
 *   whose base64 is long and whose tokens are few.
 * - A completion is the running mean of the completions of before, but at most `max_tokens`. Before the first response it is
 *   `max_tokens`, or 256 where the request has none. `max_tokens` alone would not do: it is often many times what is used,
 *   and the limit would then let few requests through.
 */
export class TokenEstimate {
  #tokensPerCharacter = 1 / 4
  #completion: number | undefined
  #responses = 0

  /** The estimate, at least 1. */
  of(characters: number, request: object): number {
    // The cast is safe: it only says that an object may have the key.
    const { max_tokens } = request as { readonly max_tokens?: unknown }
    const most = typeof max_tokens === "number" && max_tokens >= 0 ? max_tokens : undefined
    const completion = this.#completion === undefined
      ? most ?? defaultCompletion
      : Math.min(this.#completion, most ?? Infinity)
    return Math.max(1, Math.ceil(characters * this.#tokensPerCharacter + completion))
  }

  /** Learns from the usage of a response. */
  learn(characters: number, usage: Usage): void {
    const weight = 1 / Math.min(++this.#responses, lastResponses)
    this.#completion = mean(this.#completion ?? 0, usage.completion, weight)
    if (characters > 0 && usage.prompt > 0) {
      this.#tokensPerCharacter = mean(this.#tokensPerCharacter, usage.prompt / characters, weight)
    }
  }
}

const defaultCompletion = 256

const lastResponses = 64

const mean = (before: number, value: number, weight: number): number => before + (value - before) * weight

/** The number of characters of a request as JSON. 0 where it has no JSON: sending it says why. */
export const jsonLength = (request: object): number => {
  try {
    return JSON.stringify(request).length
  } catch {
    return 0
  }
}
