import * as Data from "effect/Data"

/** A request that is answered with an error: the status, and the body as the API writes it. */
export class ErrorResponse extends Data.TaggedError("ErrorResponse")<{
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>> | undefined
}> {}

/** The form of the web framework itself: `{ detail }`. */
export const detail = (status: number, detail: unknown, headers?: Readonly<Record<string, string>>): ErrorResponse =>
  new ErrorResponse({ status, body: { detail }, headers })

/** What a validation error says of one place, in the words of pydantic. */
export interface Problem {
  readonly type: string
  readonly loc: ReadonlyArray<string | number>
  readonly msg: string
  readonly input: unknown
  readonly ctx?: Readonly<Record<string, unknown>>
}

/** A request that does not fit its schema. */
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

/** A request that fits its schema and still makes no sense. */
export const badRequest = (options: {
  readonly message: string
  readonly type: string
  readonly code?: string
  readonly param?: string
  /** Some of the API's answers repeat their status in the body. */
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

/** A request that asks for what its model cannot do. */
export const invalidArguments = (message: string): ErrorResponse =>
  badRequest({ message, type: "invalid_request_invalid_args", code: "3051", raw: true })

/** A model that the emulator does not have, or that cannot do what is asked of it. */
export const invalidModel = (model: string, status = 400): ErrorResponse =>
  badRequest({ message: `Invalid model: ${model}`, type: "invalid_model", code: "1500", raw: true, status })

/**
 * An agent that the emulator does not have. The status and the sentence are a guess in the form of the API's other
 * errors: no answer of the API to an unknown agent is on record.
 */
export const unknownAgent = (id: string): ErrorResponse =>
  badRequest({ message: `Agent not found: ${id}`, type: "invalid_request_error", param: "agent_id", status: 404 })
