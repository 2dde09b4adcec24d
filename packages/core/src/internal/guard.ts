import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"

/**
 * The predicate of a schema, put together from closures once.
 *
 * It answers as `Schema.is` does, which interprets the schema each time: 1.8 microseconds for a completion chunk, where
 * `JSON.parse` takes 0.8. Effect's own compiler is as fast but needs `eval`, which edge runtimes forbid, and 7.5 kB of a
 * bundle. Whatever is not known here goes to `Schema.is`.
 */
export const guard = <A>(schema: Schema.Codec<A, unknown>): (value: unknown) => value is A =>
  // The closures answer as `Schema.is` does, by construction and by test.
  compile(schema.ast, Schema.is) as (value: unknown) => value is A

/** The predicate of a schema that changes nothing, which also refuses keys that the schema does not know. */
export const strictGuard = <A>(schema: Schema.Codec<A, unknown>): (value: unknown) => value is A =>
  compile(schema.ast, strictly) as (value: unknown) => value is A

const strictly: Fallback = (schema) => {
  const decode = Schema.decodeUnknownExit(schema)
  return (value) => Exit.isSuccess(decode(value, { onExcessProperty: "error" }))
}

type Guard = (value: unknown) => boolean

/** Makes the guard of a schema that the closures here do not know. It also says whether unknown keys are refused. */
type Fallback = (schema: Schema.Codec<unknown>) => Guard

const compile = (ast: SchemaAST.AST, fallback: Fallback): Guard => {
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

const compileType = (ast: SchemaAST.AST, fallback: Fallback): Guard => {
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

const interpret = (ast: SchemaAST.AST, fallback: Fallback): Guard =>
  fallback(Schema.make<Schema.Top>(ast) as Schema.Codec<unknown>)

const anyOf = (guards: ReadonlyArray<Guard>): Guard => {
  if (guards.length === 2) {
    const [first, second] = guards as [Guard, Guard]
    return (value) => first(value) || second(value)
  }
  return (value) => {
    for (const is of guards) if (is(value)) return true
    return false
  }
}

const arrayOf = (is: Guard): Guard => (value) => {
  if (!Array.isArray(value)) return false
  for (let i = 0; i < value.length; i++) if (!is(value[i])) return false
  return true
}

const compileObject = (ast: SchemaAST.Objects, fallback: Fallback): Guard | undefined => {
  const { indexSignatures, propertySignatures } = ast
  if (propertySignatures.length === 0 && indexSignatures.length === 0) return undefined
  if (!indexSignatures.every(({ parameter, type }) => isAnything(type) && parameter._tag === "String")) return undefined
  // Apart and by index: this loop is most of the cost of a check.
  const names = propertySignatures.map(({ name }) => name)
  const optional = propertySignatures.map(({ type }) => SchemaAST.isOptional(type))
  const guards = propertySignatures.map(({ type }) => compile(type, fallback))
  const excess = fallback === strictly ? excessOf(new Set(names), indexSignatures.length > 0) : undefined
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return false
    const record = value as Readonly<Record<PropertyKey, unknown>>
    for (let i = 0; i < guards.length; i++) {
      const name = names[i]!
      const property = record[name]
      if (property === undefined && !(name in record)) {
        if (optional[i] === false) return false
      } else if (!guards[i]!(property)) return false
    }
    return excess === undefined || !excess(value)
  }
}

/** Tells whether an object has an enumerable key that is neither known nor covered by an index of texts. */
const excessOf = (known: ReadonlySet<PropertyKey>, indexed: boolean) => (value: object): boolean => {
  for (const key of Reflect.ownKeys(value)) {
    if (known.has(key) || (indexed && typeof key === "string")) continue
    if (Object.prototype.propertyIsEnumerable.call(value, key)) return true
  }
  return false
}

const isAnything = (ast: SchemaAST.AST): boolean =>
  ast._tag === "Unknown" && ast.checks === undefined && ast.encoding === undefined
