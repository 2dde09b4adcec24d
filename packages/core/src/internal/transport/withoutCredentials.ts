import { credentialName } from "./credentialName.ts"

/**
 * Removes from a text all that looks like a secret, though no secret is known: PEM blocks, the query of a URL, the value after
 * a scheme or after the name of a credential, and every word that is not ordinary. Words of letters, numbers, addresses, host
 * names and the codes of errors stay. The user and the password of a URL are removed from every error, see `makeScrub`.
 */
export const withoutCredentials = (text: string): string => {
  const plain = text.slice(0, 2000).replace(/-----BEGIN[^]*|(?<=\S)\?[^\s"')]+/g, mark).replace(named, `$1${mark}`)
    .replace(/[^\s"'()<>{}[\],;:?!=&@#|\\]+/g, (word) =>
      word.split("/").every(isOrdinary)
        ? word
        // The host of a URL. Other parts that look ordinary may be those of a secret, because base64 has slashes.
        : word.replace(/[^/]+/g, (part) => part.includes(".") && isOrdinary(part) ? part : mark))
  return plain.length > 300 ? `${plain.slice(0, 300)}...` : plain
}

const mark = "<redacted>"

/** A scheme or the name of a credential, and the value that follows, unless that is what was wrong with the credential. */
const named = /* @__PURE__ */ new RegExp(
  `((?:bearer|basic)\\s+|\\bsk-|(?:${credentialName.source})[\\w-]*["'\\\\]*(?:\\s*[=:]|\\s+is)\\s*)` +
    "(?!bearer|basic|invalid|expired|unauth|not |econn|enot|etim|\\d{3}\\b)(?:\\\\?([\"'])[^]*?(?:\\2|$)|[^\\s,;&}]+)",
  "gi"
)

/**
 * Whether a word is a number or an address, a host name, or made of words of letters. A word with a hyphen that speaks of a
 * credential may be one, such as `secret-of-monet`.
 */
const isOrdinary = (word: string): boolean =>
  !/-.*(?:key|token|secret|passw)|(?:key|token|secret|passw).*-/i.test(word) &&
  /^(?:[\d.-]{0,15}|v\d|\dxx|(?:[a-z-]+\d{0,3}[a-z-]*\.)+[a-z]+|(?:(?:^|[._~-])\p{Ll}{0,20}|O(?=Auth)|\p{Lu}\p{Ll}{2,20}|\p{Lu}{2,20}(?=\p{Lu}\p{Ll}|\P{L}|$)|\p{Lu}\p{Ll}(?=\p{Lu}\p{Ll}{2}|\P{L}|$)|\p{Lu}(?!\p{L}))*)$/u
    .test(word)
