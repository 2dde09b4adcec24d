/**
 * About how many tokens the prompt of a request has, by a rule of thumb: a token for four characters of the texts of the
 * request, and one for three of its tools and schemas, which the server puts into the prompt as JSON.
 *
 * *Details*: a letter with an accent counts double, because it splits a word, and a character of a script without an
 * alphabet is a token. Contents that are data URLs are no text: each counts as an image of medium size. Keys count, too:
 * those of a message stand for the tokens by which the server separates messages.
 */
export const estimateTokens = (request: object): number => Math.ceil(quartersOf(request, 0) / 4)

/** The tokens of a value, four for each. */
const quartersOf = (value: unknown, depth: number): number => {
  if (typeof value === "string") return ofText(value)
  if (typeof value === "number") return 4
  if (typeof value !== "object" || value === null || depth > maxDepth) return 0
  let sum = 0
  if (Array.isArray(value)) {
    for (const member of value) sum += quartersOf(member, depth + 1)
    return sum
  }
  for (const key in value) {
    // Settings of the request, of which the model reads nothing.
    if (depth === 0 && settings.has(key)) continue
    // The cast is safe: the key was read from the value.
    const member: unknown = value[key as keyof typeof value]
    sum += depth === 0 && schemas.has(key) ? ofSchema(member) : quartersOf(member, depth + 1)
    if (depth > 0) sum += key.length
  }
  return sum
}

/** Tools and schemas are mostly the same object in each request of a batch. */
const ofSchema = (value: unknown): number => {
  if (typeof value !== "object" || value === null) return 0
  const known = sizes.get(value)
  if (known !== undefined) return known
  const size = Math.ceil(JSON.stringify(value).length * 4 / 3)
  sizes.set(value, size)
  return size
}

const sizes = new WeakMap<object, number>()

const ofText = (text: string): number => {
  if (text.startsWith("data:")) return quartersOfImage
  let others = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code >= firstIdeograph) others += 3
    else if (code >= 0x80) others += 1
  }
  return text.length + others
}

const schemas = new Set(["tools", "response_format"])

const settings = new Set([
  "model",
  "agent_id",
  "temperature",
  "top_p",
  "max_tokens",
  "min_tokens",
  "n",
  "random_seed",
  "metadata",
  "output_dimension",
  "output_dtype",
  "encoding_format",
  "presence_penalty",
  "frequency_penalty",
  "safe_prompt",
  "stop",
  "prompt_mode",
  "prompt_cache_key",
  "tool_choice",
  "parallel_tool_calls"
])

const quartersOfImage = 4 * 1000
const firstIdeograph = 0x2e80
const maxDepth = 64
