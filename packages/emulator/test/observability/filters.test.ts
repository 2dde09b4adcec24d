import { Emulator } from "@effect-mistral/emulator"
import { ChatCompletionEvents, ErrorCode, Filter } from "@effect-mistral/observability"
import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { passes } from "../fixtures/filterEvaluation.ts"
import { variedEvents } from "../fixtures/variedEvents.ts"
import { local, postTo } from "../support.ts"
import { codeOf } from "./observabilitySupport.ts"

const { and, condition, contains, eq, excludes, gt, gte, includes, isNull, lenEq, lt, lte, matches, neq, or } = Filter

/** Each filter selects some events but not all, so that none of them is trivial. */
const table: ReadonlyArray<Filter.Filter> = [
  eq("model_name", "mistral"),
  neq("model_name", "mistral"),
  eq("model_name", null),
  neq("model_name", null),
  isNull("model_name"),
  isNull("model_name", false),
  Filter.startsWith("model_name", "mistral-"),
  Filter.iStartsWith("model_name", "MISTRAL-"),
  Filter.endsWith("model_name", "latest"),
  Filter.iEndsWith("model_name", "LARGE"),
  contains("last_user_message_preview", "password"),
  Filter.iContains("last_user_message_preview", "PassWord"),
  Filter.notContains("last_user_message_preview", "password"),
  Filter.iNotContains("last_user_message_preview", "PASSWORD"),
  contains("last_user_message_preview", "%"),
  contains("last_user_message_preview", "_it_"),
  contains("last_user_message_preview", "'"),
  contains("last_user_message_preview", "\\"),
  contains("last_user_message_preview", "\u0000after"),
  contains("last_user_message_preview", "😀"),
  contains("last_user_message_preview", "\ufffd half"),
  contains("response_messages_preview", ""),
  Filter.endsWith("response_messages_preview", ""),
  Filter.endsWith("response_messages_preview", "zero"),
  Filter.iContains("response_messages_preview", "σίσυφος"),
  Filter.iContains("first_system_message", "STRAßE"),
  matches("model_name", ".+-8b-.+"),
  matches("model_name", "^mistral$|LARGE"),
  matches("last_user_message_preview", "\\p{Script=Han}"),
  matches("last_user_message_preview", "^line.one\\nline"),
  gt("last_user_message_preview", "\uffff"),
  lte("last_user_message_preview", "\uffff before and after 😀"),
  lt("model_name", "a"),
  gte("total_time_elapsed", 0.30000000000000004),
  gt("total_time_elapsed", 5),
  lt("total_time_elapsed", 1e-8),
  eq("total_time_elapsed", 5.5),
  neq("total_time_elapsed", 0),
  isNull("total_time_elapsed"),
  eq("input_tokens", 2 ** 40),
  gt("input_tokens", 86.5),
  lte("output_tokens", 1),
  eq("nb_messages", 3),
  eq("is_stream", true),
  neq("is_stream", true),
  isNull("is_stream", true),
  gt("timestamp", DateTime.makeUnsafe("2026-01-01T00:00:00.000Z")),
  gte("timestamp", "2026-01-01"),
  lt("timestamp", "2026-01-01T01:00:00+01:00"),
  lte("timestamp", "2026-01-01T00:00:00"),
  eq("timestamp", "1970-01-01T00:00:00.000+01:00"),
  neq("timestamp", "2026-01-01T00:00:00.001Z"),
  includes("invoked_tools", "web_search"),
  includes("invoked_tools", "get \"weather\""),
  excludes("invoked_tools", "web_search"),
  lenEq("invoked_tools", 0),
  lenEq("invoked_tools", 2),
  isNull("invoked_tools"),
  eq("metadata", { tenant: "t1" }),
  neq("metadata", { tenant: "t1" }),
  eq("metadata", { n: 3, list: [1, 2], ok: true, tenant: "T1", "": "empty key" }),
  isNull("metadata"),
  includes("metadata", "tenant"),
  excludes("metadata", "quo\"te"),
  lenEq("metadata", 3),
  eq("metadata.tenant", "t1"),
  Filter.iStartsWith("metadata.tenant", "t"),
  eq("metadata.a.b", "dotted"),
  eq("metadata.quo\"te", "q"),
  eq("metadata.", "empty key"),
  eq("metadata.n", "3"),
  isNull("api_agent_id"),
  eq("correlation_id", "correlation-7"),
  eq("event_id", "event-042"),
  and(gt("input_tokens", 1), eq("is_stream", false)),
  or(eq("model_name", "mistral"), includes("invoked_tools", "f")),
  and(
    gte("timestamp", "2026-01-01"),
    or(contains("last_user_message_preview", "password"), and(lenEq("invoked_tools", 3), isNull("metadata", false)))
  ),
  { AND: [neq("finish_reason", "stop")], OR: [eq("api_agent_id", "ag_one"), isNull("model_name")] },
  { AND: null, OR: [eq("finish_reason", "length")] }
]

