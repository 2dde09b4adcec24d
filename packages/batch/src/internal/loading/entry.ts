import * as Result from "effect/Result"
import { InvalidItem } from "../../BatchError.ts"
import type * as Ledger from "../../LedgerModel.ts"
import type { Definition } from "../definition/definition.ts"
import { noRequest, requestHash } from "../definition/requestHash.ts"

/** An item that is ready to be written. */
export interface Entry extends Ledger.NewItem {
  sameAs: number | null
}

/**
 * Encodes an item and hashes its request. The text of the request is not kept: a part may have 50,000 items. An item without a
 * request is written, too: it fails when its part is worked on.
 */
export const makeEntry = (
  definition: Definition,
  id: string,
  index: number,
  value: unknown
): Result.Result<Entry, InvalidItem> => {
  const encoded = definition.encodeItem(value)
  if (Result.isFailure(encoded)) return Result.fail(new InvalidItem({ id, index, issues: encoded.failure }))
  const item = encoded.success
  const request = requestText(definition, item)
  return Result.succeed({ item, hash: request === null ? noRequest : requestHash(request), sameAs: null })
}

/** The JSON text of the request of an item, by which identical prompts are told. */
export const requestText = (definition: Definition, item: string): string | null => {
  const request = definition.request(item)
  if (Result.isFailure(request)) return null
  try {
    return JSON.stringify(request.success)
  } catch {
    // A value that JSON cannot say, such as a BigInt: sending the request fails with its own error.
    return null
  }
}
