import { Emulator } from "@effect-mistral/emulator"
import { Fields, Filter } from "@effect-mistral/observability"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { local, raw } from "../support.ts"
import { codeOf } from "./observabilitySupport.ts"

describe("fields", () => {
  it.effect("are those that can be filtered by, each with its type and operators", () =>
    Effect.gen(function*() {
      const { field_definitions, field_groups } = yield* Fields.list()
      const groups = field_groups.map(({ name }) => name)
      assert.deepStrictEqual(
        field_definitions.map(({ name, type }) => `${name} ${type}`),
        [
          "timestamp TIMESTAMP",
          "event_id TEXT",
          "correlation_id TEXT",
          "model_name ENUM",
          "api_agent_id ENUM",
          "is_stream BOOL",
          "metadata MAP",
          "nb_messages INT",
          "first_system_message TEXT",
          "last_user_message_preview TEXT",
          "response_messages_preview TEXT",
          "invoked_tools ARRAY",
          "finish_reason ENUM",
          "total_time_elapsed FLOAT",
          "input_tokens INT",
          "output_tokens INT"
        ]
      )
      const known = new Set<string>(Filter.Operator.literals)
      const used = new Set<string>()
      for (const { group, supported_operators } of field_definitions) {
        assert.include(groups, group)
        for (const operator of supported_operators) {
          assert.isTrue(known.has(operator))
          used.add(operator)
        }
      }
      assert.deepStrictEqual(used, known)
    }).pipe(Effect.provide(local())))

  it.effect("have options where values are chosen, and counts among the events of a filter", () =>
    Effect.gen(function*() {
      yield* addSome
      const options = (field: string, operator: Filter.Operator) =>
        Effect.map(Fields.options(field, operator), ({ options }) => options)
      assert.deepStrictEqual(yield* options("model_name", "eq"), ["b", "a"])
      assert.deepStrictEqual(yield* options("model_name", "isnull"), [true, false])
      assert.isNull(yield* options("model_name", "contains"))
      assert.deepStrictEqual(yield* options("is_stream", "eq"), [true, false])
      assert.deepStrictEqual(yield* options("invoked_tools", "includes"), ["f", "g"])
      assert.deepStrictEqual(yield* options("metadata", "includes"), ["tenant"])
      assert.deepStrictEqual(yield* options("metadata.tenant", "eq"), ["t1", "t2"])
      assert.isNull(yield* options("input_tokens", "eq"))

      const counts = (field: string, filters: Filter.Filter | null = null) =>
        Effect.map(
          Fields.optionCounts(field, { filter_params: { filters } }),
          ({ counts }) => counts.map(({ count, value }) => `${value} ${count}`)
        )
      assert.deepStrictEqual(yield* counts("model_name"), ["b 2", "a 1"])
      assert.deepStrictEqual(yield* counts("model_name", Filter.includes("invoked_tools", "f")), ["a 1", "b 1"])
      assert.deepStrictEqual(yield* counts("invoked_tools"), ["f 2", "g 2"])
      assert.deepStrictEqual(yield* counts("is_stream"), ["true 2", "false 1"])
      assert.deepStrictEqual(yield* counts("input_tokens"), ["5 2", "0 1", "7 1"])
      assert.deepStrictEqual(yield* counts("timestamp"), ["2026-01-01T00:00:00.250Z 4"])
    }).pipe(Effect.provide(local())))

  it.effect("that there are not, and operators that they have not, are refused", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* codeOf(Fields.options("nothing", "eq")), "FIELDS_NOT_FOUND")
      assert.strictEqual(yield* codeOf(Fields.optionCounts("seq", {})), "FIELDS_NOT_FOUND")
      assert.strictEqual(yield* codeOf(Fields.options("input_tokens", "contains")), "FIELDS_BAD_REQUEST")
      const broken = { filter_params: { filters: Filter.matches("model_name", "(") } }
      assert.strictEqual(yield* codeOf(Fields.optionCounts("model_name", broken)), "SEARCH_BAD_REQUEST")
      const missing = yield* raw("/v1/observability/chat-completion-fields/model_name/options")
      assert.strictEqual(missing.status, 422)
      assert.deepStrictEqual(missing.json, {
        detail: { message: "query.operator: Field required", error_code: "VALIDATION_ERROR" }
      })
    }).pipe(Effect.provide(local())))
})

const addSome = Effect.flatMap(Emulator.Emulator, ({ addEvents }) =>
  addEvents([
    { model_name: "a", is_stream: true, invoked_tools: ["f", "g"], metadata: { tenant: "t1" }, input_tokens: 5 },
    { model_name: "b", is_stream: true, invoked_tools: [], metadata: { tenant: "t1" }, input_tokens: 7 },
    { model_name: "b", is_stream: false, invoked_tools: ["g", "f"], metadata: { tenant: "t2" }, input_tokens: 5 },
    { model_name: null, is_stream: null, invoked_tools: null }
  ].map((event) => ({ ...event, created_at: "2026-01-01T00:00:00.250Z" }))))
