/**
 * Constructors for wire schemas: schemas of responses accept unknown keys and values, schemas of requests do not.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"

/**
 * A struct that keeps unknown keys, for what the server sends.
 *
 * *Details*: the static type has no index signature, because with one a misspelt key would be a silent `unknown`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const looseStruct = <const Fields extends Schema.Struct.Fields>(
  fields: Fields
): Schema.Codec<Schema.Struct.Type<Fields>, Schema.Struct.Encoded<Fields>> =>
  // The cast is true: a value with further keys is also a value of the narrower type.
  Schema.StructWithRest(Schema.Struct(fields), [
    Schema.Record(Schema.String, Schema.Unknown)
  ]) as unknown as Schema.Codec<
    Schema.Struct.Type<Fields>,
    Schema.Struct.Encoded<Fields>
  >

/**
 * A string with known values, to which the server may add new ones.
 *
 * @category constructors
 * @since 0.1.0
 */
export const openEnum = <const Known extends string>(
  ..._known: ReadonlyArray<Known>
): Schema.Codec<Known | (string & {}), Known | (string & {})> =>
  // The cast widens nothing: every string is a `Known | (string & {})`, which only helps the editor complete.
  Schema.String as unknown as Schema.Codec<Known | (string & {}), Known | (string & {})>

/**
 * A key of a response that may be absent or `null`. It stays as it was received.
 *
 * @category constructors
 * @since 0.1.0
 */
export const nullish = <S extends Schema.Constraint>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

/**
 * A key of a request that may be left out (absent or `undefined`, neither is sent) or sent as `null`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const nullable = <S extends Schema.Constraint>(schema: S) => Schema.optional(Schema.NullOr(schema))
