import { Effect, Schema } from "effect"

/** A schema of which the types do not matter, and the sentence of its refusal, if it cannot be sent. */
export interface Kind {
  readonly schema: Schema.Codec<unknown, unknown>
  readonly refused?: RegExp
}

class Author extends Schema.Class<Author>("app/Author")({
  name: Schema.String,
  born: Schema.optional(Schema.Int)
}) {}

class Shape extends Schema.TaggedClass<Shape>("Shape")("Shape", { sides: Schema.Int }) {}

interface Category {
  readonly name: string
  readonly children: ReadonlyArray<Category>
}

const Category = Schema.Struct({
  name: Schema.String,
  children: Schema.Array(Schema.suspend((): Schema.Codec<Category> => Category))
}).annotate({ identifier: "Category" })

interface Node {
  readonly value: number
  readonly next?: Node
}

const Node: Schema.Codec<Node> = Schema.Struct({
  value: Schema.Int,
  next: Schema.optionalKey(Schema.suspend((): Schema.Codec<Node> => Node))
})

interface Expression {
  readonly type: "expression"
  readonly left: number | Operation
}

interface Operation {
  readonly type: "operation"
  readonly operand?: Expression
}

const Expression: Schema.Codec<Expression> = Schema.Struct({
  type: Schema.Literal("expression"),
  left: Schema.Union([Schema.Finite, Schema.suspend((): Schema.Codec<Operation> => Operation)])
}).annotate({ identifier: "Expression" })

const Operation: Schema.Codec<Operation> = Schema.Struct({
  type: Schema.Literal("operation"),
  operand: Schema.optionalKey(Schema.suspend((): Schema.Codec<Expression> => Expression))
}).annotate({ identifier: "Operation" })

const tagged = Schema.Union([
  Schema.TaggedStruct("Circle", { radius: Schema.Finite }),
  Schema.TaggedStruct("Square", { side: Schema.Finite, colour: Schema.optionalKey(Schema.String) })
])

/** A schema of which the types do not matter. */
const loosely = (schema: Schema.Top): Schema.Codec<unknown, unknown> =>
  Schema.make<Schema.Codec<unknown, unknown>>(schema.ast)

const works = (fields: Schema.Struct.Fields): Kind => ({ schema: loosely(Schema.Struct(fields)) })

const whole = (schema: Schema.Top, refused?: RegExp): Kind => ({
  schema: loosely(schema),
  ...(refused === undefined ? {} : { refused })
})

const wrap = (key: string) => new RegExp(`Mistral.*Wrap it in a Struct: Schema\\.Struct\\(\\{ ${key}: \\.\\.\\. \\}\\)`)

const at = (place: string, reason: string) => new RegExp(`Mistral \\(at ${place}\\): .*${reason}.*\\. [A-Z]`)

