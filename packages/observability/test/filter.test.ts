import { ChatCompletionEvents, Filter } from "@effect-mistral/observability"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Schema } from "effect"
import { failure, requests, scripted } from "./fixtures/services.ts"

describe("a filter", () => {
  it.effect.prop(
    "is its own wire form, through its schema and through JSON, whatever it is",
    [filters()],
    ([filter]) =>
      Effect.gen(function*() {
        const before = structuredClone(filter)
        const wire = yield* Filter.encode(filter)
        assert.deepStrictEqual(wire, before)
        assert.deepStrictEqual(yield* Filter.decode(wire), before)
        assert.deepStrictEqual(yield* Filter.decode(JSON.parse(JSON.stringify(wire))), before)
        assert.isTrue(Schema.is(Filter.Filter)(filter))
        assert.deepStrictEqual(yield* Filter.encode(yield* Filter.decode(wire)), before)
      })
  )

  it.effect.prop("is sent as it is", [filters()], ([filter]) =>
    Effect.gen(function*() {
      const text = JSON.stringify(filter)
      const wire = JSON.parse(text)
      const result = yield* Effect.result(ChatCompletionEvents.searchIds({ search_params: { filters: filter } }))
      // UTF-8 cannot express half of a surrogate pair, which JSON escapes.
      if (result._tag === "Failure") {
        assert.isTrue(result.failure.reason._tag === "InvalidRequest" && /\\ud[89a-f]/.test(text))
        return
      }
      assert.deepStrictEqual((yield* requests).map(({ body }) => body), [{ search_params: { filters: wire } }])
    }).pipe(Effect.provide(scripted([ScriptedHttpClient.json({ completion_event_ids: [] })]))))

  it.effect.prop(
    "of any value and operator that this version does not know is its own wire form",
    [Schema.String, unknownOperator(), json()],
    ([field, op, value]) =>
      Effect.gen(function*() {
        const filter = Filter.condition(field, op, value)
        assert.deepStrictEqual(filter, { field, op, value })
        assert.deepStrictEqual(yield* Filter.decode(yield* Filter.encode(filter)), { field, op, value })
      })
  )

  const time = DateTime.makeUnsafe("2026-01-15T08:00:00.123Z")
  const zoned = DateTime.makeZonedUnsafe("2026-01-15T08:00:00Z", { timeZone: "Europe/Paris" })
  const made: ReadonlyArray<readonly [name: string, made: Filter.Filter, wire: unknown]> = [
    ["lt", Filter.lt("n", 2), { field: "n", op: "lt", value: 2 }],
    ["lt of a text", Filter.lt("n", "b"), { field: "n", op: "lt", value: "b" }],
    ["lte", Filter.lte("n", -0.5), { field: "n", op: "lte", value: -0.5 }],
    ["gt", Filter.gt("n", 0), { field: "n", op: "gt", value: 0 }],
    ["gte", Filter.gte("n", 1e21), { field: "n", op: "gte", value: 1e21 }],
    ["gte of a time", Filter.gte("timestamp", time), {
      field: "timestamp",
      op: "gte",
      value: "2026-01-15T08:00:00.123Z"
    }],
    ["lt of a time in a zone", Filter.lt("timestamp", zoned), {
      field: "timestamp",
      op: "lt",
      value: "2026-01-15T08:00:00.000Z"
    }],
    ["lte of an ISO text", Filter.lte("timestamp", "2026-01-15"), {
      field: "timestamp",
      op: "lte",
      value: "2026-01-15"
    }],
    ["startsWith", Filter.startsWith("f", "a"), { field: "f", op: "startswith", value: "a" }],
    ["iStartsWith", Filter.iStartsWith("f", "a"), { field: "f", op: "istartswith", value: "a" }],
    ["endsWith", Filter.endsWith("f", "a"), { field: "f", op: "endswith", value: "a" }],
    ["iEndsWith", Filter.iEndsWith("f", "a"), { field: "f", op: "iendswith", value: "a" }],
    ["contains", Filter.contains("f", ""), { field: "f", op: "contains", value: "" }],
    ["iContains", Filter.iContains("f", "a"), { field: "f", op: "icontains", value: "a" }],
    ["notContains", Filter.notContains("f", "a"), { field: "f", op: "notcontains", value: "a" }],
    ["iNotContains", Filter.iNotContains("f", "a"), { field: "f", op: "inotcontains", value: "a" }],
    ["matches", Filter.matches("f", ".+-8b-.+"), { field: "f", op: "matches", value: ".+-8b-.+" }],
    ["eq", Filter.eq("f", "a"), { field: "f", op: "eq", value: "a" }],
    ["eq of null", Filter.eq("f", null), { field: "f", op: "eq", value: null }],
    ["eq of a map", Filter.eq("metadata", { tenant: "t1" }), { field: "metadata", op: "eq", value: { tenant: "t1" } }],
    ["eq of a time", Filter.eq("timestamp", time), { field: "timestamp", op: "eq", value: "2026-01-15T08:00:00.123Z" }],
    ["neq", Filter.neq("f", false), { field: "f", op: "neq", value: false }],
    ["isNull", Filter.isNull("f"), { field: "f", op: "isnull", value: true }],
    ["isNull of false", Filter.isNull("f", false), { field: "f", op: "isnull", value: false }],
    ["includes", Filter.includes("tools", "web_search"), { field: "tools", op: "includes", value: "web_search" }],
    ["excludes", Filter.excludes("tools", 3), { field: "tools", op: "excludes", value: 3 }],
    ["lenEq", Filter.lenEq("tools", 0), { field: "tools", op: "len_eq", value: 0 }],
    ["condition", Filter.condition("f", "near", [1, 2]), { field: "f", op: "near", value: [1, 2] }],
    ["condition of a time", Filter.condition("f", "near", time), {
      field: "f",
      op: "near",
      value: "2026-01-15T08:00:00.123Z"
    }],
    ["and of none", Filter.and(), { AND: [] }],
    [
      "and and or, nested",
      Filter.and(Filter.eq("a", 1), Filter.or(Filter.eq("b", 2), Filter.and(Filter.isNull("c")))),
      {
        AND: [
          { field: "a", op: "eq", value: 1 },
          { OR: [{ field: "b", op: "eq", value: 2 }, { AND: [{ field: "c", op: "isnull", value: true }] }] }
        ]
      }
    ],
    ["a group written by hand", { AND: null, OR: [] }, { AND: null, OR: [] }]
  ]
  for (const [name, filter, wire] of made) {
    it.effect(`made by ${name} is ${JSON.stringify(wire)}`, () =>
      Effect.gen(function*() {
        assert.deepStrictEqual<unknown>(filter, wire)
        assert.deepStrictEqual<unknown>(yield* Filter.encode(filter), wire)
        assert.deepStrictEqual<unknown>(yield* Filter.decode(wire), wire)
      }))
  }

  it("can be made with every operator the API documents", () => {
    const used = new Set(made.map(([, filter]) => "op" in filter ? filter.op : undefined))
    assert.deepStrictEqual(Filter.Operator.literals.filter((operator) => !used.has(operator)), [])
  })

  const unfit: ReadonlyArray<readonly [op: string, values: ReadonlyArray<Schema.Json>]> = [
    ...["lt", "lte", "gt", "gte"].map((op) => [op, [true, null, [1], {}]] as const),
    ...["startswith", "istartswith", "endswith", "iendswith", "icontains", "inotcontains", "matches"].map((op) =>
      [op, [1, true, null, ["a"], {}]] as const
    ),
    ["isnull", [1, "true", null, []]],
    ["len_eq", ["3", 1.5, -1, null, true]]
  ]
  for (const [op, values] of unfit) {
    for (const value of values) {
      it.effect(`by ${op} with the value ${JSON.stringify(value)} is refused before anything is sent, with its place and no other`, () =>
        Effect.gen(function*() {
          const condition = Filter.condition("f", op, value)
          const { reason } = yield* failure(ChatCompletionEvents.search({
            search_params: { filters: Filter.and(Filter.eq("a", 1), Filter.or(condition)) }
          }))
          const issues = reason._tag === "InvalidRequest" ? reason.issues : []
          assert.deepStrictEqual(
            issues.map(({ path }) => path),
            [["search_params", "filters", "AND", 1, "OR", 0, "value"]]
          )
          assert.deepStrictEqual(yield* requests, [])
          assert.isTrue((yield* Effect.exit(Filter.encode(condition)))._tag === "Failure")
          assert.isTrue((yield* Effect.exit(Filter.decode(condition)))._tag === "Failure")
        }).pipe(Effect.provide(scripted([]))))
    }
  }

  const wrong: Readonly<Record<string, readonly [filter: unknown, place: ReadonlyArray<string | number>]>> = {
    "whose groups are written in lower case": [{ and: [Filter.eq("a", 1)] }, ["and"]],
    "with `or` in lower case deep inside": [{ AND: [{ or: [] }] }, ["AND", 0, "or"]],
    "that is both a condition and a group": [{ ...Filter.eq("a", 1), AND: [] }, ["AND"]],
    "whose group is no list": [{ AND: Filter.eq("a", 1) }, ["AND"]],
    "without a value": [{ field: "a", op: "eq" }, ["value"]],
    "whose value is no JSON": [{ field: "a", op: "eq", value: Number.NaN }, ["value"]],
    "whose value is a date of JavaScript's": [{ field: "a", op: "eq", value: new Date(0) }, ["value"]]
  }
  for (const [name, [filter, place]] of Object.entries(wrong)) {
    it.effect(`${name} is refused before anything is sent, with its place and no other`, () =>
      Effect.gen(function*() {
        const { reason } = yield* failure(
          ChatCompletionEvents.search({ search_params: { filters: filter as Filter.Filter } })
        )
        const issues = reason._tag === "InvalidRequest" ? reason.issues : []
        assert.deepStrictEqual(issues.map(({ path }) => path), [["search_params", "filters", ...place]])
        assert.deepStrictEqual(yield* requests, [])
        assert.isTrue((yield* Effect.exit(Filter.decode(filter)))._tag === "Failure")
      }).pipe(Effect.provide(scripted([]))))
  }

  it.effect("of null lets every event through; one that is left out is refused", () =>
    Effect.gen(function*() {
      yield* ChatCompletionEvents.searchIds({ search_params: { filters: null } })
      // @ts-expect-error: the API requires the key
      yield* failure(ChatCompletionEvents.searchIds({ search_params: {} }))
      assert.deepStrictEqual((yield* requests).map(({ body }) => body), [{ search_params: { filters: null } }])
    }).pipe(Effect.provide(scripted([ScriptedHttpClient.json({ completion_event_ids: [] })]))))
})

