import * as Data from "effect/Data"

/** An error response: the status, and the body as the API writes it. */
export class ErrorResponse extends Data.TaggedError("ErrorResponse")<{
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>> | undefined
}> {}

/** An error in the form of the API's web framework: `{ detail }`. */
export const detail = (status: number, detail: unknown, headers?: Readonly<Record<string, string>>): ErrorResponse =>
  new ErrorResponse({ status, body: { detail }, headers })

/** One problem of a validation error, in the form of pydantic. */
export interface Problem {
  readonly type: string
  readonly loc: ReadonlyArray<string | number>
  readonly msg: string
  readonly input: unknown
  readonly ctx?: Readonly<Record<string, unknown>>
}

/** A 422 response for a request that does not fit its schema. */
export const invalid = (problems: ReadonlyArray<Problem>): ErrorResponse =>
  new ErrorResponse({
    status: 422,
    body: {
      object: "error",
      message: { detail: problems },
      type: "invalid_request_error",
      param: null,
      code: null
    }
  })

/** An error response for a request that fits its schema but is not acceptable. */
export const badRequest = (options: {
  readonly message: string
  readonly type: string
  readonly code?: string
  readonly param?: string
  /** Some of the API's bodies repeat the status. */
  readonly raw?: boolean
  readonly status?: number
}): ErrorResponse => {
  const status = options.status ?? 400
  return new ErrorResponse({
    status,
    body: {
      object: "error",
      message: options.message,
      type: options.type,
      param: options.param ?? null,
      code: options.code ?? null,
      ...(options.raw === true ? { raw_status_code: status } : undefined)
    }
  })
}

/** The error response for a request whose kind of problem has no type and code of its own, or none that is known. */
export const invalidRequest = (message: string): ErrorResponse => badRequest({ message, type: "invalid_request_error" })

/** The error response for arguments that the model does not support. */
export const invalidArguments = (message: string): ErrorResponse =>
  badRequest({ message, type: "invalid_request_invalid_args", code: "3051", raw: true })

/** The error response for a model that is unknown or lacks the capability. */
export const invalidModel = (model: string, status = 400): ErrorResponse =>
  badRequest({ message: `Invalid model: ${model}`, type: "invalid_model", code: "1500", raw: true, status })

/**
 * The error response for an unknown agent. Status and sentence are a guess in the form of the API's other errors: no
 * response of the API to an unknown agent has been observed.
 */
export const unknownAgent = (id: string): ErrorResponse =>
  badRequest({ message: `Agent not found: ${id}`, type: "invalid_request_error", param: "agent_id", status: 404 })

/** The error response of an operation that needs the database while it cannot be used. Mistral's API has no such error. */
export const databaseUnavailable = (message: string): ErrorResponse =>
  badRequest({ message, type: "database_unavailable", status: 503 })
