import * as RateLimiter from "effect/persistence/RateLimiter"
import * as SqlError from "effect/sql/SqlError"
import { LedgerError } from "../../BatchError.ts"

/** Makes a failed statement the error of an operation of the store. */
export const storeError = (operation: string) => (cause: SqlError.SqlError | undefined): RateLimiter.RateLimiterError =>
  new RateLimiter.RateLimiterError({
    reason: new RateLimiter.RateLimitStoreError({
      message: cause === undefined ? `${operation} found no row` : `${operation} failed: ${sentence(cause)}`,
      cause
    })
  })

/** The database's own sentence, which has no values of the statement. */
const sentence = ({ message, reason: { cause } }: SqlError.SqlError): string =>
  (cause instanceof Error && cause.message !== "" ? cause.message : message).slice(0, 300)

/** The error of an operation on limits whose store failed. */
export const toLedgerError =
  (operation: string) => ({ message, reason }: RateLimiter.RateLimiterError): LedgerError => {
    const cause = "cause" in reason ? reason.cause : undefined
    return new LedgerError({
      operation: `limits.${operation}`,
      description: message,
      isRetryable: SqlError.isSqlError(cause) && cause.isRetryable
    })
  }
