import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"

/**
 * Compiles a schema to a predicate once, out of closures.
 *
 * The predicate gives the same results as `Schema.is`, which interprets the schema at every call and costs more than
 * `JSON.parse` of the same value. Effect's own compiler needs `eval`, which edge runtimes forbid. Kinds of schema that
 * are not compiled here fall back to `Schema.is`.
 */
export const compilePredicate = <A>(schema: Schema.Codec<A, unknown>): (value: unknown) => value is A =>
  // The cast is safe: the closures give the same results as `Schema.is`, which a property test shows.
  compile(schema.ast, loosely) as (value: unknown) => value is A

/** Compiles a schema without transformations to a predicate that also refuses unknown keys. */
export const compileStrictPredicate = <A>(schema: Schema.Codec<A, unknown>): (value: unknown) => value is A =>
  compile(schema.ast, strictly) as (value: unknown) => value is A

const decodes = (schema: Schema.Codec<unknown, unknown>, onExcessProperty: "ignore" | "error"): Predicate => {
  const decode = Schema.decodeUnknownExit(schema)
  return (value) => Exit.isSuccess(decode(value, { onExcessProperty }))
}

// As `Schema.is`, out of what is used anyway.
const loosely: Fallback = (schema) => decodes(Schema.toType(schema), "ignore")

const strictly: Fallback = (schema) => decodes(schema, "error")

const predicates = new WeakMap<SchemaAST.AST, Predicate>()

/** The predicate of a part of a schema, compiled once. */
export const predicateOf = (ast: SchemaAST.AST): Predicate => {
  let predicate = predicates.get(ast)
  if (predicate === undefined) predicates.set(ast, predicate = compile(ast, loosely))
  return predicate
}

type Predicate = (value: unknown) => boolean

/** Makes the predicate of a kind of schema that is not compiled here. `strictly` means that unknown keys are refused. */
type Fallback = (schema: Schema.Codec<unknown>) => Predicate

const compile = (ast: SchemaAST.AST, fallback: Fallback): Predicate => {
  if (ast.encoding !== undefined) return interpret(ast, fallback)
  const type = compileType(ast, fallback)
  if (ast.checks === undefined) return type
  const checks = ast.checks.flatMap(filters)
  return (value) => {
    if (!type(value)) return false
    for (const check of checks) if (check.run(value, ast, options) !== undefined) return false
    return true
  }
}

const options: SchemaAST.ParseOptions = {}

const filters = (check: SchemaAST.Check<unknown>): ReadonlyArray<SchemaAST.Filter<unknown>> =>
  check._tag === "Filter" ? [check] : check.checks.flatMap(filters)

const compileType = (ast: SchemaAST.AST, fallback: Fallback): Predicate => {
  switch (ast._tag) {
    case "String":
      return (value) => typeof value === "string"
    case "Number":
      return (value) => typeof value === "number"
    case "Boolean":
      return (value) => typeof value === "boolean"
    case "Null":
      return (value) => value === null
    case "Undefined":
      return (value) => value === undefined
    case "Unknown":
      return () => true
    case "Literal": {
      const { literal } = ast
      return (value) => value === literal
    }
    case "Union":
      return ast.options?.mode === "oneOf"
        ? interpret(ast, fallback)
        : anyOf(ast.types.map((type) => compile(type, fallback)))
    case "Arrays":
      return ast.elements.length === 0 && ast.rest.length === 1
        ? arrayOf(compile(ast.rest[0]!, fallback))
        : interpret(ast, fallback)
    case "Objects":
      return compileObject(ast, fallback) ?? interpret(ast, fallback)
    default:
      return interpret(ast, fallback)
  }
}

const interpret = (ast: SchemaAST.AST, fallback: Fallback): Predicate =>
  fallback(Schema.make<Schema.Top>(ast) as Schema.Codec<unknown>)

const anyOf = (predicates: ReadonlyArray<Predicate>): Predicate => {
  if (predicates.length === 2) {
    const [first, second] = predicates as [Predicate, Predicate]
    return (value) => first(value) || second(value)
  }
  return (value) => {
    for (const is of predicates) if (is(value)) return true
    return false
  }
}

const arrayOf = (is: Predicate): Predicate => (value) => {
  if (!Array.isArray(value)) return false
  for (let i = 0; i < value.length; i++) if (!is(value[i])) return false
  return true
}

const compileObject = (ast: SchemaAST.Objects, fallback: Fallback): Predicate | undefined => {
  const { indexSignatures, propertySignatures } = ast
  if (propertySignatures.length === 0 && indexSignatures.length === 0) return undefined
  if (!indexSignatures.every(({ parameter, type }) => isAnything(type) && parameter._tag === "String")) return undefined
  // Parallel arrays and an index: this loop is most of the cost of a check.
  const names = propertySignatures.map(({ name }) => name)
  const optional = propertySignatures.map(({ type }) => SchemaAST.isOptional(type))
  const predicates = propertySignatures.map(({ type }) => compile(type, fallback))
  const excess = fallback === strictly ? excessOf(new Set(names), indexSignatures.length > 0) : undefined
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return false
    const record = value as Readonly<Record<PropertyKey, unknown>>
    for (let i = 0; i < predicates.length; i++) {
      const name = names[i]!
      const property = record[name]
      if (property === undefined && !(name in record)) {
        if (optional[i] === false) return false
      } else if (!predicates[i]!(property)) return false
    }
    return excess === undefined || !excess(value)
  }
}

/** Whether an object has an enumerable key that is neither known nor covered by an index signature of strings. */
const excessOf = (known: ReadonlySet<PropertyKey>, indexed: boolean) => (value: object): boolean => {
  for (const key of Reflect.ownKeys(value)) {
    if (known.has(key) || (indexed && typeof key === "string")) continue
    if (Object.prototype.propertyIsEnumerable.call(value, key)) return true
  }
  return false
}

const isAnything = (ast: SchemaAST.AST): boolean =>
  ast._tag === "Unknown" && ast.checks === undefined && ast.encoding === undefined
