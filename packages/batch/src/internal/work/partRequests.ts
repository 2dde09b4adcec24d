import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { DefinitionChanged, NotRegistered, type RequestFailed } from "../../BatchError.ts"
import type * as Ledger from "../../Ledger.ts"
import type { Definition, Fingerprint } from "../definition/definition.ts"
import { noRequest, requestHash } from "../definition/requestHash.ts"
import type { PartWork } from "./partWork.ts"

/** The definition that a batch was started with, or the sentence that says why this process cannot work on it. */
export const definitionOf = (
  definitions: ReadonlyMap<string, Definition>,
  { fingerprint, id }: Ledger.Batch
): Result.Result<Definition, string> => {
  const definition = definitions.get(fingerprint.name)
  if (definition === undefined) {
    return Result.fail(`${new NotRegistered({ name: fingerprint.name }).message} Then resume the batch.`)
  }
  const changed = fields.filter((field) => definition.fingerprint[field] !== fingerprint[field])
  return changed.length === 0
    ? Result.succeed(definition)
    : Result.fail(new DefinitionChanged({ id, changed }).message)
}

const fields: ReadonlyArray<keyof Fingerprint> = ["name", "version", "endpoint", "item", "answer"]

/** The requests of the items of a part, and the items of which the definition can make none. */
export interface PartRequests {
  readonly requests: PartWork["requests"]
  readonly failures: ReadonlyArray<{ readonly seq: number; readonly error: RequestFailed }>
}

/**
 * Makes the requests of the open items of a part. Fails with a sentence if one is not the request that was made when the item
 * was written.
 *
 * *Details*: the comparison is by hash, for each item by itself, so that it needs neither the items that are done nor those
 * that are identical to an earlier one.
 */
export const makeRequests = Effect.fnUntraced(function*(
  definition: Definition,
  claim: Ledger.Claim
): Effect.fn.Return<PartRequests, string> {
  const requests: Array<PartWork["requests"][number]> = []
  const failures: Array<PartRequests["failures"][number]> = []
  let count = 0
  for (const { hash, item, seq } of claim.items) {
    const request = definition.request(item)
    if (hashOf(request) !== hash) {
      return yield* Effect.fail(
        `${
          new DefinitionChanged({ id: claim.batch.id, changed: ["request"] }).message
        } Item ${seq} has another request now: `
          + "the function that makes requests has changed, or does not return the same request each time."
      )
    }
    if (Result.isSuccess(request)) requests.push({ seq, request: request.success })
    else failures.push({ seq, error: request.failure })
    // Parts of batch jobs have tens of thousands of items.
    if (++count % itemsInOneGo === 0) yield* Effect.yieldNow
  }
  return { requests, failures }
})

const itemsInOneGo = 1000

const hashOf = (request: Result.Result<object, RequestFailed>): number => {
  if (Result.isFailure(request)) return noRequest
  try {
    return requestHash(JSON.stringify(request.success))
  } catch {
    // A value that JSON cannot say, such as a BigInt. Sending the request fails with its own error.
    return noRequest
  }
}
