import { badRequest, type ErrorResponse } from "../http/errorResponse.ts"

/** The request header that names the scope of a request. */
export const scopeHeader = "x-emulator-scope"

/** The longest name of a scope. */
const longest = 200

const rule = `The name of a scope has 1 to ${longest} ASCII characters, and does not begin or end with a space`

/** Whether a text is the name of a scope: a header can have it as its whole value. */
const isScopeName = (name: string): boolean =>
  name.length <= longest && /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(name)

/** The error response to a name that is not one of a scope, or `undefined` if it is one. */
export const scopeProblem = (name: string): ErrorResponse | undefined =>
  isScopeName(name) ? undefined : badRequest({ message: rule, type: "invalid_scope", param: "scope" })

/** The name of a scope, as a program gives it. Any other text is a mistake of the program, and throws. */
export const scopeName = (name: string): string => {
  if (!isScopeName(name)) throw new RangeError(rule)
  return name
}
