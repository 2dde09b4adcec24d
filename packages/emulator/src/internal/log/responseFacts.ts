import * as Predicate from "effect/Predicate"

/** The bytes that are kept of the pieces before, because what is looked for may be split. */
const kept = 1024

/** The largest number of places where a usage is looked for in one piece, so that no body takes long. */
const tries = 8

/**
 * Finds the model and the tokens in the body of a response while it passes, without parsing it.
 *
 * *Details*: inside a JSON string a quote is escaped, so that `"usage":` is always a key. The last usage counts, as in a
 * stream whose chunks count on.
 */
export class ResponseFacts {
  #before: Buffer = Buffer.alloc(0)
  model: string | undefined
  tokens: { readonly prompt: number; readonly completion: number } | undefined

  /** Reads a piece of the body. */
  read(bytes: Uint8Array): void {
    const piece = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const window = this.#before.length === 0 ? piece : Buffer.concat([this.#before, piece])
    this.model ??= modelIn(window)
    this.tokens = tokensIn(window) ?? this.tokens
    // A copy, so that a large body is not held.
    this.#before = Buffer.from(window.subarray(-kept))
  }
}

const modelIn = (window: Buffer): string | undefined => {
  const at = window.indexOf(`"model"`)
  if (at === -1) return undefined
  const [, name] = /^"model"\s*:\s*"([^"\\]{1,256})"/.exec(window.toString("utf8", at, at + kept)) ?? []
  return name
}

const tokensIn = (window: Buffer): ResponseFacts["tokens"] => {
  let at = window.length
  for (let tried = 0; tried < tries && at > 0; tried++) {
    at = window.lastIndexOf(`"usage"`, at - 1)
    if (at === -1) return undefined
    const [, object] = /^"usage"\s*:\s*(\{(?:[^{}]|\{[^{}]*\})*\})/.exec(window.toString("utf8", at, at + kept)) ?? []
    const tokens = object === undefined ? undefined : countsOf(object)
    if (tokens !== undefined) return tokens
  }
  return undefined
}

const countsOf = (usage: string): ResponseFacts["tokens"] => {
  try {
    const value: unknown = JSON.parse(usage)
    if (!Predicate.isObject(value) || typeof value["prompt_tokens"] !== "number") return undefined
    const completion = value["completion_tokens"]
    return { prompt: value["prompt_tokens"], completion: typeof completion === "number" ? completion : 0 }
  } catch {
    return undefined
  }
}
