import { redacted } from "../format/cassetteFormat.ts"

/** Redacts the secrets of one exchange. */
export interface Redaction {
  readonly text: (text: string) => string
  readonly headers: (headers: Readonly<Record<string, string>>) => Readonly<Record<string, string>>
  /** Redacts a path with its query. */
  readonly path: (path: string) => string
  /** Redacts the pieces of one body. A secret may span two pieces. */
  readonly pieces: (pieces: ReadonlyArray<Uint8Array>) => ReadonlyArray<Uint8Array>
}

const secretHeader =
  /^(?:proxy-)?authorization$|^(?:set-)?cookie2?$|api[-_]?key|(?:^|[-_])(?:auth|key)(?:$|[-_])|token(?!s)|secret|passw|pwd|credential|session|signature/i

/** Headers that identify the caller. They are not secret, but a recording in a repository should not contain them. */
const identifyingHeader = /organi[sz]ation|(?:^|-)org(?:-|$)|project|workspace|tenant|account|subscription|customer/i

/** Tokens of pages are not among them: requests for different pages must stay different. */
const secretParameter =
  /^(?:sig|token)$|api[-_]?key|(?:^|[-_])key$|(?:access|security|session)[-_]?token|secret|passw|pwd|credential|auth|signature/i

/** Secrets of at least this length are redacted inside words too. */
const long = 16

/** The secrets in the headers and the URL of a request. */
export const secretsOf = (
  headers: Readonly<Record<string, string>>,
  { password, searchParams, username }: Pick<URL, "password" | "searchParams" | "username">
): ReadonlyArray<string> => [
  ...Object.entries(headers).flatMap(([name, value]) => secretHeader.test(name) ? credentials(name, value) : []),
  ...[...searchParams].flatMap(([name, value]) => secretParameter.test(name) ? [value] : []),
  ...[username, password].flatMap((part) => part === "" ? [] : [part, unescaped(part)])
]

/**
 * A header's value such as `authorization` with and without its scheme, the password of a `Basic` value, and the values of
 * cookies.
 */
const credentials = (name: string, value: string): ReadonlyArray<string> => {
  const [scheme = "", rest = ""] = value.trim().split(/\s+(.*)/s)
  const basic = /^basic$/i.test(scheme) ? decoded(rest).split(/:(.*)/s).slice(1, 2) : []
  const cookies = /cookie/i.test(name) ? value.split(/;\s*/).map((pair) => pair.replace(/^[^=]*=/, "").trim()) : []
  return [value.trim(), rest.trim(), ...basic, ...cookies.filter(({ length }) => length >= shortestCookie)]
}

/** Shorter values of cookies are settings, not secrets. */
const shortestCookie = 8

const decoded = (base64: string): string => {
  try {
    return atob(base64)
  } catch {
    return ""
  }
}

const unescaped = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")

/** The beginning of a word: not after a letter or a digit, unless those end an escape sequence of JSON or of a URL. */
const wordBegins = "(?:(?<![A-Za-z0-9])|(?<=\\\\[bfnrt]|\\\\u[0-9a-fA-F]{4}|%[0-9a-fA-F]{2}))"

/** Longer secrets are looked for in few forms, because their patterns would be too large for a regular expression. */
const longestPattern = 512

/** Secrets of at least this length are looked for in base64 too. */
const shortestBase64 = 6

/** A pattern of a text in which any character may be escaped: by JSON, in a URL or in HTML, also more than once. */
const anyEscaping = (text: string): string =>
  Array.from(text, (char) => {
    const code = char.charCodeAt(0)
    if (code > 0xff) return escaped(char)
    const hex = code.toString(16).padStart(2, "0").replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)
    const plain = char === "\\" ? "\\\\+" : /["/]/.test(char) ? `\\\\{0,7}${char}` : escaped(char)
    return `(?:${plain}|\\\\{1,7}u00${hex}|%(?:25){0,3}${hex}|&#(?:0*${code}|[xX]0*${hex});)`
  }).join("")

