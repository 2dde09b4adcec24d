/**
 * Constructors for wire schemas: schemas of responses accept unknown keys and values, schemas of requests do not.
 *
 * *Details*: the type of a schema that occurs inside another one is declared in three steps, so that editors, errors and
 * emitted declarations show its name in place of its fields, in nested places too:
 *
 * ```ts
 * import { WireSchema } from "@effect-mistral/core"
 * import { Schema } from "effect"
 *
 * const usage = WireSchema.looseStruct({ prompt_tokens: Schema.Number })
 *
 * export interface Usage extends Schema.Schema.Type<typeof usage> {}
 *
 * export const Usage: Schema.Codec<Usage> = usage
 * ```
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * A schema whose type is the interface `Type`, with the `fields` of the struct `Struct` that it is made of.
 *
 * *When to use*: as the annotation of a struct of a request whose fields other modules need. Elsewhere
 * `Schema.Codec<Type>` is enough.
 *
 * @category models
 * @since 0.1.0
 */
export interface NamedStruct<out Type, out Struct extends { readonly fields: Schema.Struct.Fields }>
  extends Schema.Codec<Type>
{
  readonly fields: Struct["fields"]
}

/**
 * Makes a struct schema that keeps unknown keys, for responses.
 *
 * *Details*: the static type has no index signature, because with one a misspelt key would be a silent `unknown`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const looseStruct = <const Fields extends Schema.Struct.Fields>(
  fields: Fields
): Schema.Codec<Schema.Struct.Type<Fields>, Schema.Struct.Encoded<Fields>> =>
  // The cast is safe: a value with further keys is also a value of the narrower type.
  Schema.StructWithRest(Schema.Struct(fields), [
    Schema.Record(Schema.String, Schema.Unknown)
  ]) as unknown as Schema.Codec<
    Schema.Struct.Type<Fields>,
    Schema.Struct.Encoded<Fields>
  >

/**
 * Makes the schema of a string with known values, to which the server may add new ones.
 *
 * *Details*: every string is accepted. The known values are in the type only, so that editors complete them.
 *
 * @category constructors
 * @since 0.1.0
 */
export const openEnum = <const Known extends string>(
  ..._known: ReadonlyArray<Known>
): Schema.Codec<Known | (string & {}), Known | (string & {})> =>
  // The cast is safe: every string is a `Known | (string & {})`.
  Schema.String as unknown as Schema.Codec<Known | (string & {}), Known | (string & {})>

/**
 * Makes a key of a response that may be absent or `null`. A value is kept as it was received.
 *
 * @category constructors
 * @since 0.1.0
 */
export const nullish = <S extends Schema.Constraint>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

/**
 * Makes a key of a request that may be left out or sent as `null`. It is left out where it is absent or `undefined`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const nullable = <S extends Schema.Constraint>(schema: S) => Schema.optional(Schema.NullOr(schema))
