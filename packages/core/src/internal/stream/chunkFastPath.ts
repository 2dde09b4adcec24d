import type * as Schema from "effect/Schema"
import * as Completion from "../../Completion.ts"
import type * as Tool from "../../Tool.ts"

/**
 * A fast path for events that differ from an earlier one in a single string.
 *
 * *Details*: `RequestOptions.fastPath: false` switches it off.
 */
export interface FastPath<A> {
  /** The value of the event that starts at an offset of the bytes, if all of it is there and the fast path applies. */
  readonly read: (bytes: Uint8Array, start: number) => A | undefined
  /** The offset where the event ends that was read last. */
  readonly end: number
  /** Whether the fast path may still apply to later events. */
  readonly enabled: boolean
  /** Remembers a value that was parsed in full and validated, and the event data it was parsed from. */
  readonly remember: (data: string, value: A) => void
}

/** A new fast path for the events of one stream, if their schema has one. */
export const fastPathOf = <A>(event: Schema.Codec<A, unknown>): FastPath<A> | undefined => {
  const schema: unknown = event
  // The cast is safe: `A` is the type of this very schema.
  return schema === Completion.Chunk ? new ChunkFastPath() as unknown as FastPath<A> : undefined
}

interface Pattern {
  /** The bytes of an event without the string that changes, and how many of them precede it. */
  readonly around: Uint8Array
  readonly before: number
  readonly chunk: Completion.Chunk
  readonly choice: Completion.ChunkChoice
  /** The tool call whose arguments change. Without one, the text of the choice changes. */
  readonly call: Tool.CallDelta | undefined
}

/** The number of full parses in a row after which the fast path is off for the rest of the stream. */
const maxMisses = 16

/**
 * The fast path for completion chunks, which usually differ in a single string: the text of `content`, or the `arguments`
 * of a tool call.
 *
 * It remembers the bytes around that string and the chunk they were parsed to. If the next event has the same bytes, only
 * the string is parsed and the chunk is copied with it. The result equals that of decoding, `JSON.parse` and validation:
 * the bytes before the string leave each of them in the same state, the string ends at the first quote that is not
 * escaped, and the bytes after it are parsed as before. The remembered chunk was validated, and only a string has changed.
 */
export class ChunkFastPath implements FastPath<Completion.Chunk> {
  end = 0
  #pattern: Pattern | undefined
  #latest: { readonly data: string; readonly chunk: Completion.Chunk } | undefined
  #started = false
  #misses = 0

  get enabled(): boolean {
    return this.#misses <= maxMisses
  }

  read(bytes: Uint8Array, start: number): Completion.Chunk | undefined {
    // The pattern is made when the next event arrives, so that the caller does not wait for it.
    if (this.#latest !== undefined && bytes[start + "data: ".length] === openingBrace) this.#learn(this.#latest)
    const pattern = this.#pattern
    if (pattern === undefined || !isAt(bytes, start, pattern.around, 0, pattern.before)) return undefined
    const from = start + pattern.before
    let to = from
    let plain = true
    for (;; to++) {
      const byte = bytes[to]
      if (byte === undefined) return undefined
      if (byte === 34) break
      if (byte === 92) to++
      if (byte === 92 || byte < 32 || byte > 126) plain = false
    }
    if (!isAt(bytes, to, pattern.around, pattern.before, pattern.around.length)) return undefined
    const content = plain ? asciiOf(bytes, from, to) : parseString(decoder.decode(bytes.subarray(from, to)))
    if (content === undefined) return undefined
    this.#misses = 0
    this.end = to + pattern.around.length - pattern.before
    const { call, choice, chunk } = pattern
    const delta = call === undefined
      ? { ...choice.delta, content }
      : { ...choice.delta, tool_calls: [{ ...call, function: { ...call.function, arguments: content } }] }
    return { ...chunk, choices: [{ ...choice, delta }] }
  }

  remember(data: string, chunk: Completion.Chunk): void {
    // The first chunk of a stream has a role and differs from all others.
    if (this.#started && this.enabled) {
      this.#misses++
      this.#latest = { data, chunk }
    }
    this.#started = true
  }

  #learn({ chunk, data }: { readonly data: string; readonly chunk: Completion.Chunk }): void {
    this.#pattern = patternOf(data, chunk)
    this.#latest = undefined
  }
}

