import * as Schema from "effect/Schema"

/**
 * A struct that keeps the keys it does not know, for what the server sends.
 *
 * The static type leaves the index signature out: with it a misspelt key would be a silent `unknown`. The cast is true
 * because a value with further keys is a value of the narrower type.
 */
export const open = <const Fields extends Schema.Struct.Fields>(
  fields: Fields
): Schema.Codec<Schema.Struct.Type<Fields>, Schema.Struct.Encoded<Fields>> =>
  Schema.StructWithRest(Schema.Struct(fields), [
    Schema.Record(Schema.String, Schema.Unknown)
  ]) as unknown as Schema.Codec<
    Schema.Struct.Type<Fields>,
    Schema.Struct.Encoded<Fields>
  >

/**
 * A string of which some values are known, and which grows on the server's side.
 *
 * The cast widens nothing: every string belongs to `Known | (string & {})`, which only helps the editor complete.
 */
export const openEnum = <const Known extends string>(
  ..._known: ReadonlyArray<Known>
): Schema.Codec<Known | (string & {}), Known | (string & {})> =>
  Schema.String as unknown as Schema.Codec<Known | (string & {}), Known | (string & {})>

/** A key that may be absent or `null`, kept as it came. */
export const nullish = <S extends Schema.Constraint>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

/** A key of a request that may be left out (absent or `undefined`, neither is sent) or sent as `null`. */
export const nullable = <S extends Schema.Constraint>(schema: S) => Schema.optional(Schema.NullOr(schema))
