/** Comparisons of this library's requests with Mistral's OpenAPI file. */
import { assert, it } from "@effect/vitest"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import type { Property } from "./specification.ts"

/** A schema of any kind. */
export type Field = Schema.Constraint

/** The keys of a struct. */
export type Fields = Readonly<Record<string, Field>>

/** A struct of this library. */
export interface Struct {
  readonly fields: Fields
  /** Keys that the file does not require, and this library does: the `type` or `role` that tells a union's kinds apart. */
  readonly nameless?: ReadonlyArray<string>
  /** Keys that only other servers than Mistral's take. Its deployments leave them out. */
  readonly foreign?: ReadonlyArray<string>
}

/** The file's description of an object. */
export type ObjectSchema = Pick<Property, "properties" | "required">

/** Registers tests that a struct has the keys of an object, the same required keys, and accepts `null` where it does. */
export const compareStruct = (
  name: string,
  spec: ObjectSchema | undefined,
  { fields, foreign = [], nameless = [] }: Struct
): void => {
  it(`has the keys of ${name}, no more and no fewer`, () => {
    assert.isDefined(spec)
    assert.deepStrictEqual(Object.keys(fields).sort(), [...Object.keys(spec?.properties ?? {}), ...foreign].sort())
  })

  it(`requires what ${name} requires`, () => {
    const required = Object.entries(fields).filter(([, field]) => !takesNothing(field)).map(([key]) => key)
    assert.deepStrictEqual(required.sort(), [...new Set([...spec?.required ?? [], ...nameless])].sort())
  })

  it(`takes null where ${name} takes it`, () => {
    for (const [key, property] of Object.entries(spec?.properties ?? {})) {
      assert.strictEqual(takes(fields[key]!, null), takesNull(property), key)
    }
  })
}

/** Registers a test that a schema takes a closed set of values, no more and no fewer. */
export const compareEnum = (name: string, values: ReadonlyArray<string> = [], schema: Field): void => {
  it(`is that of ${name}`, () => {
    assert.isAbove(values.length, 0)
    for (const value of values) assert.isTrue(takes(schema, value), String(value))
    assert.deepStrictEqual(literals(schema).sort(), [...values].sort())
  })
}

/** Registers tests that the numbers of a struct are within the ranges the file sets. */
export const compareRanges = (name: string, spec: ObjectSchema | undefined, fields: Fields): void => {
  for (const [key, property] of Object.entries(spec?.properties ?? {})) {
    const range = alternatives(property).find(({ type }) => type === "number" || type === "integer")
    if (range === undefined) continue
    it(`is that of ${name}.${key}`, () => {
      const { exclusiveMaximum, exclusiveMinimum, maximum, minimum, type } = range
      const field = fields[key]!
      const step = type === "integer" ? 1 : 0.001
      if (minimum !== undefined) {
        assert.isTrue(takes(field, minimum))
        assert.isFalse(takes(field, minimum - step))
      }
      if (exclusiveMinimum !== undefined) {
        assert.isFalse(takes(field, exclusiveMinimum))
        assert.isTrue(takes(field, exclusiveMinimum + step))
      }
      if (maximum !== undefined) {
        assert.isTrue(takes(field, maximum))
        assert.isFalse(takes(field, maximum + step))
      } else if (exclusiveMaximum !== undefined) {
        assert.isFalse(takes(field, exclusiveMaximum))
        assert.isTrue(takes(field, exclusiveMaximum - step))
      } else assert.isTrue(takes(field, 1_000_000))
      assert.strictEqual(takes(field, (minimum ?? exclusiveMinimum ?? 0) + 0.5), type === "number")
    })
  }
}

/** Registers tests that the texts and lists of a struct are as long as the file lets them be. */
export const compareLengths = (name: string, spec: ObjectSchema | undefined, fields: Fields): void => {
  for (const [key, property] of Object.entries(spec?.properties ?? {})) {
    const { items, maxItems, maxLength, minItems, minLength, type } = property
    if (type !== "string" && (type !== "array" || items?.type !== "string")) continue
    if (property.enum !== undefined || property.const !== undefined || items?.enum !== undefined) continue
    const of = (length: number): unknown => type === "string" ? "x".repeat(length) : Array(length).fill("x")
    const [minimum = 0, maximum] = type === "string" ? [minLength, maxLength] : [minItems, maxItems]
    it(`is that of ${name}.${key}`, () => {
      const field = fields[key]!
      assert.isTrue(takes(field, of(minimum)))
      if (minimum > 0) assert.isFalse(takes(field, of(minimum - 1)))
      assert.isTrue(takes(field, of(maximum ?? 20_000)))
      if (maximum !== undefined) assert.isFalse(takes(field, of(maximum + 1)))
    })
  }
}

/** The property and its alternatives. */
export const alternatives = (property: Property): ReadonlyArray<Property> => [property, ...property.anyOf ?? []]

// The checks need no services; a field's type parameters are of no interest here.
/** Whether a schema takes a value. */
export const takes = (schema: Field, value: unknown): boolean =>
  Exit.isSuccess(Schema.decodeUnknownExit(schema as Schema.Codec<unknown, unknown>)(value))

/** Whether a key may be left out. */
export const takesNothing = (field: Field): boolean =>
  Exit.isSuccess(
    Schema.decodeUnknownExit(Schema.Struct({ field: field as Schema.Codec<unknown, unknown> }))({})
  )

/** Whether a property of the file takes `null`. */
export const takesNull = (property: Property): boolean =>
  property.type === "null" || (property.anyOf ?? []).some((one) => takesNull(one)) ||
  // A property without a type accepts any value.
  (property.type === undefined && property.anyOf === undefined && property.$ref === undefined &&
    !("oneOf" in property) && !("const" in property) && !("enum" in property))

/** The texts a schema names, at its top or in a union there. */
const literals = (schema: Field): Array<string> => {
  const walk = (ast: Schema.Top["ast"]): Array<string> =>
    ast._tag === "Literal" && typeof ast.literal === "string"
      ? [ast.literal]
      : ast._tag === "Union"
      ? ast.types.flatMap(walk)
      : []
  return walk(schema.ast)
}
