import { badRequest, type ErrorResponse } from "../http/errorResponse.ts"

/** The request header that names the scope of a request. */
export const scopeHeader = "x-emulator-scope"

/** The longest name of a scope. */
const longest = 200

/** The error response to a name that is not one of a scope, or `undefined` if it is one. */
export const scopeProblem = (name: string): ErrorResponse | undefined =>
  name.trim() !== "" && name.length <= longest && /^[\x20-\x7e]*$/.test(name)
    ? undefined
    : badRequest({
      message: `The name of a scope has 1 to ${longest} visible ASCII characters`,
      type: "invalid_scope",
      param: "scope"
    })
