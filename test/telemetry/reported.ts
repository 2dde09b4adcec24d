/** What the scripted responses of the telemetry tests report, and telemetry with them. */

/** The token usage of a response. */
export const usage = {
  prompt_tokens: 100,
  completion_tokens: 20,
  total_tokens: 120,
  prompt_tokens_details: { cached_tokens: 64 },
  completion_tokens_details: { reasoning_tokens: 7 }
}

/** The headers of a response that spans have. */
export const limits = { "mistral-correlation-id": "id-1", "x-ratelimit-remaining-req-minute": "59" }
