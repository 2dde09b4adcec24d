import * as RateLimiter from "effect/persistence/RateLimiter"
import * as SqlError from "effect/sql/SqlError"
import { LedgerError } from "../../BatchError.ts"
import { ledgerError } from "../sql/ledgerError.ts"

/** Makes a failed statement the error of an operation of the store. */
export const storeError = (operation: string) => (cause: SqlError.SqlError | undefined): RateLimiter.RateLimiterError =>
  new RateLimiter.RateLimiterError({
    reason: new RateLimiter.RateLimitStoreError({
      message: cause === undefined
        ? `${operation}: the row of the key was deleted`
        : ledgerError(operation)(cause).description,
      cause
    })
  })

/** The error of an operation on limits whose store failed. */
export const toLedgerError =
  (operation: string) => ({ message, reason }: RateLimiter.RateLimiterError): LedgerError => {
    const cause = "cause" in reason ? reason.cause : undefined
    return SqlError.isSqlError(cause)
      ? ledgerError(operation)(cause)
      : new LedgerError({ operation, description: message, isRetryable: false })
  }
