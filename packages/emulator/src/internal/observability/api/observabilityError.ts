import type * as ErrorCode from "@effect-mistral/observability/ErrorCode"
import { ErrorResponse, type Problem } from "../../http/errorResponse.ts"

/** An error response in the form of the observability API. */
export const observabilityError = (status: number, error_code: ErrorCode.Known, message: string): ErrorResponse =>
  new ErrorResponse({ status, body: { detail: { message, error_code } } })

/** The 422 response to a body or a query that does not fit. Its message is one sentence, not a list. */
export const invalid = (problems: ReadonlyArray<Pick<Problem, "loc" | "msg">>): ErrorResponse =>
  observabilityError(422, "VALIDATION_ERROR", problems.map(({ loc, msg }) => `${loc.join(".")}: ${msg}`).join("; "))

/** The error response for an unknown field, or an operator that the field does not support. */
export const badField = (message: string): ErrorResponse => observabilityError(400, "FIELDS_BAD_REQUEST", message)

/** The error response for a search that cannot be done. */
export const badSearch = (message: string): ErrorResponse => observabilityError(400, "SEARCH_BAD_REQUEST", message)
