import type * as RateLimiter from "effect/persistence/RateLimiter"
import * as SqlError from "effect/sql/SqlError"
import { LedgerError } from "../../BatchError.ts"

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
