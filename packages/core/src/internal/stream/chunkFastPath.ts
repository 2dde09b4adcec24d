import type * as Schema from "effect/Schema"
import * as Completion from "../../Completion.ts"
import type * as Tool from "../../ToolSchema.ts"
import { parseJson } from "../json/parseJson.ts"
import type { JsonReader } from "../schema/jsonReader.ts"

/**
 * A fast path for events that differ from an earlier one in one string, or in two.
 *
 * *Details*: `RequestOptions.fastPath: false` switches it off.
 */
export interface FastPath<A> {
  /**
   * The value of the event that starts at an offset of the bytes, if all of it is there and the fast path applies. `view` is
   * of the same bytes, and serves all events in them.
   */
  readonly read: (bytes: Uint8Array, start: number, view?: DataView) => A | undefined
  /** The offset where the event ends that was read last. */
  readonly end: number
  /** Whether the fast path may still apply to later events. */
  readonly enabled: boolean
  /** Remembers the data of an event that was parsed in full. */
  readonly remember: (data: string) => void
}

/** A new fast path for the events of one stream, if their schema has one. */
export const fastPathOf = <A>(event: Schema.Codec<A, unknown>, reader: JsonReader<A>): FastPath<A> | undefined => {
  const schema: unknown = event
  // The casts are safe: `A` is the type of this very schema.
  return schema === Completion.Chunk
    ? new ChunkFastPath(reader as unknown as ChunkReader) as unknown as FastPath<A>
    : undefined
}

type ChunkReader = Pick<JsonReader<Completion.Chunk>, "is" | "repair">

interface Pattern {
  /** The bytes of an event, without the strings that change: what precedes, separates and follows them. */
  readonly parts: ReadonlyArray<DataView>
  /** The index of the part that precedes the padding. -1 without padding. */
  readonly beforePadding: number
  readonly paddingKey: string
  readonly chunk: Completion.Chunk
  readonly choice: Completion.ChunkChoice
  /** The tool call whose arguments change. Without one, the text of the choice changes. */
  readonly call: Tool.CallDelta | undefined
}

/** The number of full parses in a row after which the fast path is off for the rest of the stream. */
const maxMisses = 16

/**
 * The fast path for completion chunks, which usually differ in a single string: the text of `content`, or the `arguments`
 * of a tool call. A second one may change too: the padding that some servers add to each chunk, so that its length does not
 * reveal that of the text.
 *
 * It remembers the bytes around these strings and a chunk that it has read from them itself, which no caller has. If the
 * next event has the same bytes, only the strings are parsed and the chunk is copied with them. The result equals that of
 * decoding, `JSON.parse` and validation: the bytes before a string leave each of them in the same state, the string ends at
 * the first quote that is not escaped, and the bytes after it are parsed as before. The remembered chunk was validated, and
 * only strings have changed that may be any string.
 */
export class ChunkFastPath implements FastPath<Completion.Chunk> {
  end = 0
  readonly #reader: ChunkReader
  #pattern: Pattern | undefined
  #latest: string | undefined
  #started = false
  #misses = 0
  /** The offset of the quote that ends the string that was read last. */
  #quote = 0
  /** Whether the event that was read last may fit the pattern, but continues in the next bytes. */
  #cut = false

  constructor(reader: ChunkReader) {
    this.#reader = reader
  }

  get enabled(): boolean {
    return this.#misses <= maxMisses
  }

  read(bytes: Uint8Array, start: number, view: DataView = viewOf(bytes)): Completion.Chunk | undefined {
    // The pattern is made when the next event arrives, so that the caller does not wait for it.
    if (this.#latest !== undefined && bytes[start + "data: ".length] === openingBrace) {
      this.#pattern = patternOf(this.#latest, this.#reader)
      this.#latest = undefined
    }
    const pattern = this.#pattern
    if (pattern === undefined) return undefined
    const { beforePadding, call, choice, chunk, paddingKey, parts } = pattern
    let content = ""
    let padding = ""
    let at = start
    for (let index = 0;; index++) {
      const part = parts[index]!
      if (at + part.byteLength > bytes.length) return this.#endOf(bytes)
      if (!isAt(view, at, part)) return undefined
      at += part.byteLength
      if (index === parts.length - 1) break
      const text = this.#readString(bytes, at)
      if (text === undefined) return undefined
      if (index === beforePadding) padding = text
      else content = text
      at = this.#quote
    }
    this.#misses = 0
    this.end = at
    const delta = call === undefined
      ? { ...choice.delta, content }
      : { ...choice.delta, tool_calls: [{ ...call, function: { ...call.function, arguments: content } }] }
    const copy: Completion.Chunk & Record<string, unknown> = { ...chunk, choices: [{ ...choice, delta }] }
    if (beforePadding >= 0) copy[paddingKey] = padding
    return copy
  }