/** These filters select everything or nothing. */
const edges: ReadonlyArray<Filter.Filter | null> = [
  null,
  {},
  and(),
  or(),
  { AND: [], OR: [] },
  { AND: null, OR: null },
  and(or()),
  or(and()),
  eq("model_name", "'; DROP TABLE events; --"),
  eq("metadata.' OR 1=1 --", "x"),
  matches("model_name", ""),
  isNull("event_id"),
  and(...Array.from({ length: 3000 }, (_, at) => neq("model_name", `no-${at}`)))
]

describe("a filter", () => {
  it.layer(seeded())("finds in the database", (it) => {
    for (const filter of table) {
      it.effect(`what it means: ${label(filter)}`, () =>
        Effect.gen(function*() {
          const found = yield* search(filter)
          assert.deepStrictEqual(found, expected(filter))
          assert.isAbove(found.length, 0)
          assert.isBelow(found.length, variedEvents.length)
        }))
    }

    for (const filter of edges) {
      it.effect(`what it means at the edge: ${label(filter)}`, () =>
        Effect.gen(function*() {
          assert.deepStrictEqual(yield* search(filter), expected(filter))
        }))
    }

    it.effect.prop("what it means, however it is nested", [nested()], ([filter]) =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* search(filter), expected(filter))
      }), { arbitrary: { runs: 300 } })

    for (const [what, filter, code] of refusals()) {
      it.effect(`nothing but a refusal where ${what}`, () =>
        Effect.gen(function*() {
          const error = yield* Effect.flip(search(filter))
          assert.strictEqual(error.reason._tag, "ObservabilityError")
          assert.strictEqual(ErrorCode.of(error), code)
        }))
    }

    it.effect("nothing but a refusal where it does not fit the schema", () =>
      Effect.gen(function*() {
        const ids = postTo("/v1/observability/chat-completion-events/search-ids")
        const wrong = yield* ids({ search_params: { filters: { field: "metadata", op: "isnull", value: "no" } } })
        assert.strictEqual(wrong.status, 422)
        assert.deepStrictEqual(wrong.json, {
          detail: {
            message: "body.search_params.filters.value: Value error, Expected true or false for isnull",
            error_code: "VALIDATION_ERROR"
          }
        })
        const lower = yield* ids({ search_params: { filters: { and: [] } } })
        assert.deepStrictEqual(lower.json, {
          detail: {
            message: "body.search_params.filters.and: Extra inputs are not permitted",
            error_code: "VALIDATION_ERROR"
          }
        })
        const none = yield* ids("")
        assert.deepStrictEqual([none.status, none.json], [
          422,
          { detail: { message: "body: not JSON", error_code: "VALIDATION_ERROR" } }
        ])
      }))
  })
})

describe("a pattern that backtracks without end", () => {
  it.live("is broken off, and nothing else is held up by it", () =>
    Effect.gen(function*() {
      const { addEvents } = yield* Emulator.Emulator
      yield* addEvents([{ model_name: `${"a".repeat(60)}!` }])
      assert.strictEqual(yield* codeOf(search(matches("model_name", "^(a+)+$"))), "DATABASE_TIMEOUT")
      assert.strictEqual((yield* search(matches("model_name", "^a+!$"))).length, 1)
    }).pipe(Effect.provide(local())))
})

/** An emulator with the varied events, and its services. */
function seeded() {
  return Layer.effectDiscard(
    Effect.flatMap(Emulator.Emulator, ({ addEvents }) => addEvents(variedEvents))
  ).pipe(Layer.provideMerge(local()))
}

function search(filters: Filter.Filter | null) {
  return Effect.map(
    ChatCompletionEvents.searchIds({ search_params: { filters } }),
    ({ completion_event_ids }) => completion_event_ids
  )
}

/** Newest first; events of the same time in reverse order of insertion. */
function expected(filter: Filter.Filter | null): ReadonlyArray<string> {
  return variedEvents
    .map((event, at) => ({ event, at, time: Date.parse(event.created_at) }))
    .filter(({ event }) => passes(event, filter))
    .sort((a, b) => b.time - a.time || b.at - a.at)
    .map(({ event }) => event.event_id)
}

function label(filter: Filter.Filter | null): string {
  const text = JSON.stringify(filter)
  return text.length <= 120 ? text : `${text.slice(0, 119)}…`
}

