import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import type * as SchemaIssue from "effect/SchemaIssue"
import { hasMoreValues } from "../json/valueCount.ts"
import type { Problem } from "./errorResponse.ts"

type Loc = Problem["loc"]

/** A position that does not fit: `path` is the path in the value, `loc` is the API's name of it. */
interface Place {
  readonly path: ReadonlyArray<PropertyKey>
  readonly loc: Loc
}

/** The values of a body from which on only its first problem is listed: a list of all could be longer than the body. */
const mostValues = 20_000

/** The problems of a request that does not fit its schema, as the API lists them; empty if it fits. */
export const validationProblems = <A>(schema: Schema.Codec<A, unknown>, value: unknown): ReadonlyArray<Problem> => {
  const errors = hasMoreValues(value, mostValues) ? "first" : "all"
  const exit = Schema.decodeUnknownExit(schema)(value, { errors, onExcessProperty: "error" })
  if (exit._tag === "Success") return []
  return exit.cause.reasons.flatMap((reason) =>
    reason._tag === "Fail" ? walk(reason.error.issue, { path: [], loc: ["body"] }, value) : []
  )
}

const at = (value: unknown, path: ReadonlyArray<PropertyKey>): unknown =>
  path.reduce<unknown>((inner, key) => Predicate.hasProperty(inner, key) ? inner[key] : undefined, value)

const problem = (
  place: Place,
  value: unknown,
  type: string,
  msg: string,
  ctx?: Readonly<Record<string, unknown>>
): Problem => ({
  type,
  loc: place.loc,
  msg,
  input: at(value, place.path) ?? null,
  ...(ctx === undefined ? undefined : { ctx })
})

const walk = (issue: SchemaIssue.Issue, place: Place, value: unknown): ReadonlyArray<Problem> => {
  switch (issue._tag) {
    case "Pointer":
      return walk(issue.issue, {
        path: [...place.path, ...issue.path],
        loc: [...place.loc, ...issue.path.map((key) => typeof key === "symbol" ? String(key) : key)]
      }, value)
    case "Composite":
      return issue.issues.flatMap((inner) => walk(inner, place, value))
    case "AnyOf":
      return anyOf(issue, place, value)
    case "Encoding":
      return walk(issue.issue, place, value)
    case "Filter":
      return filtered(issue, place, value)
    case "InvalidValue":
      return [problem(place, value, "value_error", `Value error, ${String(issue.annotations?.["message"])}`)]
    case "MissingKey":
      // The API shows the object that lacks the key.
      return [{ ...problem(place, value, "missing", "Field required"), input: at(value, place.path.slice(0, -1)) }]
    case "UnexpectedKey":
      return [problem(place, value, "extra_forbidden", "Extra inputs are not permitted")]
    case "InvalidType":
      return [wrongType([issue.ast], place, value)]
    default:
      return [problem(place, value, "value_error", "Value error")]
  }
}

/** The alternatives of a union, nested unions included, without `null` and `undefined`. */
const alternatives = (ast: SchemaAST.AST): ReadonlyArray<SchemaAST.AST> =>
  ast._tag === "Union"
    ? ast.types.flatMap(alternatives)
    : ast._tag === "Undefined" || ast._tag === "Null"
    ? []
    : [ast]

const anyOf = (issue: SchemaIssue.AnyOf, place: Place, value: unknown): ReadonlyArray<Problem> => {
  const inner = issue.issues.filter((inner) => inner._tag !== "AnyOf" || inner.ast._tag === "Union")
  const all = alternatives(issue.ast)
  const key = discriminator(all)
  const input = at(value, place.path)
  if (inner.length > 0) {
    const tag = key === undefined || !Predicate.hasProperty(input, key) ? undefined : input[key]
    // The API includes the discriminator's value in the location: `messages, 0, user, name`.
    const tagged = typeof tag === "string" ? { ...place, loc: [...place.loc, tag] } : place
    // Without a discriminator, the alternative with the fewest problems is assumed.
    return inner.map((one) => walk(one, tagged, value)).reduce((best, one) => one.length < best.length ? one : best)
  }
  if (key === undefined) return [wrongType(all, place, value)]
  if (!Predicate.isObject(input)) {
    return [problem(
      place,
      value,
      "model_attributes_type",
      "Input should be a valid dictionary or object to extract fields from"
    )]
  }
  if (!Predicate.hasProperty(input, key)) {
    return [problem(
      place,
      value,
      "union_tag_not_found",
      `Unable to extract tag using discriminator '${key}'`,
      { discriminator: `'${key}'` }
    )]
  }
  const tags = all.flatMap((ast) => tagOf(ast, key)).map((tag) => `'${tag}'`).join(", ")
  return [problem(
    place,
    value,
    "union_tag_invalid",
    `Input tag '${String(input[key])}' found using '${key}' does not match any of the expected tags: ${tags}`,
    { discriminator: `'${key}'`, tag: String(input[key]), expected_tags: tags }
  )]
}

const tagOf = (ast: SchemaAST.AST, key: string): ReadonlyArray<string> =>
  ast._tag === "Objects"
    ? ast.propertySignatures.flatMap(({ name, type }) =>
      name === key && type._tag === "Literal" && typeof type.literal === "string" ? [type.literal] : []
    )
    : []

/** The key that discriminates the objects of a union. */
const discriminator = (all: ReadonlyArray<SchemaAST.AST>): string | undefined =>
  all.length < 2
    ? undefined
    : ["role", "type"].find((key) => all.every((ast) => tagOf(ast, key).length === 1))

