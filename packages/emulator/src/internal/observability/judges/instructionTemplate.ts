import * as Predicate from "effect/Predicate"
import type { ErrorResponse } from "../../http/errorResponse.ts"
import { observabilityError } from "../api/observabilityError.ts"

/** The variables that instructions can refer to. */
export type Variables = Readonly<Record<string, unknown>>

const variable = /^[A-Za-z_]\w*(?:\.\w+)*$/

/**
 * Fills in the `{{ variables }}` of instructions: names, and properties after dots. Other Jinja2 syntax (`{% %}`,
 * filters) is not supported and stays as it is.
 */
export const renderInstructions = (instructions: string, variables: Variables): string | ErrorResponse => {
  const [first = "", ...rest] = instructions.split("{{")
  let filled = first
  for (const part of rest) {
    const end = part.indexOf("}}")
    if (end === -1) return observabilityError(400, "TEMPLATE_SYNTAX_ERROR", "The instructions have a {{ without a }}")
    const path = part.slice(0, end).trim()
    filled += variable.test(path) ? written(read(variables, path)) : `{{${part.slice(0, end + 2)}`
    filled += part.slice(end + 2)
  }
  return filled
}

/** A missing value is empty, as in Jinja2. */
const read = (variables: Variables, path: string): unknown =>
  path.split(".").reduce<unknown>(
    (value, key) => Predicate.hasProperty(value, key) && Object.hasOwn(value, key) ? value[key] : undefined,
    variables
  )

const written = (value: unknown): string =>
  value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value)
