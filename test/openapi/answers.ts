/** Responses compared with the file: each that it allows is accepted, and each key that it names is known. */
import { assert } from "@effect/vitest"
import * as Schema from "effect/Schema"
import type { Field } from "./comparison.ts"
import { takes } from "./comparison.ts"
import { nameOf, type OpenApi, type Property } from "./specification.ts"

/** Selects one of the responses that a schema of the file allows. */
export interface Choice {
  /** With every key, or only with those that are required. */
  readonly whole: boolean
  /** With `null` wherever the file allows it. */
  readonly nulls: boolean
  /** The index of one of several possible schemas. */
  readonly alternative: number
}

/** Enough choices to meet every alternative of every union of the file. */
export const choices: ReadonlyArray<Choice> = [true, false].flatMap((whole) =>
  [true, false].flatMap((nulls) => Array.from({ length: 8 }, (_, alternative) => ({ whole, nulls, alternative })))
)

const resolve = (openApi: OpenApi, property: Property): Property => {
  const name = nameOf(property)
  return name === undefined ? property : resolve(openApi, openApi.components.schemas[name]!)
}

const isNull = (property: Property): boolean => property.type === "null"

/** A response that the file allows. */
export const answerOf = (openApi: OpenApi, given: Property, choice: Choice, depth = 0): unknown => {
  // Filters nest without end: below this depth only required keys are written.
  if (depth > 8 && choice.whole) return answerOf(openApi, given, { ...choice, whole: false }, depth)
  const property = resolve(openApi, given)
  const every = property.anyOf ?? property.oneOf
  if (every !== undefined) {
    if (choice.nulls && every.some(isNull)) return null
    const some = every.filter((one) => !isNull(one))
    return answerOf(openApi, some[choice.alternative % some.length]!, choice, depth + 1)
  }
  if (property.const !== undefined) return property.const
  if (property.enum !== undefined) return property.enum[choice.alternative % property.enum.length]
  switch (property.type) {
    case "string":
      return property.format === "date-time" ? "2026-01-15T08:00:00.123456Z" : "text"
    case "integer":
      return 3
    case "number":
      return 0.5
    case "boolean":
      return true
    case "array":
      return choice.whole ? [answerOf(openApi, property.items ?? {}, choice, depth + 1)] : []
    case "object":
      return property.properties === undefined
        ? {
          key: answerOf(
            openApi,
            typeof property.additionalProperties === "object" ? property.additionalProperties : {},
            choice
          )
        }
        : Object.fromEntries(
          Object.entries(property.properties)
            .filter(([key]) => choice.whole || property.required?.includes(key))
            .map(([key, inner]) => [key, answerOf(openApi, inner, choice, depth + 1)])
        )
    default:
      return ["anything"]
  }
}

type Ast = Schema.Top["ast"]

const withoutNull = (ast: Ast): Ast => {
  if (ast._tag !== "Union") return ast
  const types = ast.types.filter(({ _tag }) => _tag !== "Null")
  return types.length === 1 ? types[0]! : ast
}

/**
 * Asserts that a schema of responses names the keys that the file names, no more and no fewer, at every level, and that
 * each key refuses values of another type. Where the schema is `Unknown`, nothing is compared.
 */
export const assertKnown = (openApi: OpenApi, given: Property, ast: Ast, where: string): void => {
  const property = resolve(openApi, given)
  const every = (property.anyOf ?? property.oneOf)?.filter((one) => !isNull(one))
  const type = withoutNull(ast)
  if (type._tag === "Unknown") return
  if (every !== undefined && every.length === 1) return assertKnown(openApi, every[0]!, type, where)
  // Where the file has several objects, the schema of this library is one with the keys of all.
  const objects = (every ?? [property]).map((one) => resolve(openApi, one).properties)
  if (objects.every((one) => one !== undefined)) {
    assert.strictEqual(type._tag, "Objects", where)
    if (type._tag !== "Objects") return
    const properties: Record<string, Property> = Object.assign({}, ...objects)
    assert.deepStrictEqual(
      type.propertySignatures.map(({ name }) => String(name)).sort(),
      Object.keys(properties).sort(),
      where
    )
    for (const { name, type: inner } of type.propertySignatures) {
      assertKnown(openApi, properties[String(name)]!, inner, `${where}.${String(name)}`)
    }
    return
  }
  if (every !== undefined) return
  if (property.type === "array") {
    assert.strictEqual(type._tag, "Arrays", where)
    if (type._tag === "Arrays") assertKnown(openApi, property.items ?? {}, type.rest[0]!, `${where}[]`)
    return
  }
  const other = property.type === "object" ? "text" : {}
  // A schema made of an AST has no type to tell; the check takes any value.
  assert.isFalse(takes(Schema.make(type) as Field, other), `${where} takes ${JSON.stringify(other)}`)
}
