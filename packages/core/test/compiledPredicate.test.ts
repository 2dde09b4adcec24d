import { Completion, CompletionRequest, Content, Embedding, Message, Model, Moderation } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Schema } from "effect"
import { compilePredicate, compileStrictPredicate } from "../src/internal/schema/compiledPredicate.ts"

describe("guard", () => {
  for (const [name, schema] of Object.entries(schemas())) {
    it.effect.prop(
      `answers as Schema.is does for ${name}, on values that fit and on broken ones`,
      [schema, damage],
      ([value, damage]) =>
        Effect.sync(() => {
          const is = compilePredicate(schema)
          const reference = Schema.is(schema)
          assert.isTrue(is(value))
          const broken = breakAt(value, damage)
          assert.strictEqual(is(broken), reference(broken), JSON.stringify(broken))
        })
    )
  }

  for (const [name, schema, values] of forms()) {
    it(`answers as Schema.is does for ${name}`, () => {
      const is = compilePredicate(schema)
      const reference = Schema.is(schema)
      for (const value of [...values, ...anything]) {
        assert.strictEqual(is(value), reference(value), `${name}: ${String(value)}`)
      }
      assert.isTrue(values.some((value) => is(value)), "no value fits")
    })
  }
})

/** Requests are checked like this: unknown keys do not fit. */
const decodesStrictly = (schema: Schema.Codec<unknown>) => (value: unknown): boolean =>
  Exit.isSuccess(Schema.decodeUnknownExit(schema)(value, { onExcessProperty: "error" }))

/** Keys that are symbols, and keys that cannot be enumerated. */
const odd = [{ [Symbol.iterator]: 1 }, { a: 1, [Symbol.iterator]: 1 }, Object.defineProperty({ a: "1" }, "b", {})]

describe("strictGuard", () => {
  for (const [name, schema] of Object.entries({ ...schemas(), "CompletionRequest.Agents": CompletionRequest.Agents })) {
    it.effect.prop(
      `answers as a strict decoder does for ${name}, on values that fit, on broken ones and on ones with a key too many`,
      [schema, damage],
      ([value, damage]) =>
        Effect.sync(() => {
          const is = compileStrictPredicate(schema)
          const reference = decodesStrictly(schema)
          for (const one of [value, breakAt(value, damage), extended(value, damage.at)]) {
            assert.strictEqual(is(one), reference(one), JSON.stringify(one))
          }
        })
    )
  }

  for (const [name, schema, values] of forms()) {
    it(`answers as a strict decoder does for ${name}`, () => {
      const is = compileStrictPredicate(schema)
      const reference = decodesStrictly(schema)
      const more = values.map((value) => extended(value, []))
      for (const value of [...values, ...more, ...anything, ...odd]) {
        assert.strictEqual(is(value), reference(value), `${name}: ${String(value)}`)
      }
    })
  }
})

/** A copy of a value in which one object has a key that no schema knows. */
const extended = (value: unknown, [first, ...rest]: ReadonlyArray<number>): unknown => {
  if (typeof value !== "object" || value === null) return value
  if (Array.isArray(value)) {
    const at = (first ?? 0) % (value.length || 1)
    return value.map((item, i) => i === at ? extended(item, rest) : item)
  }
  const keys = Object.keys(value)
  const key = first === undefined ? undefined : keys[first % (keys.length || 1)]
  if (key === undefined) return { ...value, "a key too many": 1 }
  return { ...value, [key]: extended((value as Record<string, unknown>)[key], rest) }
}

function schemas(): Record<string, Schema.Codec<unknown>> {
  return {
    Chunk: Completion.Chunk,
    Response: Completion.Response,
    "Model.List": Model.List,
    "Embedding.Response": Embedding.Response,
    "Moderation.ChatRequest": Moderation.ChatRequest,
    "Moderation.Response": Moderation.Response,
    "CompletionRequest.Chat": CompletionRequest.Chat,
    "Content.Received": Content.Received,
    "Message.Delta": Message.Delta
  }
}

/** Forms of schema that the endpoints do not use, or for which the compiled predicate falls back to `Schema.is`. */
function forms(): ReadonlyArray<readonly [string, Schema.Codec<unknown>, ReadonlyArray<unknown>]> {
  interface Tree {
    readonly children: ReadonlyArray<Tree>
  }
  const Tree: Schema.Codec<Tree> = Schema.Struct({
    children: Schema.Array(Schema.suspend((): Schema.Codec<Tree> => Tree))
  })
  const anyKey = Schema.Record(Schema.String, Schema.Unknown)
  return [
    ["a struct with rest", Schema.StructWithRest(Schema.Struct({ a: Schema.String }), [anyKey]), [{ a: "1", b: 2 }]],
    ["an empty struct", Schema.Struct({}), [{}, { a: 1 }]],
    ["a tuple", Schema.Tuple([Schema.String, Schema.Number]), [["a", 1], ["a"]]],
    ["a tuple with rest", Schema.TupleWithRest(Schema.Tuple([Schema.String]), [Schema.Number]), [["a", 1, 2], [1]]],
    ["a record of numbers", Schema.Record(Schema.String, Schema.Number), [{ a: 1 }, { a: "1" }]],
    ["a recursive schema", Tree, [{ children: [{ children: [] }] }, { children: [{}] }]],
    ["an optional key", Schema.Struct({ a: Schema.optionalKey(Schema.String) }), [{}, { a: "1" }, { a: undefined }]],
    ["an optional value", Schema.Struct({ a: Schema.optional(Schema.String) }), [{}, { a: "1" }, { a: undefined }]],
    ["a union of one", Schema.Union([Schema.String]), ["a"]],
    ["a union of exactly one", Schema.Union([Schema.Number, Schema.Int], { mode: "oneOf" }), [1.5, 1]],
    ["a refined string", Schema.String.check(Schema.isMinLength(2), Schema.isMaxLength(3)), ["a", "ab", "abcd"]],
    ["a finite number", Schema.Finite, [1, NaN, Infinity]],
    ["a class", Schema.Date, [new Date(0), new Date(NaN)]],
    ["a transformation", Schema.NumberFromString, [1, "1"]]
  ]
}

const anything = [undefined, null, 0, 1.5, "", "text", true, [], [1], {}, { a: 1 }, Symbol.iterator, 1n, () => 1]

const damage = Schema.Struct({
  at: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 9 }))).check(Schema.isMaxLength(6)),
  by: Schema.Literals(["delete", "null", "undefined", "number", "text", "list", "object", "fraction"])
})

/** A copy of a value with one place of it changed. */
const breakAt = (value: unknown, { at, by }: typeof damage.Type): unknown => {
  const [first, ...rest] = at
  if (first === undefined || typeof value !== "object" || value === null) return replacements[by]
  if (Array.isArray(value)) {
    return value.length === 0
      ? [replacements[by]]
      : value.with(first % value.length, breakAt(value[first % value.length], { at: rest, by }))
  }
  const keys = Object.keys(value)
  const key = keys[first % (keys.length || 1)]
  if (key === undefined) return { id: replacements[by] }
  const { [key]: inner, ...others } = value as Record<string, unknown>
  return rest.length === 0 && by === "delete" ? others : { ...others, [key]: breakAt(inner, { at: rest, by }) }
}

const replacements = {
  delete: [],
  null: null,
  undefined,
  number: 7,
  text: "text",
  list: [null],
  object: { type: "text" },
  fraction: 1.5
}
