import type * as ErrorCode from "@effect-mistral/observability/ErrorCode"
import { type Problem, Refusal } from "../refusal.ts"

/** A refusal in the form of the observability API. */
export const problem = (status: number, error_code: ErrorCode.Known, message: string): Refusal =>
  new Refusal({ status, body: { detail: { message, error_code } } })

/** A body or a query that does not fit: 422 here is one sentence, not a list. */
export const invalid = (problems: ReadonlyArray<Pick<Problem, "loc" | "msg">>): Refusal =>
  problem(422, "VALIDATION_ERROR", problems.map(({ loc, msg }) => `${loc.join(".")}: ${msg}`).join("; "))

/** A condition that names no field, or an operator that the field does not have. */
export const badField = (message: string): Refusal => problem(400, "FIELDS_BAD_REQUEST", message)

/** A search that cannot be done. */
export const badSearch = (message: string): Refusal => problem(400, "SEARCH_BAD_REQUEST", message)