/** Whether the bytes at an offset equal a slice of other bytes. */
const isAt = (bytes: Uint8Array, start: number, part: Uint8Array, from: number, to: number): boolean => {
  if (start + to - from > bytes.length) return false
  for (let at = from; at < to; at++) if (part[at] !== bytes[start + at - from]) return false
  return true
}

/** Short strings are joined character by character, which is cheaper than a call of the decoder. */
const asciiOf = (bytes: Uint8Array, from: number, to: number): string => {
  if (to - from > 12) return decoder.decode(bytes.subarray(from, to))
  let text = ""
  for (let at = from; at < to; at++) text += String.fromCharCode(bytes[at]!)
  return text
}

// Only the beginning of a stream may have a byte order mark.
const decoder = /* @__PURE__ */ new TextDecoder("utf-8", { ignoreBOM: true })
const encoder = /* @__PURE__ */ new TextEncoder()

/** The string between two quotes. `undefined` if it is not valid JSON. */
const parseString = (raw: string): string | undefined => {
  try {
    return JSON.parse(`"${raw}"`) as string
  } catch {
    return undefined
  }
}

const patternOf = (data: string, chunk: Completion.Chunk): Pattern | undefined => {
  const choice = chunk.choices[0]
  // The data of an event with several lines differs from its bytes.
  if (choice === undefined || chunk.choices.length > 1 || data.includes("\n")) return undefined
  const [call, ...more] = choice.delta.tool_calls ?? []
  if (typeof (call === undefined ? choice.delta.content : call.function.arguments) !== "string") return undefined
  // Other objects of the chunk would be shared between the copies.
  if (
    more.length > 0 || hasObjects(chunk, "choices") || hasObjects(choice, "delta") ||
    hasObjects(choice.delta, call === undefined ? "content" : "tool_calls") ||
    (call !== undefined && (hasObjects(call, "function") || hasObjects(call.function, "arguments")))
  ) return undefined
  const found = (call === undefined ? /"content":\s*"/ : /"arguments":\s*"/).exec(data)
  if (found === null) return undefined
  const start = found.index + found[0].length
  const before = data.slice(0, start)
  const after = data.slice(stringEnd(data, start))
  if (!isThatString(before, after, call !== undefined)) return undefined
  const around = encoder.encode(`data: ${before}${after}\n\n`)
  return { around, before: encoder.encode(`data: ${before}`).length, chunk, choice, call }
}

const hasObjects = (record: object, except: string): boolean => {
  // A value of `JSON.parse` has own keys only.
  for (const key in record) {
    const value: unknown = record[key as keyof typeof record]
    if (key !== except && typeof value === "object" && value !== null) return true
  }
  return false
}

/** The offset of the first quote that is not escaped: the end of a string. */
const stringEnd = (data: string, start: number): number => {
  let at = start
  while (at < data.length && data.charCodeAt(at) !== 34) at += data.charCodeAt(at) === 92 ? 2 : 1
  return at
}

/** Whether the string between two texts is that of the first choice, and not another key of the same name. */
const isThatString = (before: string, after: string, ofCall: boolean): boolean => {
  try {
    const probed: Completion.Chunk = JSON.parse(`${before}${probe}${after}`)
    const delta = probed.choices[0]?.delta
    return (ofCall ? delta?.tool_calls?.[0]?.function.arguments : delta?.content) === probe
  } catch {
    return false
  }
}

/** The first byte of an event's JSON. `[DONE]` has another. */
const openingBrace = 0x7b

const probe = "\u00a7probe\u00a7"