function refusals(): ReadonlyArray<readonly [what: string, filter: Filter.Filter, code: ErrorCode.Known]> {
  let deep: Filter.Filter = eq("model_name", "m")
  for (let at = 0; at < 150; at++) deep = and(deep)
  return [
    ["there is no such field", eq("nothing", 1), "FIELDS_BAD_REQUEST"],
    ["a column is not a field", eq("seq", 1), "FIELDS_BAD_REQUEST"],
    ["there is no such judge", eq("__judge_none", "good"), "FIELDS_BAD_REQUEST"],
    ["a number has no beginning", Filter.startsWith("input_tokens", "1"), "FIELDS_BAD_REQUEST"],
    ["a text has no elements", includes("model_name", "m"), "FIELDS_BAD_REQUEST"],
    ["the operator is unknown", condition("model_name", "sounds_like", "m"), "FIELDS_BAD_REQUEST"],
    ["a text is compared with a number", eq("model_name", 5), "SEARCH_BAD_REQUEST"],
    ["a number is compared with a text", gt("input_tokens", "5"), "SEARCH_BAD_REQUEST"],
    ["a truth is compared with a number", eq("is_stream", 1), "SEARCH_BAD_REQUEST"],
    ["a time is no time", gt("timestamp", "yesterday"), "SEARCH_BAD_REQUEST"],
    ["a time is no date of a calendar", gt("timestamp", "2026-13-45"), "SEARCH_BAD_REQUEST"],
    ["a month has no such day", lt("timestamp", "2026-02-30T00:00:00Z"), "SEARCH_BAD_REQUEST"],
    ["an element is no text", includes("invoked_tools", 1), "SEARCH_BAD_REQUEST"],
    ["a map is no map", eq("metadata", "t1"), "SEARCH_BAD_REQUEST"],
    ["a pattern is broken", matches("model_name", "("), "SEARCH_BAD_REQUEST"],
    ["a pattern is broken inside a group", or(eq("model_name", "m"), matches("model_name", "[")), "SEARCH_BAD_REQUEST"],
    ["it is too deep", deep, "SEARCH_FILTER_TO_SQL_CONVERSION_ERROR"],
    [
      "it is too long",
      or(...Array.from({ length: 5001 }, () => eq("model_name", "m"))),
      "SEARCH_FILTER_TO_SQL_CONVERSION_ERROR"
    ]
  ]
}

/** Filters whose operators fit their fields, three groups deep. */
function nested() {
  const of = (fields: ReadonlyArray<string>, ops: ReadonlyArray<Filter.Operator>, value: Schema.Codec<Schema.Json>) =>
    Schema.Struct({ field: Schema.Literals(fields), op: Schema.Literals(ops), value })
  const texts = [
    "model_name",
    "api_agent_id",
    "last_user_message_preview",
    "response_messages_preview",
    "first_system_message",
    "metadata.tenant",
    "metadata.n",
    "event_id"
  ]
  const fragments = ["", "m", "MISTRAL", "pass", "é", "😀", "Σ", "t1", "T", "ag_", "-", "_", "%", "\u0000"]
  // A request cannot hold half of a surrogate pair.
  const wellFormed = Schema.String.check(Schema.makeFilter((text) => !/\p{Cs}/u.test(text)))
  const text = Schema.Union([Schema.Literals(fragments), wellFormed])
  const number = Schema.Union([Schema.Literals([0, 1, 87, 5, 5.5, 0.1, -1]), Schema.Finite])
  const numbers = ["total_time_elapsed", "input_tokens", "output_tokens", "nb_messages"]
  const time = Schema.Literals(["2026-01-01T00:00:00.000Z", "2025-12-31T23:59:59.999Z", "2026-06-15T14:00:00+02:00"])
  const word = Schema.Literals(["web_search", "f", "café", "tenant", "n", ""])
  const condition = Schema.Union([
    of(texts, ["eq", "neq", "lt", "lte", "gt", "gte"], text),
    of(
      texts,
      [
        "startswith",
        "istartswith",
        "endswith",
        "iendswith",
        "contains",
        "icontains",
        "notcontains",
        "inotcontains"
      ],
      text
    ),
    of(texts, ["matches"], Schema.Literals(["^m", "[0-9]{3}$", "\\p{L}+", "a|é", "(?:)", "."])),
    of(numbers, ["eq", "neq", "lt", "lte", "gt", "gte"], number),
    of(["timestamp"], ["eq", "neq", "lt", "lte", "gt", "gte"], time),
    of(["is_stream"], ["eq", "neq"], Schema.NullOr(Schema.Boolean)),
    of(["invoked_tools", "metadata"], ["includes", "excludes"], word),
    of(["invoked_tools", "metadata"], ["len_eq"], Schema.Literals([0, 1, 2, 3, 5])),
    of([...texts, ...numbers, "is_stream", "invoked_tools", "metadata", "timestamp"], ["isnull"], Schema.Boolean)
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
