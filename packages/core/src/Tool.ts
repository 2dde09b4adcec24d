/**
 * The tools that a model may call, the calls that it makes, and the choice between them.
 *
 * @see https://docs.mistral.ai/capabilities/function_calling
 * @since 0.1.0
 */
import { jsonIssues } from "./internal/request/jsonIssues.ts"
import { withoutIdentifiers } from "./internal/schema/withoutIdentifiers.ts"
import type { Function } from "./ToolSchema.ts"

export * from "./ToolSchema.ts"

/**
 * Makes a function tool from a name and the JSON Schema of its arguments.
 *
 * *Details*: the keys `$schema` and `$id`, which generators of JSON Schemas add and Mistral does not compile, are left out at
 * every depth. A reference by a `$id` becomes a pointer to the same place.
 *
 * *Gotchas*: a `$ref` must lead to a definition in the same schema. Otherwise the request fails with `InvalidRequest`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: {
  readonly name: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly description?: string | undefined
  readonly strict?: boolean | undefined
}): Function => ({
  type: "function",
  function: {
    name: options.name,
    ...(options.description === undefined ? undefined : { description: options.description }),
    ...(options.strict === undefined ? undefined : { strict: options.strict }),
    // A value that JSON cannot express, such as a cycle, is reported by the request.
    parameters: jsonIssues(options.parameters).length > 0 ? options.parameters : withoutIdentifiers(options.parameters)
  }
})