  remember(data: string): void {
    // The first chunk of a stream has a role and differs from all others. A chunk that came in two reads says nothing new.
    if (this.#started && this.enabled && !this.#cut) {
      this.#misses++
      this.#latest = data
    }
    this.#started = true
    this.#cut = false
  }

  /** The bytes ended before the pattern did: the event continues in the next ones, unless its line has ended. */
  #endOf(bytes: Uint8Array): undefined {
    this.#cut = bytes[bytes.length - 1] !== lineFeed
  }

  /** The string that begins at an offset. `undefined` if its end is missing or it is not valid JSON. */
  #readString(bytes: Uint8Array, from: number): string | undefined {
    let to = from
    let plain = true
    for (;; to++) {
      const byte = bytes[to]
      if (byte === undefined) return this.#endOf(bytes)
      if (byte === 34) break
      if (byte === 92) to++
      if (byte === 92 || byte < 32 || byte > 126) plain = false
    }
    this.#quote = to
    return plain ? asciiOf(bytes, from, to) : parseString(decoder.decode(bytes.subarray(from, to)))
  }
}

/** Whether the bytes at an offset equal a part. Comparing four bytes at a time takes half the time. */
const isAt = (bytes: DataView, start: number, part: DataView): boolean => {
  const length = part.byteLength
  let at = 0
  for (; at + 4 <= length; at += 4) if (part.getUint32(at) !== bytes.getUint32(start + at)) return false
  for (; at < length; at++) if (part.getUint8(at) !== bytes.getUint8(start + at)) return false
  return true
}

export const viewOf = ({ buffer, byteLength, byteOffset }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength)

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

/** The string between two quotes. `undefined` if it is not valid JSON. The cast is safe: JSON in quotes is a string. */
const parseString = (raw: string) => parseJson(`"${raw}"`) as string | undefined

/** A string in the data of an event: its key, and the offsets of its first character and of the quote that ends it. */
interface Found {
  readonly key: string
  readonly start: number
  readonly end: number
}

const find = (data: string, key: RegExp): Found | undefined => {
  const found = key.exec(data)
  if (found === null) return undefined
  const start = found.index + found[0].length
  let end = start
  while (end < data.length && data.charCodeAt(end) !== 34) end += data.charCodeAt(end) === 92 ? 2 : 1
  return { key: found[1]!, start, end }
}

const patternOf = (data: string, reader: ChunkReader): Pattern | undefined => {
  const text = find(data, /"(arguments)":\s*"/) ?? find(data, /"(content)":\s*"/)
  // The data of an event with several lines differs from its bytes.
  if (text === undefined || data.includes("\n")) return undefined
  // The padding of Mistral, and that of OpenAI.
  const padding = find(data, /"(p|obfuscation)":\s*"/)
  const changing = padding === undefined ? [text] : padding.start < text.start ? [padding, text] : [text, padding]
  const starts = [0, ...changing.map(({ end }) => end)]
  const parts = starts.map((start, index) => data.slice(start, changing[index]?.start))
  try {
    const json: unknown = JSON.parse(parts.join(probe))
    const chunk = reader.is(json) ? json : reader.repair(json)
    const choice = chunk?.choices[0]
    if (chunk === undefined || choice === undefined) return undefined
    const call = choice.delta.tool_calls?.[0]
    // Other keys of the same names, or those of other objects, may have been found.
    if (
      (call === undefined ? choice.delta.content : call.function.arguments) !== probe ||
      (padding !== undefined && Reflect.get(chunk, padding.key) !== probe) ||
      countObjects(chunk) !== (call === undefined ? copiedObjects.text : copiedObjects.call)
    ) return undefined
    parts[0] = `data: ${parts[0]}`
    parts.push(`${parts.pop()}\n\n`)
    return {
      parts: parts.map((part) => viewOf(encoder.encode(part))),
      beforePadding: padding === undefined ? -1 : changing.indexOf(padding),
      paddingKey: padding?.key ?? "",
      chunk,
      choice,
      call
    }
  } catch {
    return undefined
  }
}

const countObjects = (value: unknown): number => {
  let count = 0
  JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === "object" && part !== null) count++
    return part
  })
  return count
}

/**
 * The number of objects and lists that are made anew for each chunk: itself, its choices, the choice and the delta, and for
 * a call its list, itself and its function. A chunk with others is not remembered, because its copies would share them.
 */
const copiedObjects = { text: 4, call: 7 }

/** The first byte of an event's JSON. `[DONE]` has another. */
const openingBrace = 0x7b

const lineFeed = 0x0a

/** Takes the place of the strings that change. */
const probe = "\u00a7probe\u00a7"
