import * as CliError from "effect/cli/CliError"
import type * as HttpServerError from "effect/http/HttpServerError"
import type { CassetteError } from "../cassette/format/cassetteError.ts"
import type { DatabaseError } from "../storage/database.ts"

/** Converts a start failure to an error of the command line. */
export const startError = (
  error: CassetteError | DatabaseError | HttpServerError.ServeError
): CliError.UserError =>
  new CliError.UserError({
    cause: error,
    userMessage: error._tag === "ServeError" ? listenProblem(error) : error.message
  })

const listenProblem = ({ cause }: HttpServerError.ServeError): string => {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return `The emulator cannot listen on its address: ${reason}${
    reason.includes("EADDRINUSE") ? "\n  Use another --port, or 0 for a free one." : ""
  }`
}