/**
 * The part of a text's base64 that does not depend on what stands before and after it, for each of the three offsets, in both
 * alphabets.
 */
const base64Parts = (text: string): ReadonlyArray<string> => {
  const bytes = latin1(encoder.encode(text))
  return ["", "x", "xx"].flatMap((before) => {
    const part = btoa(before + bytes).replace(/.==?$/, "").slice(before === "" ? 0 : before.length + 1)
    return [part, part.replaceAll("+", "-").replaceAll("/", "_")]
  })
}

const patternOf = (secret: string): ReadonlyArray<string> => {
  const isLong = secret.length >= long
  const plain = secret.length > longestPattern
    ? [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)].map(escaped)
    : [anyEscaping(secret)]
  // A short key may be part of an ordinary word, as `test` is of `latest`.
  const words = plain.map((form) => isLong ? form : `${wordBegins}${form}(?![A-Za-z0-9])`)
  if (secret.length < shortestBase64) return words
  const parts = [...new Set(base64Parts(secret))]
  return [...words, ...parts.map(secret.length > longestPattern ? escaped : anyEscaping)]
}

/** The patterns of the last secrets: most requests of a program have the same ones, and a pattern takes milliseconds. */
const patterns = new Map<string, RegExp | undefined>()

const pattern = (secrets: ReadonlyArray<string>): RegExp | undefined => {
  const sorted = [...new Set(secrets)]
    .filter((secret) => secret !== "" && secret !== redacted)
    .sort((a, b) => b.length - a.length)
  const name = JSON.stringify(sorted)
  if (!patterns.has(name)) {
    if (patterns.size >= 100) patterns.clear()
    patterns.set(name, sorted.length === 0 ? undefined : new RegExp(sorted.flatMap(patternOf).join("|"), "g"))
  }
  return patterns.get(name)
}

const encoder = new TextEncoder()

/** One character per byte, so that an index in the text is the same index in the bytes. */
const latin1 = (bytes: Uint8Array): string => {
  let text = ""
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return text
}

/** Makes the redaction for known secrets; `sign` replaces each of them. */
export const makeRedaction = (secrets: ReadonlyArray<string>, sign: string = redacted): Redaction => {
  const inText = pattern(secrets)
  const inBytes = pattern(secrets.map((secret) => latin1(encoder.encode(secret))))
  const text = (text: string) => inText === undefined ? text : text.replace(inText, sign)
  return {
    text,
    headers: (headers) =>
      Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [
          name,
          secretHeader.test(name) || identifyingHeader.test(name) ? redacted : text(value)
        ])
      ),
    path: (path) => {
      const [pathname = "", query] = path.split(/\?(.*)/s)
      if (query === undefined || query === "") return text(pathname)
      const hidden = query.split("&").map((pair) => {
        const [name = ""] = new URLSearchParams(pair).keys()
        return secretParameter.test(name) ? `${name}=${redacted}` : text(pair)
      })
      return `${text(pathname)}?${hidden.join("&")}`
    },
    pieces: (pieces) => inBytes === undefined ? pieces : withoutMatches(pieces, inBytes, sign)
  }
}

const withoutMatches = (
  pieces: ReadonlyArray<Uint8Array>,
  pattern: RegExp,
  sign: string
): ReadonlyArray<Uint8Array> => {
  const texts = pieces.map(latin1)
  const matches = [...texts.join("").matchAll(pattern)].map((match) => ({
    from: match.index,
    to: match.index + match[0].length
  }))
  if (matches.length === 0) return pieces
  let start = 0
  return texts.map((piece) => {
    const end = start + piece.length
    let kept = ""
    let at = start
    for (const { from, to } of matches) {
      if (to <= start || from >= end) continue
      kept += piece.slice(at - start, Math.max(from, start) - start)
      // A secret that spans pieces is replaced in the piece where it begins.
      if (from >= start) kept += sign
      at = Math.min(to, end)
    }
    kept += piece.slice(at - start)
    start = end
    return Uint8Array.from(kept, (character) => character.charCodeAt(0))
  })
}