export const kinds: Readonly<Record<string, Kind>> = {
  "Struct": works({
    a: Schema.String,
    b: Schema.Number,
    c: Schema.Finite,
    d: Schema.Int,
    e: Schema.Boolean,
    f: Schema.Null
  }),
  "nested arrays": works({ a: Schema.Array(Schema.Array(Schema.Struct({ b: Schema.Array(Schema.Int) }))) }),
  "optional": works({ a: Schema.optional(Schema.String), b: Schema.optional(Schema.Array(Schema.Int)) }),
  "optionalKey": works({ a: Schema.optionalKey(Schema.String), b: Schema.optionalKey(Author) }),
  "mutableKey": works({ a: Schema.mutableKey(Schema.String) }),
  "NullOr": works({ a: Schema.NullOr(Schema.String), b: Schema.optionalKey(Schema.NullOr(Schema.Int)) }),
  "NullishOr": works({ a: Schema.NullishOr(Schema.String), b: Schema.optional(Schema.NullishOr(Schema.Int)) }),
  "UndefinedOr": works({ a: Schema.UndefinedOr(Schema.String), b: Schema.Array(Schema.UndefinedOr(Schema.Int)) }),
  "Option": works({ a: Schema.Option(Schema.String) }),
  "Option from null or absent": works({
    a: Schema.OptionFromNullOr(Schema.String),
    b: Schema.OptionFromNullishOr(Schema.String),
    c: Schema.OptionFromOptionalKey(Schema.Date),
    d: Schema.OptionFromOptional(Schema.Int)
  }),
  "tagged union": works({ a: tagged, b: Schema.Array(tagged) }),
  "union of one": works({ a: Schema.Union([Schema.String, Schema.Int], { mode: "oneOf" }) }),
  "literals": works({ a: Schema.Literals(["one", "two"]), b: Schema.Literals([1, "x", true]), c: Schema.Literal(1n) }),
  "enum of strings": works({ a: Schema.Enum({ Red: "red", Blue: "b" } as const) }),
  "enum of numbers": works({ a: Schema.Enum({ Low: 0, High: 1 } as const) }),
  "brand": works({ a: Schema.String.pipe(Schema.brand("Id")), b: Schema.Int.pipe(Schema.brand("Count")) }),
  "recursive with a name": { schema: loosely(Category) },
  "recursive without a name": { schema: loosely(Node) },
  "recursive twice": works({ a: Node, b: Schema.optional(Node), c: Category }),
  "mutually recursive": { schema: loosely(Expression) },
  "Record": works({ a: Schema.Record(Schema.String, Schema.Int), b: Schema.Record(Schema.String, Author) }),
  "Record with literal keys": works({ a: Schema.Record(Schema.Literals(["x", "y"]), Schema.Int) }),
  "Record with patterned keys": works({
    a: Schema.Record(Schema.String.check(Schema.isPattern(/^x-[a-z]+$/)), Schema.Int),
    b: Schema.Record(Schema.TemplateLiteral(["n-", Schema.Int]), Schema.Boolean)
  }),
  "StructWithRest": works({
    a: Schema.StructWithRest(Schema.Struct({ id: Schema.Int }), [Schema.Record(Schema.String, Schema.Int)])
  }),
  "StructWithRest as root": whole(
    Schema.StructWithRest(Schema.Struct({ id: Schema.Int }), [Schema.Record(Schema.String, Schema.Int)])
  ),
  "Tuple": works({ a: Schema.Tuple([Schema.String, Schema.Int]), b: Schema.Tuple([Schema.Int, Schema.Int]) }),
  "Tuple with an optional item": works({ a: Schema.Tuple([Schema.String, Schema.optionalKey(Schema.Int)]) }),
  "Tuple with rest": works({ a: Schema.TupleWithRest(Schema.Tuple([Schema.String]), [Schema.Int]) }),
  "Tuple with last items": works({
    a: Schema.TupleWithRest(Schema.Tuple([Schema.String]), [Schema.Int, Schema.Boolean])
  }),
  "empty Tuple": works({ a: Schema.Tuple([]) }),
  "NonEmptyArray": works({ a: Schema.NonEmptyArray(Schema.String) }),
  "Class": { schema: loosely(Author) },
  "Class used twice": works({ a: Author, b: Author, c: Schema.optional(Author), d: Schema.Array(Author) }),
  "TaggedClass": works({ a: Shape, b: Schema.Union([Shape, Author]) }),
  "Date": works({ a: Schema.Date, b: Schema.DateFromString, c: Schema.optional(Schema.Date) }),
  "DateTime": works({
    a: Schema.DateTimeUtc,
    b: Schema.DateTimeUtcFromString,
    c: Schema.DateTimeUtcFromDate
  }),
  "date with a zone, and of HTTP": works({
    a: Schema.DateTimeZoned,
    b: Schema.DateTimeZonedFromString,
    c: Schema.optional(Schema.DateTimeUtcFromHttpDate)
  }),
  "date in milliseconds": works({ a: Schema.DateFromMillis, b: Schema.DateTimeUtcFromMillis }),
  "number from a string": works({ a: Schema.NumberFromString, b: Schema.FiniteFromString }),
  "boolean from a bit": works({ a: Schema.BooleanFromBit }),
  "pattern": works({
    a: Schema.String.check(Schema.isPattern(/^[A-Z]{2}-\d{4}$/)),
    b: Schema.String.check(Schema.isULID())
  }),
  "format": works({
    a: Schema.String.annotate({ format: "email" }),
    b: Schema.String.check(Schema.isUUID()),
    c: Schema.String.annotate({ format: "iban" })
  }),
  "start and end of a string": works({
    a: Schema.String.check(Schema.isStartingWith("a"), Schema.isEndingWith("z")),
    b: Schema.String.check(Schema.isPattern(/^(a|b)/), Schema.isPattern(/z$/)),
    c: Schema.String.check(Schema.isPattern(/^a|^b/), Schema.isPattern(/y$|z$/))
  }),
  "trimmed": works({ a: Schema.Trim, b: Schema.Trimmed }),
  "decoding defaults": works({
    a: Schema.String.pipe(Schema.withDecodingDefault(Effect.succeed("x"))),
    b: Schema.String.pipe(Schema.withDecodingDefaultKey(Effect.succeed("x"))),
    c: Schema.FiniteFromString.pipe(Schema.withDecodingDefaultType(Effect.succeed(1))),
    d: Schema.String.annotate({ default: "x" })
  }),
  "BigInt": works({ a: Schema.BigInt, b: Schema.BigIntFromString }),
  "BigDecimal": works({ a: Schema.BigDecimal }),
  "Set": works({ a: Schema.ReadonlySet(Schema.String), b: Schema.HashSet(Schema.Int), c: Schema.Chunk(Schema.Int) }),
  "Map": works({ a: Schema.ReadonlyMap(Schema.String, Schema.Int), b: Schema.HashMap(Schema.String, Schema.Int) }),
  "Duration": works({ a: Schema.Duration, b: Schema.DurationFromMillis, c: Schema.DurationFromString }),
  "Redacted": works({ a: Schema.Redacted(Schema.String) }),
  "URL": works({ a: Schema.URL, b: Schema.URLFromString }),
  "Uint8Array": works({ a: Schema.Uint8Array, b: Schema.Uint8ArrayFromBase64, c: Schema.Uint8ArrayFromHex }),
  "Result": works({ a: Schema.Result(Schema.String, Schema.Int) }),
  "template literal": works({ a: Schema.TemplateLiteral(["id-", Schema.Int]) }),
  "checks of numbers": works({
    a: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 5 })),
    b: Schema.Finite.check(Schema.isMultipleOf(5)),
    c: Schema.Finite.check(Schema.isGreaterThan(0), Schema.isLessThan(1)),
    d: Schema.Natural
  }),
  "checks of strings": works({
    a: Schema.NonEmptyString,
    b: Schema.Char,
    c: Schema.String.check(Schema.isMinLength(30)),
    d: Schema.String.check(Schema.isMaxLength(3))
  }),
  "checks of arrays": works({
    a: Schema.Array(Schema.Int).check(Schema.isMinLength(2), Schema.isMaxLength(3)),
    b: Schema.UniqueArray(Schema.String),
    c: Schema.Array(Schema.String).check(Schema.isUnique(), Schema.isMinLength(4))
  }),
  "checks of records": works({ a: Schema.Record(Schema.String, Schema.Int).check(Schema.isMinProperties(2)) }),
  "renamed keys": {
    schema: loosely(
      Schema.Struct({
        firstName: Schema.String,
        born: Schema.DateFromString,
        height: Schema.optionalKey(Schema.FiniteFromString)
      }).pipe(Schema.encodeKeys({ firstName: "first_name", height: "height_m" }))
    )
  },
  "a struct decoded to another": {
    schema: loosely(
      Schema.Struct({ at: Schema.String }).pipe(Schema.decodeTo(Schema.Struct({ at: Schema.DateFromString })))
    )
  },
  "types in types": works({
    a: Schema.Option(Schema.DateFromString),
    b: Schema.ReadonlySet(Schema.FiniteFromString),
    c: Schema.ReadonlyMap(Schema.String, Schema.DateTimeUtcFromString),
    d: Schema.Redacted(Schema.FiniteFromString)
  }),
  "empty Struct": works({}),
  "Struct of optional keys only": works({ a: Schema.optional(Schema.Int), b: Schema.optionalKey(Schema.String) }),
  "empty Struct inside": works({ a: Schema.Struct({}) }),
  "Unknown, Any and Json": works({ a: Schema.Unknown, b: Schema.Any, c: Schema.Json }),
  "JsonObject": works({ a: Schema.JsonObject, b: Schema.ObjectKeyword }),
  "a key that is never there": works({ a: Schema.String, b: Schema.optional(Schema.Never) }),
  "union as root": whole(tagged, wrap("value")),
  "array as root": whole(Schema.Array(Schema.String), wrap("items")),
  "tuple as root": whole(Schema.Tuple([Schema.String]), wrap("items")),
  "string as root": whole(Schema.String, wrap("value")),
  "number as root": whole(Schema.Int, wrap("value")),
  "null as root": whole(Schema.Null, wrap("value")),
  "Record as root": whole(Schema.Record(Schema.String, Schema.Int), wrap("items")),
  "Option as root": whole(Schema.Option(Schema.String), wrap("value")),
  "Date as root": whole(Schema.Date, wrap("value")),
  "Unknown as root": whole(Schema.Unknown, wrap("value")),
  "undefined": { ...works({ a: Schema.Undefined }), refused: at("a", "undefined") },
  "void": { ...works({ a: Schema.Struct({ b: Schema.Void }) }), refused: at("a\\.b", "undefined") },
  "never": { ...works({ a: Schema.Never }), refused: at("a", "no values") },
  "symbol": { ...works({ a: Schema.Array(Schema.Symbol) }), refused: at("a\\.items", "symbols") },
  "unique symbol": { ...works({ a: Schema.UniqueSymbol(Symbol.for("x")) }), refused: at("a", "symbols") },
  "function": {
    ...works({ a: Schema.declare((u): u is () => void => typeof u === "function") }),
    refused: at("a", "no JSON form")
  },
  "class that is not JSON": {
    ...works({ a: Schema.optional(Schema.instanceOf(AbortController, { title: "AbortController" })) }),
    refused: at("a", "`AbortController` has no JSON form")
  },
  "symbol as key": { ...works({ [Symbol.for("x")]: Schema.String }), refused: /Mistral.*key.*symbol/ },
  "undefined as root": whole(Schema.Undefined, /Mistral.*undefined/),
  "never as root": whole(Schema.Never, /Mistral.*no values/)
}
