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
  /^(?:proxy-)?authorization$|^(?:set-)?cookie2?$|api[-_]?key|(?:^|[-_])auth(?:$|[-_])|token(?!s)|secret|passw|credential|session|signature/i

/** Headers that identify the caller. They are not secret, but a recording in a repository should not contain them. */
const identifyingHeader = /organi[sz]ation|(?:^|-)org(?:-|$)|project|workspace|tenant|account|subscription|customer/i

const secretParameter = /^(?:key|sig|token|secret|password)$|api[-_]?key|access[-_]?token|auth|signature/i

/** Secrets of at least this length are redacted inside words too. */
const long = 16

/** The secrets in the headers and the query of a request. */
export const secretsOf = (
  headers: Readonly<Record<string, string>>,
  query: string
): ReadonlyArray<string> => [
  ...Object.entries(headers).flatMap(([name, value]) => secretHeader.test(name) ? credentials(value) : []),
  ...[...new URLSearchParams(query)].flatMap(([name, value]) => secretParameter.test(name) ? [value] : [])
]

/** A header's value such as `authorization` with and without its scheme, and the password of a `Basic` value. */
const credentials = (value: string): ReadonlyArray<string> => {
  const [scheme = "", rest = ""] = value.trim().split(/\s+(.*)/s)
  const basic = /^basic$/i.test(scheme) ? decoded(rest).split(":").slice(1) : []
  return [value.trim(), rest.trim(), ...basic]
}

const decoded = (base64: string): string => {
  try {
    return atob(base64)
  } catch {
    return ""
  }
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")

/** The beginning of a word: not after a letter or a digit, unless those end an escape sequence of JSON or of a URL. */
const wordBegins = "(?:(?<![A-Za-z0-9])|(?<=\\\\[bfnrt]|\\\\u[0-9a-fA-F]{4}|%[0-9a-fA-F]{2}))"

const pattern = (secrets: ReadonlyArray<string>): RegExp | undefined => {
  const forms = secrets
    .filter((secret) => secret !== "" && secret !== redacted)
    .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
  const alternatives = [...new Set(forms)]
    .sort((a, b) => b.length - a.length)
    // A short key may be part of an ordinary word, as `test` is of `latest`.
    .map((form) => form.length < long ? `${wordBegins}${escaped(form)}(?![A-Za-z0-9])` : escaped(form))
  return alternatives.length === 0 ? undefined : new RegExp(alternatives.join("|"), "g")
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
