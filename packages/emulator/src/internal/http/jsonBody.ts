import { firstError } from "../json/jsonSyntax.ts"
import { detail, type ErrorResponse } from "./errorResponse.ts"

/** Parses the JSON of a body, or gives the API's 422 response. */
export const parseBody = (text: string): { readonly value: unknown } | ErrorResponse => {
  if (text.trim() === "") {
    return detail(422, [{ type: "missing", loc: ["body"], msg: "Field required", input: null }])
  }
  try {
    return { value: JSON.parse(text) }
  } catch {
    const { at, error } = firstError(text)
    return detail(422, [{
      type: "json_invalid",
      loc: ["body", at],
      msg: "JSON decode error",
      input: {},
      ctx: { error }
    }])
  }
}
