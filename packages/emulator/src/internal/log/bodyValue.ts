import { isTooDeep } from "../json/jsonSyntax.ts"

/**
 * The value of the text of a body: that of its JSON, the text if it is none or is nested deeper than the API accepts, and
 * `undefined` without a text.
 */
export const bodyValue = (text: string): unknown => {
  if (text === "") return undefined
  if (isTooDeep(text)) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
