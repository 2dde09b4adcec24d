import type * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import type { Issue } from "../../MistralErrorReason.ts"
import { type SchemaValidator, schemaValidator } from "./schemaValidator.ts"

/**
 * Reads parsed JSON as a value of a schema: strictly by `is`, and where that fails tolerantly by `repair`.
 *
 * *Details*: a value that fits is used as it was received. Nothing but the strict check runs for it.
 */
export class JsonReader<A> {
  /** Whether JSON fits the schema as it is. */
  readonly is: (json: unknown) => json is A
  readonly #validator: SchemaValidator<A>
  readonly #schema: Schema.Codec<A, unknown>
  readonly #repair: ((json: unknown) => unknown) | undefined

  constructor(schema: Schema.Codec<A, unknown>, repair: ((json: unknown) => unknown) | undefined) {
    this.#schema = schema
    this.#repair = repair
    this.#validator = schemaValidator(schema)
    this.is = this.#validator.is
  }

  /** The value that JSON is read as that does not fit the schema as it is, or `undefined` if it cannot be read. */
  repair(json: unknown): A | undefined {
    const repaired = this.#repair?.(json)
    return this.is(repaired) ? repaired : undefined
  }

  /** The places where JSON cannot be read. One issue for the whole value if it is nothing of this API. */
  issues(json: unknown): ReadonlyArray<Issue> {
    return isRecognisable(this.#schema.ast, json)
      ? this.#validator.issues(this.#repair?.(json) ?? json)
      : [{ path: [], message: "Expected JSON of this API" }]
  }
}

/** Whether JSON has at least one key of a schema. */
const isRecognisable = (ast: SchemaAST.AST, json: unknown): boolean =>
  ast._tag === "Union"
    ? ast.types.some((type) => isRecognisable(type, json))
    : ast._tag === "Arrays"
    ? Array.isArray(json)
    : ast._tag !== "Objects" || (typeof json === "object" && json !== null &&
      ast.propertySignatures.some(({ name }) => name in json))
