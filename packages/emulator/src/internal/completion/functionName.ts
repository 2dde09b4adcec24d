import type { ErrorResponse } from "../http/errorResponse.ts"

/** Checks the form of a function's name: in a tool, in a call, or in the result of a call. */
export const nameProblem = (
  name: string,
  error: (message: string) => ErrorResponse
): ErrorResponse | undefined =>
  /^[a-zA-Z0-9_-]{1,64}$/.test(name) ? undefined : error(
    `Function name was ${name} but must be a-z, A-Z, 0-9, or contain underscores and dashes, with a maximum length of 64.`
  )
