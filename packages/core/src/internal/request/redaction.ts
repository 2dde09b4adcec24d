import type { MistralErrorReason } from "../../MistralError.ts"
import { mapTexts } from "../json/mapTexts.ts"
import { credentialName } from "../transport/credentialName.ts"

/** Removes secrets from a text. */
export type Scrub = (text: string) => string

/**
 * Makes the function that removes from a text the keys of a call, and the headers and query parameters that are secret by
 * their names. A word that holds a secret in another form, escaped or as base64, or a part of a secret, is removed as a whole.
 * In a word that ends with an ellipsis, the beginning of a secret is enough.
 */
export const makeScrub = (
  keys: Iterable<string>,
  named: ReadonlyArray<readonly [name: string, value: string]>
): Scrub => {
  const values = secretValues(keys, named)
  const secrets = values.flatMap(secretsIn).filter(isLong).sort((one, other) => other.length - one.length)
  const plainSecrets = [...secrets, ...values.flatMap(partsOf)].flatMap(forms).map(unescape).filter(isLong)
  // Without shorter secrets, texts would not be readable: of those, only a key is removed, and only where it is a word.
  const shortKeys = Array.from(keys).filter((key) => !isLong(key))
  return (text) =>
    secrets.reduce((rest, secret) => rest.replaceAll(secret, mark), text).replace(/\S+/g, (word) => {
      const plain = unescape(word)
      const length = /(?:\.{3}|…)\W*$/.test(word) ? 8 : undefined
      return shortKeys.includes(word.replace(/^\W+|\W+$/g, "")) ||
          plainSecrets.some((secret) => plain.includes(secret.slice(0, length)))
        ? mark
        : word
    }).replace(/(?<=:\/\/)[^\s/@]+(?=@)/g, mark)
}

/**
 * Makes a test whether a text may hold a secret, so that it must be scrubbed, which takes a fifth of the time of a call. Most
 * ids, names and numbers need no more than this look: they are shorter than any secret, or consist of hexadecimal digits, as
 * no form of a secret does but the secret itself.
 */
export const mayHoldSecret = (...secrets: Parameters<typeof makeScrub>): (text: string) => boolean => {
  const parts = secretValues(...secrets).flatMap((value) => [...secretsIn(value), ...partsOf(value)])
  return (text) =>
    parts.some((part) =>
      text.length >= part.length && (!/^[\da-f-]*$/i.test(text) || text.includes(part)) || text.includes("...")
    )
}

/** Removes secrets from every text of a reason, also inside its fields, and shortens the texts. It changes the reason. */
export const scrubReason = (reason: MistralErrorReason, scrub: Scrub): MistralErrorReason => {
  const scrubShort = (text: string) => scrub(text.length > longest ? `${text.slice(0, longest)}...` : text)
  for (const [name, value] of Object.entries(reason)) {
    // Words of this library.
    if (/^(?:_tag|kind|phase)$/.test(name)) continue
    Object.assign(reason, { [name]: mapTexts(value, 32, scrubShort) })
  }
  return reason
}

/** A defect without secrets. An `Error` stays the same one: its message, its stack and those of its causes are changed. */
export const scrubDefect = (defect: unknown, scrub: Scrub): unknown => {
  let error = defect
  for (let levels = 0; error instanceof Error && levels < 5; levels++) {
    // It fails quietly where an error is frozen.
    for (const name of ["message", "stack"] as const) {
      Reflect.defineProperty(error, name, { value: scrub(String(error[name])) })
    }
    error = error.cause
  }
  return typeof defect === "string" ? scrub(defect) : defect
}

const secretValues = (
  keys: Iterable<string>,
  named: ReadonlyArray<readonly [name: string, value: string]>
): ReadonlyArray<string> => [
  ...keys,
  ...named.flatMap(([name, value]) => credentialName.test(name) ? String(value).trim() : [])
]

const mark = "<redacted>"

/** The most characters of a text in a reason. */
const longest = 500

/** Whether a text is long enough to be a secret wherever it occurs. */
const isLong = (text: string): boolean => text.length > 3

/** A value, also without its scheme, and the user and the password of a `Basic` value. */
const secretsIn = (value: string): ReadonlyArray<string> => {
  const token = value.slice(value.indexOf(" ") + 1)
  return [value, token, ...value.startsWith("Basic ") ? convert(atob, token).split(/:(.*)/s) : []]
}

/** The longer parts of a value, such as a cookie or a signed header. The text of a page ends before a bracket. */
const partsOf = (value: string): ReadonlyArray<string> =>
  [/[\s,;"=]+/, /[\s,;"=<>]+/].flatMap((separator) => value.split(separator)).filter((part) => part.length > 7)

/** A secret, the bytes of its UTF-8, and the part of its base64 that is the same wherever the secret stands, by offsets. */
const forms = (secret: string): ReadonlyArray<string> => {
  const bytes = String.fromCharCode(...new TextEncoder().encode(secret))
  return [
    secret,
    bytes,
    ...[0, 2, 3].map((from) => convert(btoa, "xx".slice(0, from && from - 1) + bytes).replace(/.==?$/, "").slice(from))
  ]
}

const convert = (conversion: (text: string) => string, text: string): string => {
  try {
    return conversion(text)
  } catch {
    return ""
  }
}

/** A text with escaped characters as they are, also where they are escaped more than once, and one form of base64. */
const unescape = (text: string): string => {
  for (let pass = 0; pass < 5; pass++) {
    text = text.replace(
      /(?:%|u00|&#x0*)([\da-f]{2})|&#(\d+)|[\\;_-]/gi,
      (match, hex, decimal) =>
        hex || decimal ? String.fromCharCode(hex ? parseInt(hex, 16) : decimal) : base64Digits[match] ?? ""
    )
  }
  return text
}

/** The digits of base64 for URLs that are others in ordinary base64. */
const base64Digits: Readonly<Record<string, string>> = { "-": "+", "_": "/" }
