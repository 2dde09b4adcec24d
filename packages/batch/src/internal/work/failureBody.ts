import * as Schema from "effect/Schema"
import { ItemFailure } from "../../BatchError.ts"

const encode = Schema.encodeSync(ItemFailure)

/** The JSON text of the error of an item, as the ledger keeps it. */
export const failureBody = (failure: ItemFailure): string => JSON.stringify(encode(failure))
