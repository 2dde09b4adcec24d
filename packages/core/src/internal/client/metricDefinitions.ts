import type { Definition } from "./histogram.ts"

/** The boundaries that OpenTelemetry's conventions recommend for tokens: from 1 on, each four times the one before. */
export const tokenUsage: Definition = {
  id: "gen_ai.client.token.usage",
  description: "Tokens of an operation",
  unit: "{token}",
  boundaries: /* @__PURE__ */ Array.from({ length: 14 }, (_, at) => 4 ** at)
}

/** The boundaries that they recommend for seconds: from 10 ms on, each twice the one before. */
const boundaries = /* @__PURE__ */ Array.from({ length: 14 }, (_, at) => 0.01 * 2 ** at)

const seconds = (name: string, description: string): Definition => ({
  id: `gen_ai.client.operation.${name}`,
  description,
  unit: "s",
  boundaries
})

export const operationDuration = /* @__PURE__ */ seconds("duration", "Duration of an operation")

export const timeToFirstChunk = /* @__PURE__ */ seconds("time_to_first_chunk", "Time to the first chunk of a stream")

export const timePerOutputChunk = /* @__PURE__ */ seconds("time_per_output_chunk", "Time from a chunk to the next")
