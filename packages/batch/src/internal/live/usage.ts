/** The tokens that a response says it used. `total` is what a token limit counts. */
export interface Usage {
  readonly prompt: number
  readonly completion: number
  readonly total: number
}

/**
 * The token usage of any response, or `undefined` if it has none, such as that of a document.
 *
 * *Details*: a count that is missing is what the other two leave of the total, or 0.
 */
export const usageOf = (response: unknown): Usage | undefined => {
  const usage = member(response, "usage")
  const prompt = count(usage, "prompt_tokens")
  const completion = count(usage, "completion_tokens")
  const total = count(usage, "total_tokens")
  if (prompt === undefined && completion === undefined && total === undefined) return undefined
  const sum = (prompt ?? 0) + (completion ?? 0)
  return {
    prompt: prompt ?? Math.max(0, (total ?? sum) - sum),
    completion: completion ?? (prompt === undefined ? 0 : Math.max(0, (total ?? sum) - sum)),
    total: total ?? sum
  }
}

const member = (value: unknown, key: string): unknown =>
  // The cast is safe: it only says that an object may have the key.
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined

const count = (usage: unknown, key: string): number | undefined => {
  const value = member(usage, key)
  return typeof value === "number" && value >= 0 && Number.isFinite(value) ? Math.round(value) : undefined
}
