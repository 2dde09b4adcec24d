import type { SqlError } from "effect/sql/SqlError"
import { LedgerError } from "../../BatchError.ts"

/** Makes a failed statement the error of an operation. The database's sentence has no values of the statement. */
export const ledgerError = (operation: string) => ({ reason }: SqlError): LedgerError => {
  const { cause } = reason
  const sentence = cause instanceof Error && cause.message !== "" ? cause.message : reason.message
  return new LedgerError({ operation, description: sentence.slice(0, 300), isRetryable: reason.isRetryable })
}

/** A failure of the ledger that no repetition cures. */
export const refused = (operation: string, description: string): LedgerError =>
  new LedgerError({ operation, description, isRetryable: false })

/** Whether a transaction was undone because another one was in its way, so that it can be repeated at once. */
export const isConflict = ({ reason }: SqlError): boolean =>
  reason._tag === "DeadlockError" || reason._tag === "SerializationError" || reason._tag === "LockTimeoutError"
