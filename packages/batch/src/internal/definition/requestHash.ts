import * as Hash from "effect/Hash"

/** The hash of an item of which the definition can make no request. No request has it. */
export const noRequest = 0

/**
 * The hash of a request, given as JSON text: `JSON.stringify` of what `Definition.request` returns.
 *
 * *Details*: a signed integer of 32 bits. It finds equal requests, but does not prove that they are equal.
 */
export const requestHash = (json: string): number => {
  const hash = Hash.string(json)
  return hash === noRequest ? 1 : hash
}
