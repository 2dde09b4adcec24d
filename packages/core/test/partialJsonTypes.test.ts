/**
 * The types of partials, and that partials have them.
 */
import { Endpoint, StructuredOutput } from "@effect-mistral/core"
import { TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { type DateTime, Effect, type Option, Schema, Stream } from "effect"

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false

/** Fails to compile unless both types are the same. */
const same = <A, B>(equal: Equal<A, B>): void => assert.isTrue(equal)

type Partial<S extends { readonly Encoded: unknown }> = StructuredOutput.PartialJson<S["Encoded"]>

const Everything = Schema.Struct({
  text: Schema.String,
  literal: Schema.Literals(["small", "large"]),
  brand: Schema.String.pipe(Schema.brand("Id")),
  count: Schema.Int.pipe(Schema.brand("Count")),
  flag: Schema.optionalKey(Schema.Literal(true)),
  optional: Schema.optional(Schema.Struct({ inner: Schema.NullOr(Schema.String) })),
  list: Schema.Array(Schema.Struct({ a: Schema.Finite, b: Schema.optionalKey(Schema.String) })),
  tuple: Schema.Tuple([Schema.String, Schema.Int]),
  rest: Schema.TupleWithRest(Schema.Tuple([Schema.String]), [Schema.Boolean]),
  record: Schema.Record(Schema.String, Schema.Struct({ n: Schema.Int })),
  date: Schema.Date,
  dateFromString: Schema.DateFromString,
  big: Schema.BigInt,
  option: Schema.Option(Schema.String),
  set: Schema.ReadonlySet(Schema.Int),
  duration: Schema.Duration,
  number: Schema.FiniteFromString,
  union: Schema.Union([
    Schema.TaggedStruct("A", { value: Schema.Int }),
    Schema.TaggedStruct("B", { value: Schema.String })
  ]),
  anything: Schema.Unknown,
  json: Schema.Json
})

describe("the type of a partial", () => {
  it("has every key optional, and strings for their literals and brands", () => {
    const struct = Schema.Struct({
      text: Schema.String,
      literal: Schema.Literals(["small", "large"]),
      brand: Schema.String.pipe(Schema.brand("Id")),
      flag: Schema.optionalKey(Schema.Literal(true))
    })
    same<
      Partial<typeof struct>,
      { readonly text?: string; readonly literal?: string; readonly brand?: string; readonly flag?: boolean }
    >(true)
    // @ts-expect-error -- a literal may have come in part
    const literal: "small" | "large" | undefined = ({} as Partial<typeof struct>).literal
    assert.isUndefined(literal)
  })

  it("has no undefined but that of an absent key", () => {
    const struct = Schema.Struct({
      a: Schema.optional(Schema.String),
      b: Schema.optionalKey(Schema.NullOr(Schema.String)),
      c: Schema.UndefinedOr(Schema.String)
    })
    same<Partial<typeof struct>, { readonly a?: string; readonly b?: string | null; readonly c?: string | null }>(true)
  })

  it("lets lists and tuples end early", () => {
    const tuple = Schema.Tuple([Schema.Literal("a"), Schema.Int])
    same<Partial<typeof tuple>, readonly [string?, number?]>(true)
    const rest = Schema.TupleWithRest(Schema.Tuple([Schema.String]), [Schema.Boolean])
    same<Partial<typeof rest>, readonly [string?, ...ReadonlyArray<boolean>]>(true)
    const list = Schema.Array(Schema.Struct({ a: Schema.Int }))
    same<Partial<typeof list>, ReadonlyArray<{ readonly a?: number }>>(true)
    const optional = Schema.Tuple([Schema.String, Schema.optionalKey(Schema.Int)])
    same<Partial<typeof optional>, readonly [string?, number?]>(true)
  })

  it("has what JSON can hold for values that are not plain", () => {
    same<StructuredOutput.PartialJson<Date>, string>(true)
    same<StructuredOutput.PartialJson<bigint>, string>(true)
    same<StructuredOutput.PartialJson<Option.Option<string>>, Schema.Json>(true)
    same<StructuredOutput.PartialJson<ReadonlySet<number>>, Schema.Json>(true)
    same<StructuredOutput.PartialJson<ReadonlyMap<string, number>>, Schema.Json>(true)
    same<StructuredOutput.PartialJson<DateTime.Utc>, Schema.Json>(true)
    same<StructuredOutput.PartialJson<URL>, Schema.Json>(true)
    same<StructuredOutput.PartialJson<Uint8Array>, Schema.Json>(true)
    same<StructuredOutput.PartialJson<unknown>, Schema.Json>(true)
    same<StructuredOutput.PartialJson<Schema.Json>, Schema.Json>(true)
  })

  it("distributes over unions and goes into records", () => {
    same<
      StructuredOutput.PartialJson<{ readonly _tag: "A"; readonly a: 1 } | { readonly _tag: "B"; readonly b: "x" }>,
      { readonly _tag?: string; readonly a?: number } | { readonly _tag?: string; readonly b?: string }
    >(true)
    const record: StructuredOutput.PartialJson<{ readonly [key: string]: { readonly n: number } }> = {
      a: {},
      b: { n: 1 }
    }
    // @ts-expect-error -- the values of the record are objects
    const wrong: StructuredOutput.PartialJson<{ readonly [key: string]: { readonly n: number } }> = { a: 1 }
    assert.notStrictEqual(record, wrong)
  })

  it("is that of the encoded form: class, renamed keys, recursion", () => {
    class Person extends Schema.Class<Person>("Person")({ name: Schema.String, born: Schema.DateFromString }) {}
    same<Partial<typeof Person>, { readonly name?: string; readonly born?: string }>(true)
    interface Category {
      readonly name: string
      readonly children: ReadonlyArray<Category>
    }
    const deep: StructuredOutput.PartialJson<Category> = { children: [{ children: [{}] }] }
    // @ts-expect-error -- a name is a string at every depth
    const wrong: StructuredOutput.PartialJson<Category> = { children: [{ children: [{ name: 1 }] }] }
    assert.notStrictEqual(deep, wrong)
  })

  it.effect("is that of the parts of a stream", () =>
    Effect.gen(function*() {
      const parts = yield* Stream.runCollect(
        StructuredOutput.stream(Endpoint.chat, {
          stream: () => Stream.fromIterable(TestCompletion.chunks("{\"name\":\"Monet\",\"tags\":[]}"))
        }, {
          model: "m",
          messages: [],
          schema: Schema.Struct({ name: Schema.String, tags: Schema.Array(Schema.Literal("a")) })
        })
      )
      for (const part of parts) {
        if (part._tag !== "Partial") continue
        same<typeof part.value, { readonly name?: string; readonly tags?: ReadonlyArray<string> }>(true)
        // @ts-expect-error -- the name may not have come yet
        const name: string = part.value.name
        assert.isTrue(name === undefined || typeof name === "string")
      }
    }))
})

/** The partials of a text that comes character by character. */
const partialsOf = <A, E>(schema: Schema.Codec<A, E>, text: string, unwrapFence = false) =>
  StructuredOutput.stream(Endpoint.chat, {
    stream: () =>
      Stream.rechunk(
        Stream.fromIterable(
          [...text].map((content) => ({
            id: "1",
            model: "m",
            choices: [{ index: 0, delta: { content }, finish_reason: null }]
          }))
        ),
        1
      )
  }, { model: "m", messages: [], schema, unwrapFence }).pipe(
    Stream.runFold(
      (): ReadonlyArray<StructuredOutput.PartialJson<E>> => [],
      (all, part) => part._tag === "Partial" ? [...all, part.value] : all
    )
  )

describe("a partial", () => {
  const text = JSON.stringify({
    text: "a \"b\"",
    literal: "small",
    brand: "x1",
    count: 12,
    flag: null,
    optional: { inner: null },
    list: [{ a: 1.5, b: null }, { a: 2, b: "c" }],
    tuple: { 0: "first", 1: 2 },
    rest: { 0: "first", rest: [true, false] },
    record: [{ key: "one", value: { n: 1 } }, { key: "two", value: { n: 2 } }],
    date: "2026-01-31T09:30:00.000Z",
    dateFromString: "2026-01-31T09:30:00.000Z",
    big: "12",
    option: { _tag: "Some", value: "s" },
    set: [1, 2],
    duration: { _tag: "Millis", value: 5 },
    number: "1.5",
    union: { _tag: "B", value: "b" },
    anything: { any: [1, null] },
    json: [{}]
  })

  it.effect("has its type after every character, with absent keys, tuples and records put back", () =>
    Effect.gen(function*() {
      const partials = yield* partialsOf(Everything, text)
      assert.isAbove(partials.length, 300)
      for (const partial of partials) {
        const { list = [], optional, record = {}, rest = [], tuple = [], union } = partial
        assert.isFalse(Object.values(partial).includes(undefined as never))
        for (const key of ["text", "literal", "brand", "date", "dateFromString", "big", "number"] as const) {
          assert.include(["string", "undefined"], typeof partial[key])
        }
        assert.include(["number", "undefined"], typeof partial.count)
        assert.notProperty(partial, "flag")
        assert.include(["string", "object", "undefined"], typeof optional?.inner)
        assert.isTrue(
          list.every(({ a, b }) => typeof (a ?? 0) === "number" && typeof (b ?? "") === "string" && b !== null)
        )
        assert.isTrue(Array.isArray(tuple) && tuple.every((item, at) => typeof item === ["string", "number"][at]))
        assert.isTrue(
          Array.isArray(rest) && rest.every((item, at) => typeof item === (at === 0 ? "string" : "boolean"))
        )
        assert.isFalse(Array.isArray(record))
        for (const one of Object.values(record)) assert.include(["number", "undefined"], typeof one?.n)
        assert.include(["string", "number", "undefined"], typeof union?.value)
      }
      assert.deepStrictEqual(partials.at(-1)?.tuple, ["first", 2])
      assert.deepStrictEqual(partials.at(-1)?.rest, ["first", true, false])
      assert.deepStrictEqual(partials.at(-1)?.record, { one: { n: 1 }, two: { n: 2 } })
      assert.deepStrictEqual(partials.at(-1)?.list, [{ a: 1.5 }, { a: 2, b: "c" }])
    }))

  it.effect("leaves out a part of another type, which the whole object then reports", () =>
    Effect.gen(function*() {
      const schema = Schema.Struct({
        name: Schema.String,
        born: Schema.Int,
        tags: Schema.Array(Schema.String),
        works: Schema.Array(Schema.Struct({ title: Schema.String }))
      })
      const seen: Array<unknown> = []
      const error = yield* Effect.flip(Stream.runForEach(
        StructuredOutput.stream(Endpoint.chat, {
          stream: () =>
            Stream.fromIterable(TestCompletion.chunks(
              "{\"name\": 1 , \"born\": \"then\", \"tags\": [\"a\", 2, \"b\"], \"works\": [{\"title\": []}], \"more\": 1}"
            ))
        }, { model: "m", messages: [], schema }),
        (part) => Effect.sync(() => seen.push(part.value))
      ))
      assert.deepStrictEqual(seen.at(-1), { tags: ["a"], works: [{}] })
      assert.strictEqual(error.reason._tag, "InvalidOutput")
      if (error.reason._tag !== "InvalidOutput") return
      assert.deepStrictEqual(
        error.reason.issues.map(({ path }) => path.join(".")).sort(),
        ["born", "name", "tags.1", "works.0.title"]
      )
    }))

  it.effect("is absent while the JSON is no object", () =>
    Effect.gen(function*() {
      for (const text of ["[1, 2]", "\"text\"", "12 "]) {
        const parts: Array<string> = []
        const error = yield* Effect.flip(Stream.runForEach(
          StructuredOutput.stream(Endpoint.chat, {
            stream: () => Stream.fromIterable(TestCompletion.chunks(text))
          }, { model: "m", messages: [], schema: Schema.Struct({ a: Schema.Int }) }),
          ({ _tag }) => Effect.sync(() => parts.push(_tag))
        ))
        assert.deepStrictEqual(parts, [])
        assert.strictEqual(error.reason._tag, "InvalidOutput")
      }
    }))

  it.effect("comes out of a markdown fence where that is allowed", () =>
    Effect.gen(function*() {
      const schema = Schema.Struct({ a: Schema.String })
      const partials = yield* partialsOf(schema, "Here:\n```json\n{\"a\":\"bc\"}\n```\nDone {it}.", true)
      assert.deepStrictEqual(partials.at(-1), { a: "bc" })
      assert.deepStrictEqual(partials.filter(({ a }) => a === "b"), [{ a: "b" }])
      const { reason } = yield* Effect.flip(partialsOf(schema, "```json\n{\"a\":\"bc\"}\n```"))
      assert.strictEqual(reason._tag, "InvalidOutput")
    }))
})