const wrongType = (all: ReadonlyArray<SchemaAST.AST>, place: Place, value: unknown): Problem => {
  const literals = all.flatMap((ast) => ast._tag === "Literal" ? [`'${String(ast.literal)}'`] : [])
  if (literals.length === all.length || (literals.length > 0 && typeof at(value, place.path) === "string")) {
    const last = literals.at(-1) ?? ""
    const expected = literals.length < 2 ? last : `${literals.slice(0, -1).join(", ")} or ${last}`
    return problem(place, value, "literal_error", `Input should be ${expected}`, { expected })
  }
  const tags = all.map((ast) => ast._tag)
  const is = (tag: SchemaAST.AST["_tag"]) => tags.includes(tag)
  if (is("String")) return problem(place, value, "string_type", "Input should be a valid string")
  if (is("Number")) {
    return isInteger(all)
      ? problem(place, value, "int_type", "Input should be a valid integer")
      : problem(place, value, "float_type", "Input should be a valid number")
  }
  if (is("Boolean")) return problem(place, value, "bool_type", "Input should be a valid boolean")
  if (is("Arrays")) return problem(place, value, "list_type", "Input should be a valid list")
  return problem(
    place,
    value,
    "model_attributes_type",
    "Input should be a valid dictionary or object to extract fields from"
  )
}

const idOf = (check: SchemaAST.Check<never>): unknown => {
  const representation: unknown = check.annotations?.["representation"]
  return Predicate.hasProperty(representation, "id") ? representation.id : undefined
}

const isInteger = (all: ReadonlyArray<SchemaAST.AST>): boolean =>
  all.some((ast) => (ast.checks ?? []).some((check) => idOf(check) === "effect/schema/isInt"))

/** The problems of a value that a check refuses. */
const filtered = (issue: SchemaIssue.Filter, place: Place, value: unknown): ReadonlyArray<Problem> => {
  const problem = outOfRange(issue.filter, place, value)
  // The issue of a check that says neither its bounds nor what it expects names the expectation and the path itself.
  return problem === undefined ? walk(issue.issue, place, value) : [problem]
}

const outOfRange = (check: SchemaAST.Filter<unknown>, place: Place, value: unknown): Problem | undefined => {
  switch (idOf(check)) {
    case "effect/schema/isInt":
      return problem(
        place,
        value,
        "int_from_float",
        "Input should be a valid integer, got a number with a fractional part"
      )
    case "effect/schema/isFinite":
      return problem(place, value, "finite_number", "Input should be a finite number")
  }
  const input = at(value, place.path)
  const bounds = boundsOf(check, input)
  const { exclusiveMinimum, maximum, minimum } = bounds
  if (typeof input === "number") {
    if (exclusiveMinimum !== undefined && input <= exclusiveMinimum) {
      return problem(place, value, "greater_than", `Input should be greater than ${exclusiveMinimum}`, {
        gt: exclusiveMinimum
      })
    }
    if (minimum !== undefined && input < minimum) {
      return problem(
        place,
        value,
        "greater_than_equal",
        `Input should be greater than or equal to ${minimum}`,
        { ge: minimum }
      )
    }
    if (maximum !== undefined && input > maximum) {
      return problem(place, value, "less_than_equal", `Input should be less than or equal to ${maximum}`, {
        le: maximum
      })
    }
  }
  const expected = check.annotations?.["expected"]
  return wrongLength(input, bounds, place, value) ?? (expected === undefined
    ? undefined
    : problem(place, value, "value_error", `Value error, expected ${String(expected)}`))
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`

/** The problem of a text or a list that is too short or too long. */
const wrongLength = (input: unknown, bounds: Bounds, place: Place, value: unknown): Problem | undefined => {
  if (typeof input === "string") {
    const { maxLength, minLength } = bounds
    const length = Array.from(input).length
    if (minLength !== undefined && length < minLength) {
      const msg = `String should have at least ${counted(minLength, "character")}`
      return problem(place, value, "string_too_short", msg, { min_length: minLength })
    }
    if (maxLength !== undefined && length > maxLength) {
      const msg = `String should have at most ${counted(maxLength, "character")}`
      return problem(place, value, "string_too_long", msg, { max_length: maxLength })
    }
  }
  if (Array.isArray(input)) {
    const { maxItems, minItems } = bounds
    const actual = input.length
    const ctx = { field_type: "List", actual_length: actual }
    if (minItems !== undefined && actual < minItems) {
      const msg = `List should have at least ${counted(minItems, "item")} after validation, not ${actual}`
      return problem(place, value, "too_short", msg, { ...ctx, min_length: minItems })
    }
    if (maxItems !== undefined && actual > maxItems) {
      const msg = `List should have at most ${counted(maxItems, "item")} after validation, not ${actual}`
      return problem(place, value, "too_long", msg, { ...ctx, max_length: maxItems })
    }
  }
  return undefined
}

type Bounds = {
  readonly [
    Name in "minimum" | "exclusiveMinimum" | "maximum" | "minItems" | "maxItems" | "minLength" | "maxLength"
  ]?: number
}

/** The bounds of a check, as they stand in its JSON Schema. */
const boundsOf = (check: SchemaAST.Filter<unknown>, input: unknown): Bounds => {
  const toJsonSchema: unknown = check.annotations?.["toJsonSchema"]
  const fragment: unknown = typeof toJsonSchema === "function"
    ? toJsonSchema({ type: Array.isArray(input) ? "array" : typeof input })
    : undefined
  // The cast is safe: in JSON Schema these keys are numbers.
  return Predicate.isObject(fragment) ? fragment as Bounds : {}
}
