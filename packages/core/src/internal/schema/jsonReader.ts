import type * as Schema from "effect/Schema"
import type { Issue } from "../../MistralErrorReason.ts"
import { type SchemaValidator, schemaValidator } from "./schemaValidator.ts"

/**
 * Reads parsed JSON as a value of a schema: strictly by `is`, and where that fails tolerantly by `repair`.
 *
 * *Details*: a value that fits is used as it was received. Nothing but the strict check runs for it.
 */
export interface JsonReader<A> extends SchemaValidator<A> {
  /** Reads JSON that does not fit the schema. The result is `undefined` if it cannot be read. */
  readonly repair: (json: unknown) => A | undefined
  /** The places where JSON cannot be read. One issue for the whole value if it is nothing of this API. */
  readonly issues: (json: unknown) => ReadonlyArray<Issue>
}

/** Makes a reader of a schema. Without `repair` it only reads strictly. */
export const jsonReader = <A>(
  schema: Schema.Codec<A, unknown>,
  repair: (json: unknown) => unknown = () => undefined
): JsonReader<A> => {
  const { is, issues } = schemaValidator(schema)
  const { ast } = schema
  return {
    is,
    repair: (json) => {
      const repaired = repair(json)
      return is(repaired) ? repaired : undefined
    },
    issues: (json) =>
      ast._tag !== "Objects" || ast.propertySignatures.some(({ name }) => name in Object(json))
        ? issues(repair(json) ?? json)
        : [{ path: [], message: "Expected JSON of this API" }]
  }
}
