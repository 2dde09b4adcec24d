import type { MistralErrorReason } from "../../MistralError.ts"

/** Removes secrets from a text. */
export type Scrub = (text: string) => string

/** What a call knows of secrets: the keys of its attempts, the headers that it was given, and its URL. */
export interface SecretSources {
  readonly keys: ReadonlyArray<string>
  readonly headers: Readonly<Record<string, string>>
  readonly url: string
}

/**
 * The names of headers and of query parameters whose values are secret. `x-portkey-provider` and its like are not, though
 * they contain `key`: their values are words that error sentences need.
 */
export const credentialName =
  /(?<!port)key|portkey-config|token|secret|passw|pwd|credential|auth|signature|^sig$|cookie|session/i

/** Makes the function that removes the secrets of a call, in every form that `readings` and `forms` know. */
export const makeScrub = ({ headers, keys, url }: SecretSources): Scrub => {
  const secrets = new Set<string>()
  const add = (secret: string, least = shortest) => {
    if (secret.length >= least) { for (const form of forms(secret)) secrets.add(form) }
  }
  const addValue = (value: unknown) => {
    const [, scheme = "", token = ""] = /^(?:(\w+) +(?=\S+$))?(.*)$/s.exec(String(value).trim()) ?? []
    add(token)
    // Parts of a cookie or of a signed header, each with and without its name.
    for (const word of token.split(/[\s,;"]+/)) {
      ;[word, word.slice(word.indexOf("=") + 1)].forEach((part) => add(part, 8))
    }
    if (/^basic$/i.test(scheme)) decodeBase64(token).split(":").forEach((part) => add(part))
  }
  keys.forEach(addValue)
  const parameters = URL.canParse(url) ? new URL(url).searchParams : []
  for (const [name, value] of [...Object.entries(headers), ...parameters]) {
    if (credentialName.test(name)) addValue(value)
  }

  return (text) => {
    let scrubbed = ""
    for (let at = 0; at < text.length;) {
      const char = text[at]!
      let end = at
      // A run of backslashes is read at once, from its beginning.
      if (char !== "\\" || text[at - 1] !== "\\") {
        for (const secret of secrets) {
          if (char === secret[0] || char in escapes) end = Math.max(end, endOf(secret, text, at))
        }
      }
      scrubbed += end > at ? mark : char
      at = Math.max(end, at + 1)
    }
    return scrubbed.replace(/(?<=:\/\/)[^\s/@]+(?=@)/g, mark)
  }
}

/** Removes secrets from every text of a reason, and cuts texts that are too long. Returns a new instance of its class. */
export const scrubReason = (reason: MistralErrorReason, scrub: Scrub): MistralErrorReason => {
  const fields = Object.entries(reason).map((
    [name, value]
  ) => [name, fixed.has(name) ? value : scrubDeep(value, scrub)])
  // The cast is safe: each member of the union is a class that is made from its fields.
  return new (reason.constructor as new(fields: object) => MistralErrorReason)(Object.fromEntries(fields))
}

/** The fields of reasons whose values are words of this library. */
const fixed = new Set(["_tag", "kind", "phase"])

const scrubDeep = (value: unknown, scrub: Scrub, depth = 0): unknown => {
  if (typeof value === "string") {
    const scrubbed = scrub(value)
    return scrubbed.length > longest ? `${scrubbed.slice(0, longest)}...` : scrubbed
  }
  if (typeof value === "number" && depth > 0) return scrub(String(value)) === String(value) ? value : mark
  const isArray = Array.isArray(value)
  // Other objects are durations.
  if (!isArray && Object.getPrototypeOf(value ?? "") !== Object.prototype) return value
  if (depth === deepest) return "..."
  const entries = Object.entries(value as object).map(([name, item]) =>
    [scrub(name), scrubDeep(item, scrub, depth + 1)] as const
  )
  return isArray ? entries.map(([, item]) => item) : Object.fromEntries(entries)
}

const mark = "<redacted>"

/** Shorter values are not secret: their removal would leave nothing readable. */
const shortest = 4

/** The most characters of one text of a reason, and the most levels of an object in it. */
const longest = 1000
const deepest = 32

/**
 * The forms in which a secret is looked for: as it is, as the bytes of its UTF-8, and the part of its base64 that does not
 * depend on what stands before and after it, for each of the three offsets.
 */
const forms = (secret: string): ReadonlyArray<string> => {
  const bytes = Array.from(new TextEncoder().encode(secret), (byte) => String.fromCharCode(byte)).join("")
  return [
    secret,
    bytes,
    ...typeof btoa === "undefined" ? [] : ["", "x", "xx"].flatMap((before) => {
      const base64 = btoa(before + bytes).slice(
        Math.ceil(before.length * 8 / 6),
        Math.floor((before + bytes).length * 8 / 6)
      )
      return [base64, base64.replaceAll("+", "-").replaceAll("/", "_")]
    })
  ]
}

const decodeBase64 = (text: string): string => {
  try {
    return atob(text)
  } catch {
    return ""
  }
}

/**
 * Where a secret that begins at `start` ends; `start` if there is none. The end of the text, with an ellipsis or without,
 * may cut it off after its first eight characters.
 */
const endOf = (secret: string, text: string, start: number): number => {
  let ends = new Set([start])
  for (let i = 0; i < secret.length; i++) {
    const next = new Set<number>()
    for (const at of ends) {
      if (i >= 8 && /^(?:[\\%&][\w#]{0,4})?(?:\.{3}|…)?$/.test(text.slice(at, at + 9))) return at
      readings(text, at, (char, end) => char === secret[i] && next.add(end))
    }
    ends = next
  }
  return Math.max(start, ...ends)
}

/**
 * The ways to read a character: as it is, or as one that is escaped by JSON, in a URL or in HTML, also more than once.
 */
const readings = (
  text: string,
  at: number,
  onChar: (char: string, end: number) => void,
  char = text[at],
  end = at + 1,
  depth = 0
): void => {
  if (char === undefined) return
  onChar(char, end)
  const escape = escapes[char]
  if (escape === undefined || depth > 8) return
  if (char === "\\") {
    while (text[end] === "\\") end++
    readings(text, end, onChar, undefined, undefined, depth + 1)
  }
  escape.lastIndex = end
  const [, hex, decimal] = escape.exec(text) ?? []
  const code = hex === undefined ? Number(decimal) : parseInt(hex, 16)
  if (code >= 0) readings(text, at, onChar, String.fromCharCode(code), escape.lastIndex, depth + 1)
}

const escapes: Readonly<Record<string, RegExp>> = {
  "\\": /(?:u00|x)([\da-f]{2})/iy,
  "%": /([\da-f]{2})/iy,
  "&": /#x0*([\da-f]{2});|#0*(\d+);/iy
}
