import { assert, describe, it } from "@effect/vitest"
import { Chunk, Duration, Effect, HashMap, Option, Redacted, Result, Schema, SchemaGetter } from "effect"
import { encodeItem, issues, requestError, secret, withItem } from "./support.ts"

class Review extends Schema.Class<Review>("Review")({ text: Schema.String, at: Schema.Date }) {}

describe("items that are stored", () => {
  const back = <Item>(schema: Schema.Codec<Item, unknown>, item: Item, json: string) => {
    const batch = withItem(schema)
    assert.strictEqual(encodeItem(batch, item), json)
    assert.deepStrictEqual(Result.getOrThrow(batch.definition.decodeItem(json)), item)
  }

  it("come back as they were, with dates, big integers, bytes, options and maps", () => {
    back(
      Schema.Struct({ text: Schema.String, n: Schema.Int }),
      { text: "a\"b\n\u0000", n: 1 },
      "{\"text\":\"a\\\"b\\n\\u0000\",\"n\":1}"
    )
    back(Schema.Date, new Date(5), "\"1970-01-01T00:00:00.005Z\"")
    back(Schema.BigInt, 12345678901234567890n, "\"12345678901234567890\"")
    back(Schema.Option(Schema.BigInt), Option.some(5n), "{\"_tag\":\"Some\",\"value\":\"5\"}")
    back(Schema.Uint8Array, new Uint8Array([1, 2, 255]), "\"AQL/\"")
    back(Schema.Record(Schema.String, Schema.Date), { a: new Date(0) }, "{\"a\":\"1970-01-01T00:00:00.000Z\"}")
    back(Schema.ReadonlyMap(Schema.String, Schema.Number), new Map([["a", 1]]), "[[\"a\",1]]")
    back(Schema.Tuple([Schema.String, Schema.BigInt]), ["a", 1n], "[\"a\",\"1\"]")
    back(Schema.Duration, Duration.seconds(1), "{\"_tag\":\"Millis\",\"value\":1000}")
    back(Schema.Chunk(Schema.Int), Chunk.make(1, 2), "[1,2]")
    back(Schema.HashMap(Schema.String, Schema.Int), HashMap.make(["a", 1]), "[[\"a\",1]]")
    back(Review, new Review({ text: "a", at: new Date(0) }), "{\"text\":\"a\",\"at\":\"1970-01-01T00:00:00.000Z\"}")
    back(Schema.Number, NaN, "\"NaN\"")
    back(Schema.NullOr(Schema.String), null, "null")
    back(Schema.Undefined, undefined, "null")
    back(Schema.String, "half of a pair: \ud800", "\"half of a pair: \\ud800\"")
  })

  it("keep the text of a schema that encodes to JSON text", () => {
    back(Schema.fromJsonString(Schema.Struct({ a: Schema.Int })), { a: 1 }, "\"{\\\"a\\\":1}\"")
  })

  it("reach the request as their type", () => {
    const { definition } = withItem(
      Schema.Struct({ at: Schema.Date, to: Schema.Option(Schema.BigInt) }),
      ({ at, to }) => `${at.getUTCFullYear()} ${Option.getOrElse(to, () => 0n) + 1n}`
    )
    const json = Result.getOrThrow(definition.encodeItem({ at: new Date(0), to: Option.some(41n) }))
    assert.deepInclude(Result.getOrThrow(definition.request(json)), {
      messages: [{ role: "user", content: "1970 42" }]
    })
  })
})

describe("items that cannot be stored", () => {
  it("name each place that does not fit", () => {
    const batch = withItem(Schema.Struct({ a: Schema.String, b: Schema.Array(Schema.Int), c: Schema.Date }))
    assert.deepStrictEqual(issues(batch, { a: 1, b: [1, 1.5, "2"], c: new Date(NaN) }), [
      "a: Expected string",
      "b.1: Expected an integer",
      "b.2: Expected number",
      "c: Expected a valid Date"
    ])
    assert.deepStrictEqual(issues(batch, { b: [], c: new Date(0) }), ["a: Missing key"])
    assert.deepStrictEqual(issues(batch, undefined).length, 1)
  })

  it("name ten places of a long list", () => {
    assert.strictEqual(issues(withItem(Schema.Array(Schema.Int)), Array.from({ length: 1000 }, () => "x")).length, 10)
  })

  it("are those that have no JSON form, whatever the schema says", () => {
    const circular: { self?: unknown } = {}
    circular.self = circular
    for (const value of [() => 1, { d: new Date(0) }, { n: 1n }, { u: undefined }, circular, Symbol("a")]) {
      assert.deepStrictEqual(issues(withItem(Schema.Unknown), value), [": Expected JSON value"])
    }
    assert.deepStrictEqual(issues(withItem(Schema.instanceOf(URLSearchParams)), new URLSearchParams()), [
      ": Expected JSON value"
    ])
    assert.strictEqual(issues(withItem(Schema.Symbol), Symbol(secret)).join().includes(secret), false)
  })

  it("are those that are nested too deep for a JSON text", () => {
    let deep: unknown = 1
    for (let level = 0; level < 20_000; level++) deep = [deep]
    assert.strictEqual(issues(withItem(Schema.Unknown), deep).length, 1)
  })

  it("quote no value", () => {
    const batch = withItem(Schema.Struct({
      a: Schema.Number,
      b: Schema.String.check(Schema.isMaxLength(3)),
      c: Schema.Literals(["x", "y"]),
      d: Schema.Union([Schema.Number, Schema.Struct({ e: Schema.String })]),
      f: Schema.String.check(Schema.isPattern(/^\d+$/)),
      g: Schema.Redacted(Schema.Number)
    }))
    const found = issues(batch, { a: secret, b: secret, c: secret, d: secret, f: secret, g: Redacted.make(secret) })
    assert.strictEqual(found.length, 6)
    assert.isFalse(found.join().includes(secret))
  })

  it("are those for which the schema throws or waits, and say so without the message of the exception", () => {
    const throwing = (error: unknown) =>
      withItem(Schema.String.pipe(Schema.decodeTo(Schema.String, {
        decode: SchemaGetter.passthrough(),
        encode: SchemaGetter.transform((): string => {
          throw error
        })
      })))
    assert.match(
      issues(throwing(new RangeError(secret)), secret).join(),
      /^: the schema threw RangeError at items\.test\.ts:\d+:\d+$/
    )
    assert.deepStrictEqual(issues(throwing(secret), secret), [": the schema threw"])
    const waiting = withItem(Schema.String.pipe(Schema.decodeTo(Schema.String, {
      decode: SchemaGetter.passthrough(),
      encode: SchemaGetter.transformEffect((text) => Effect.as(Effect.yieldNow, text).pipe(Effect.delay(1)))
    })))
    assert.match(issues(waiting, "a").join(), /asynchronous/)
  })
})

describe("stored items that no longer fit", () => {
  it("fail with a request that could not be made, and are not quoted", () => {
    const batch = withItem(Schema.Struct({ a: Schema.Number }))
    assert.strictEqual(
      requestError(batch, JSON.stringify({ a: secret })),
      "no request could be made of the item: a: Expected number"
    )
    assert.strictEqual(
      requestError(batch, `{${secret}`),
      "no request could be made of the item: the value: Expected JSON"
    )
  })
})
