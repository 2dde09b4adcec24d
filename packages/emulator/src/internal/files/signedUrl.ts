import * as Redacted from "effect/Redacted"
import { createHmac, timingSafeEqual } from "node:crypto"
import type { Settings } from "../settings/settings.ts"

/** The path of files that need no key but a signature. No path of Mistral's API begins with it. */
export const signedPath = "/emulator/files"

/** How long a URL is valid at most, in hours. */
export const longestExpiry = 168

/** The URL of a file's content, which is valid without a key until `expires`, in seconds since the epoch. */
export const signedUrl = (
  { apiKey }: Pick<Settings, "apiKey">,
  origin: string,
  { expires, filename, id }: { readonly id: string; readonly filename: string; readonly expires: number }
): string => {
  const [extension = ""] = /\.[A-Za-z0-9]+$/.exec(filename) ?? []
  return `${origin}${signedPath}/${id}${extension}?expires=${expires}&signature=${signatureOf(apiKey, id, expires)}`
}

/** The key stays the same over a restart, and so do the URLs. */
const signatureOf = (apiKey: Redacted.Redacted<string>, id: string, expires: number): string =>
  createHmac("sha256", `files:${Redacted.value(apiKey)}`).update(`${id}:${expires}`).digest("base64url")

/** Whether the signature is the emulator's own, expired or not. */
export const isSigned = (
  { apiKey }: Pick<Settings, "apiKey">,
  { expires, id, signature }: { readonly id: string; readonly expires: number; readonly signature: string }
): boolean => {
  const [expected, given] = [signatureOf(apiKey, id, expires), signature].map((text) => Buffer.from(text))
  return expected!.length === given!.length && timingSafeEqual(expected!, given!)
}
