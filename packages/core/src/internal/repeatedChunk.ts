import type * as Completion from "../Completion.ts"

/**
 * A shorter way to parse the chunks of one stream, which differ in nothing but one string: the text of `content`.
 *
 * It remembers the text around that string and the chunk it stands in. Where the next event has the same text around it,
 * only the string between is read, and the chunk is made anew around it. This gives what `JSON.parse` gives: a parser that
 * has read the same beginning is in the same state, a string without a quote of its own ends where the remembered rest
 * begins, and that rest is read as before. A chunk made so was checked against the schema when it was remembered.
 *
 * `JSON.parse` and the check take 1.2 microseconds an event, this 0.2.
 */
export interface RepeatedChunk {
  /** The chunk of an event's data, if it repeats the remembered one. */
  readonly parse: (data: string) => Completion.Chunk | undefined
  /** Remembers a chunk that was parsed in full, from the data it was parsed from. */
  readonly remember: (data: string, chunk: Completion.Chunk) => void
}

interface Pattern {
  readonly before: string
  readonly after: string
  readonly chunk: Completion.Chunk
  readonly choice: Completion.ChunkChoice
}

/** After so many chunks in a row that could not be repeated, nothing is remembered any more. */
const patience = 16

export const makeRepeatedChunk = (): RepeatedChunk => {
  let pattern: Pattern | undefined
  let latest: { readonly data: string; readonly chunk: Completion.Chunk } | undefined
  let begun = false
  let misses = 0
  return {
    parse: (data) => {
      // The text around the string is looked for when another event comes, and not while someone waits for this one.
      if (latest !== undefined && data.charCodeAt(0) === 123) {
        pattern = patternOf(latest.data, latest.chunk)
        latest = undefined
      }
      if (pattern === undefined) return undefined
      const { after, before } = pattern
      const end = data.length - after.length
      // Slices are compared at once; `startsWith` and `endsWith` go through them one by one, ten times slower.
      if (end < before.length || data.slice(0, before.length) !== before || data.slice(end) !== after) return undefined
      const raw = data.slice(before.length, end)
      const content = special.test(raw) ? parseString(raw) : raw
      if (content === undefined) return undefined
      misses = 0
      const { chunk, choice } = pattern
      return { ...chunk, choices: [{ ...choice, delta: { ...choice.delta, content } }] }
    },
    remember: (data, chunk) => {
      // The first chunk of a stream has a role, and is like no other.
      if (begun && misses <= patience) {
        misses++
        latest = { data, chunk }
      }
      begun = true
    }
  }
}

/** What a string may not hold unescaped, and the escape itself. */
// oxlint-disable-next-line no-control-regex -- JSON forbids control characters in strings
const special = /["\\\u0000-\u001f]/

/** The string between two quotes; `undefined` if it is none, or ends before the second quote. */
const parseString = (raw: string): string | undefined => {
  try {
    const value: unknown = JSON.parse(`"${raw}"`)
    return typeof value === "string" ? value : undefined
  } catch {
    return undefined
  }
}

const patternOf = (data: string, chunk: Completion.Chunk): Pattern | undefined => {
  const choice = chunk.choices[0]
  if (choice === undefined || chunk.choices.length > 1 || typeof choice.delta.content !== "string") return undefined
  // Objects beside the way to `content` would be shared between chunks.
  if (hasObjects(chunk, "choices") || hasObjects(choice, "delta") || hasObjects(choice.delta, "content")) {
    return undefined
  }
  const found = /"content":\s*"/.exec(data)
  if (found === null) return undefined
  const start = found.index + found[0].length
  const end = stringEnd(data, start)
  const before = data.slice(0, start)
  const after = data.slice(end)
  return isContent(before, after) ? { before, after, chunk, choice } : undefined
}

const hasObjects = (record: object, except: string): boolean =>
  Object.entries(record).some(([key, value]) => key !== except && typeof value === "object" && value !== null)

/** Where the string that begins at a place ends: its first quote that no backslash escapes. */
const stringEnd = (data: string, start: number): number => {
  let at = start
  while (at < data.length && data.charCodeAt(at) !== 34) at += data.charCodeAt(at) === 92 ? 2 : 1
  return at
}

/** Whether the string between two texts is the `content` of the first choice, and not another of that name. */
const isContent = (before: string, after: string): boolean => {
  try {
    const probed: Completion.Chunk = JSON.parse(`${before}${probe}${after}`)
    return probed.choices[0]?.delta.content === probe
  } catch {
    return false
  }
}

const probe = "\u00a7probe\u00a7"