/** These are checked by the compiler only. */
export const typeErrors = () => [
  // @ts-expect-error: whether it is null is true or false
  Filter.isNull("f", "true"),
  // @ts-expect-error: a number of elements
  Filter.lenEq("f", "3"),
  // @ts-expect-error: a text begins with a text
  Filter.startsWith("f", 1),
  // @ts-expect-error: a regular expression is written as a text
  Filter.matches("f", /a/),
  // @ts-expect-error: truth has no order
  Filter.lt("f", true),
  // @ts-expect-error: times are DateTime or ISO texts
  Filter.gte("f", new Date(0)),
  // @ts-expect-error: one element, not a list of them
  Filter.includes("f", ["a"]),
  // @ts-expect-error: what JSON cannot express
  Filter.eq("f", undefined),
  // @ts-expect-error: groups are made of filters
  Filter.and("a"),
  // @ts-expect-error: keys of groups are upper-case
  Filter.and({ or: [] })
]

/** Filters of every operator, three groups deep. */
function filters() {
  const of = <const Op extends Filter.Operator, Value extends Schema.Top>(ops: ReadonlyArray<Op>, value: Value) =>
    Schema.Struct({ field: Schema.String, op: Schema.Literals(ops), value })
  const condition = Schema.Union([
    of(["lt", "lte", "gt", "gte"], Schema.Union([number(), Schema.String])),
    of(
      [
        "startswith",
        "istartswith",
        "endswith",
        "iendswith",
        "contains",
        "icontains",
        "notcontains",
        "inotcontains",
        "matches"
      ],
      Schema.String
    ),
    of(["eq", "neq", "includes", "excludes"], json()),
    of(["isnull"], Schema.Boolean),
    of(["len_eq"], Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1e9 })))
  ])
  const group = <Member extends Schema.Top>(member: Member) => {
    const members = Schema.NullOr(Schema.Array(member).check(Schema.isMaxLength(4)))
    return Schema.Union([
      condition,
      Schema.Struct({ AND: members }),
      Schema.Struct({ OR: members }),
      Schema.Struct({ AND: members, OR: members })
    ])
  }
  return group(group(group(condition)))
}

/** Numbers that JSON can represent: it writes -0 as 0. */
function number() {
  return Schema.Finite.check(Schema.makeFilter((value: number) => !Object.is(value, -0)))
}

function json() {
  const leaf = Schema.Union([Schema.Null, Schema.Boolean, number(), Schema.String])
  const key = Schema.String.check(Schema.isPattern(/^[a-z]{1,5}$/))
  return Schema.Union([
    leaf,
    Schema.Array(leaf).check(Schema.isMaxLength(3)),
    Schema.Record(key, Schema.Union([leaf, Schema.Array(leaf).check(Schema.isMaxLength(3))]))
  ])
}

function unknownOperator() {
  const known: ReadonlyArray<string> = Filter.Operator.literals
  return Schema.String.check(Schema.makeFilter((operator: string) => !known.includes(operator)))
}
