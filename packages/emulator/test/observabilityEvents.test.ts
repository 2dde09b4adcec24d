import * as Agents from "@effect-mistral/agents/Agents"
import * as Chat from "@effect-mistral/chat/Chat"
import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import type { MistralError } from "@effect-mistral/core/MistralError"
import type * as Tool from "@effect-mistral/core/Tool"
import { Emulator } from "@effect-mistral/emulator"
import * as Fim from "@effect-mistral/fim/Fim"
import { ChatCompletionEvents, ErrorCode, Fields, Filter, type Judge } from "@effect-mistral/observability"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { ask, local, post, postTo, raw } from "./support.ts"

const everything = { search_params: { filters: null } }

describe("an event", () => {
  it.effect("is recorded of a chat completion, with what was asked, answered and counted", () =>
    Effect.gen(function*() {
      const messages: CompletionRequest.Chat["messages"] = [
        { role: "system", content: "You are terse." },
        { role: "user", content: [{ type: "text", text: "What is " }, { type: "text", text: "fog?" }] }
      ]
      const answer = yield* post(ask("", { messages, tools: [weather], metadata: { tenant: "t1", n: 2 } }))
      const [id = ""] = yield* allIds
      const event = yield* ChatCompletionEvents.fetch(id)
      const body = JSON.parse(answer.text)
      const message = body.choices[0].message
      assert.strictEqual(event.correlation_id, answer.headers.get("mistral-correlation-id"))
      assert.strictEqual(event.nb_input_tokens, body.usage.prompt_tokens)
      assert.strictEqual(event.nb_output_tokens, body.usage.completion_tokens)
      assert.deepStrictEqual(event.request_messages, messages)
      assert.deepStrictEqual(event.response_messages, [message])
      assert.deepStrictEqual(event.enabled_tools, [weather])
      assert.strictEqual(event.nb_messages, 3)
      const { timestamp, total_time_elapsed, ...fields } = event.extra_fields
      assert.strictEqual(timestamp, event.created_at)
      assert.isBelow(Math.abs(Date.now() - Date.parse(event.created_at)), 60_000)
      assert.isAtLeast(Number(total_time_elapsed), 0)
      assert.deepStrictEqual(fields, {
        event_id: id,
        correlation_id: event.correlation_id,
        model_name: "mistral-small-latest",
        api_agent_id: null,
        is_stream: false,
        metadata: { tenant: "t1", n: "2" },
        nb_messages: 3,
        first_system_message: "You are terse.",
        last_user_message_preview: "What is fog?",
        response_messages_preview: message.content,
        invoked_tools: [],
        finish_reason: "stop",
        input_tokens: body.usage.prompt_tokens,
        output_tokens: body.usage.completion_tokens
      })
    }).pipe(Effect.provide(local())))

  it.effect("is recorded of a stream before its last chunk is read, and says the same as the stream", () =>
    Effect.gen(function*() {
      const chunks = yield* Chat.stream(ask("Call get_weather", { tools: [weather] })).pipe(
        Stream.mapEffect((chunk) => Effect.map(allIds, (ids) => ({ chunk, recorded: ids.length }))),
        Stream.runCollect
      )
      assert.strictEqual(chunks.at(-1)?.recorded, 1)
      const [id = ""] = yield* allIds
      const event = yield* ChatCompletionEvents.fetch(id)
      assert.strictEqual(event.extra_fields["is_stream"], true)
      assert.strictEqual(event.extra_fields["finish_reason"], "tool_calls")
      assert.deepStrictEqual(event.extra_fields["invoked_tools"], ["get_weather"])
      const calls = chunks.flatMap(({ chunk }) => chunk.choices[0]?.delta.tool_calls ?? [])
      assert.deepStrictEqual(event.response_messages[0]?.["tool_calls"], calls)
    }).pipe(Effect.provide(local())))

  it.effect("is recorded of agents and of fill-in-the-middle, whole and streamed", () =>
    Effect.gen(function*() {
      const { messages } = ask("Hi")
      yield* Agents.complete({ agent_id: "ag_emulator", messages })
      yield* Stream.runDrain(Agents.stream({ agent_id: "ag_emulator", messages }))
      yield* Fim.complete({ model: "codestral-latest", prompt: "const a =", suffix: "return a" })
      yield* Stream.runDrain(Fim.stream({ model: "codestral-latest", prompt: "const a =" }))
      const { completion_events } = yield* ChatCompletionEvents.search({
        ...everything,
        extra_fields: ["api_agent_id", "model_name", "is_stream", "last_user_message_preview"]
      })
      const agent = {
        api_agent_id: "ag_emulator",
        model_name: "mistral-medium-latest",
        last_user_message_preview: "Hi"
      }
      const fim = { api_agent_id: null, model_name: "codestral-latest", last_user_message_preview: "const a =" }
      assert.sameDeepMembers((completion_events.results ?? []).map(({ extra_fields }) => extra_fields), [
        { ...fim, is_stream: true },
        { ...fim, is_stream: false },
        { ...agent, is_stream: true },
        { ...agent, is_stream: false }
      ])
      const last = yield* ChatCompletionEvents.searchIds({
        search_params: {
          filters: Filter.and(Filter.eq("model_name", "codestral-latest"), Filter.eq("is_stream", false))
        }
      })
      const event = yield* ChatCompletionEvents.fetch(last.completion_event_ids[0] ?? "")
      assert.deepStrictEqual(event.request_messages, [{ role: "user", content: "const a =", suffix: "return a" }])
    }).pipe(Effect.provide(local())))

  it.effect("is not recorded of a request that is refused", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* post(ask("Hi", { model: "nothing" }))).status, 400)
      assert.strictEqual((yield* post({ ...ask("Hi"), stream_options: {} })).status, 422)
      assert.deepStrictEqual(yield* allIds, [])
    }).pipe(Effect.provide(local())))

  it.effect("shows the fields that are asked for, and refuses one that there is not", () =>
    Effect.gen(function*() {
      yield* post(ask("Hi", { metadata: { tenant: "t1" } }))
      const search = (extra_fields: ReadonlyArray<string> | null) =>
        Effect.map(
          ChatCompletionEvents.search({ ...everything, extra_fields }),
          ({ completion_events }) => completion_events.results?.[0]?.extra_fields
        )
      assert.deepStrictEqual(yield* search(null), {})
      assert.deepStrictEqual(yield* search(["metadata.tenant", "metadata.other", "metadata.tenant"]), {
        "metadata.tenant": "t1",
        "metadata.other": null
      })
      assert.strictEqual(ErrorCode.of(yield* Effect.flip(search(["nothing"]))), "FIELDS_BAD_REQUEST")
    }).pipe(Effect.provide(local())))

  it.effect("that does not exist is not found, by whatever way", () =>
    Effect.gen(function*() {
      for (
        const operation of [
          Effect.asVoid(ChatCompletionEvents.fetch("none")),
          Effect.asVoid(ChatCompletionEvents.fetchSimilarEvents("none")),
          Effect.asVoid(ChatCompletionEvents.judge("none", regression))
        ]
      ) {
        const error = yield* Effect.flip(operation)
        assert.strictEqual(ErrorCode.of(error), "SEARCH_NOT_FOUND")
        assert.include(error.message, "There is no event none")
      }
    }).pipe(Effect.provide(local())))

  it.effect("added by a test has what follows from its messages", () =>
    Effect.gen(function*() {
      const { addEvents } = yield* Emulator.Emulator
      const long = "ä😀".repeat(1000)
      const [id = ""] = yield* addEvents([{
        request_messages: [{ role: "user", content: long }],
        response_messages: [{ role: "assistant", tool_calls: [call("f"), call("g"), call("f")] }]
      }])
      const { extra_fields } = yield* ChatCompletionEvents.fetch(id)
      assert.strictEqual(extra_fields["last_user_message_preview"], "ä😀".repeat(500))
      assert.deepStrictEqual(extra_fields["invoked_tools"], ["f", "g"])
      assert.strictEqual(extra_fields["nb_messages"], 2)
      assert.strictEqual(extra_fields["metadata"], null)
    }).pipe(Effect.provide(local())))

  it.effect("added with the id of another one leaves everything as it was", () =>
    Effect.gen(function*() {
      const { addEvents } = yield* Emulator.Emulator
      yield* addEvents([{ event_id: "one" }])
      assert.strictEqual((yield* Effect.exit(addEvents([{ event_id: "two" }, { event_id: "one" }])))._tag, "Failure")
      assert.deepStrictEqual(yield* allIds, ["one"])
    }).pipe(Effect.provide(local())))
})

describe("a page of events", () => {
  it.effect("names the next one, by a cursor and by a URL, as long as there is one", () =>
    Effect.gen(function*() {
      const { addEvents, url } = yield* Emulator.Emulator
      yield* addEvents(["a", "b", "c"].map((event_id) => ({ event_id, created_at: "2026-01-01T00:00:00Z" })))
      const first = yield* ChatCompletionEvents.search({ ...everything, page_size: 2 })
      const { cursor, next, results } = first.completion_events
      assert.deepStrictEqual(results?.map(({ event_id }) => event_id), ["c", "b"])
      assert.strictEqual(
        next,
        `${url}/v1/observability/chat-completion-events/search?page_size=2&cursor=${encodeURIComponent(cursor ?? "")}`
      )
      const second = yield* postTo(next?.slice(url.length) ?? "")(everything)
      assert.deepInclude(JSON.parse(second.text).completion_events, { next: null, cursor: null })
      assert.strictEqual(JSON.parse(second.text).completion_events.results[0].event_id, "a")
      const empty = yield* ChatCompletionEvents.search({ ...everything, page_size: 0 })
      assert.deepStrictEqual(empty.completion_events, { results: [], next: null, cursor: null })
    }).pipe(Effect.provide(local())))

  it.effect("is refused for a cursor that no search gave, and a size out of bounds", () =>
    Effect.gen(function*() {
      for (
        const cursor of ["abc", "", "%%%", btoa("c1:1:1"), btoa("c2:1:1:1"), btoa("c1:1:1:1; DROP"), btoa("c1:01:1:1")]
      ) {
        const error = yield* Effect.flip(ChatCompletionEvents.search({ ...everything, cursor }))
        assert.strictEqual(ErrorCode.of(error), "SEARCH_BAD_REQUEST", cursor)
      }
      const search = (query: string) => postTo(`/v1/observability/chat-completion-events/search?${query}`)(everything)
      for (const query of ["page_size=101", "page_size=-1", "page_size=ten"]) {
        const refused = yield* search(query)
        assert.strictEqual(refused.status, 422)
        assert.strictEqual(JSON.parse(refused.text).detail.error_code, "VALIDATION_ERROR")
      }
      assert.strictEqual((yield* search("page_size=100&something=else")).status, 200)
    }).pipe(Effect.provide(local())))
})

describe("similar events", () => {
  it.effect("are those that share the most words, the closest first, and not the event itself", () =>
    Effect.gen(function*() {
      const { addEvents } = yield* Emulator.Emulator
      yield* addEvents([
        said("far", "Bake a cake with apples", "Take three apples"),
        said("near", "How can I reset a forgotten password?", "Open the settings"),
        said("one", "How do I reset my password?", "Open the settings and choose reset password"),
        said("nearest", "Please: how do I reset my password?", "Open the settings and choose reset"),
        said("quotes", "\"password\" OR (reset) NEAR/2 *", "-")
      ])
      const { completion_events } = yield* ChatCompletionEvents.fetchSimilarEvents("one")
      const ids = (completion_events.results ?? []).map(({ event_id }) => event_id)
      assert.strictEqual(ids[0], "nearest")
      assert.sameMembers(ids, ["nearest", "near", "quotes"])
      assert.isAbove(ids.indexOf("near"), 0)
      const quoted = yield* ChatCompletionEvents.fetchSimilarEvents("quotes")
      assert.sameMembers((quoted.completion_events.results ?? []).map(({ event_id }) => event_id), [
        "one",
        "near",
        "nearest"
      ])
    }).pipe(Effect.provide(local())))
})

describe("a judge for once", () => {
  it.effect("says the same of the same, and another thing where instructions, output or event differ", () =>
    Effect.gen(function*() {
      const { addEvents } = yield* Emulator.Emulator
      yield* addEvents([said("one", "Hi", "Hello"), said("two", "Hi", "Go away"), said("three", "Hi", "Hello")])
      const first = yield* ChatCompletionEvents.judge("one", regression)
      assert.deepStrictEqual(yield* ChatCompletionEvents.judge("one", regression), first)
      assert.deepStrictEqual(yield* ChatCompletionEvents.judge("three", regression), first)
      const others = yield* Effect.all([
        ChatCompletionEvents.judge("two", regression),
        ChatCompletionEvents.judge("one", { ...regression, instructions: "Something else" }),
        ChatCompletionEvents.judge("one", { ...regression, output: { ...regression.output, max: 9 } })
      ])
      for (const other of others) assert.notStrictEqual(other.answer, first.answer)
      assert.include(first.analysis, regression.name)
      assert.include(first.analysis, "useless")
    }).pipe(Effect.provide(local())))

  it.effect("stays within its bounds and its options, and chooses the option whose words are there", () =>
    Effect.gen(function*() {
      const { addEvents } = yield* Emulator.Emulator
      const ids = yield* addEvents(
        Array.from({ length: 60 }, (_, at) => said(`e${at}`, `Question ${at}`, at % 2 === 0 ? "Thank you" : "Sorry"))
      )
      const answers = new Set<string | number>()
      for (const id of ids) {
        const { answer } = yield* ChatCompletionEvents.judge(id, regression)
        assert.isAtLeast(Number(answer), 2)
        assert.isAtMost(Number(answer), 5)
        answers.add(answer)
      }
      assert.isAbove(answers.size, 50)
      for (const [at, id] of ids.entries()) {
        const { analysis, answer } = yield* ChatCompletionEvents.judge(id, classification)
        assert.strictEqual(answer, at % 2 === 0 ? "grateful" : "regretful")
        assert.include(analysis, at % 2 === 0 ? "thank" : "sorry")
      }
    }).pipe(Effect.provide(local())))

  it.effect("has the variables of its instructions filled in, and refuses instructions that end inside one", () =>
    Effect.gen(function*() {
      const { addEvents } = yield* Emulator.Emulator
      yield* addEvents([said("one", "Hi", "Hello"), said("two", "Hi", "Hello there"), { event_id: "silent" }])
      const judge = (id: string, instructions: string) =>
        ChatCompletionEvents.judge(id, { ...regression, instructions })
      // The variable stands for the same text as is written out here.
      assert.strictEqual(
        (yield* judge("one", "Judge {{ assistant_message }}!")).answer,
        (yield* judge("one", "Judge Hello!")).answer
      )
      assert.strictEqual(
        (yield* judge("one", "Judge {{ unknown.variable }}!")).answer,
        (yield* judge("one", "Judge !")).answer
      )
      assert.strictEqual(
        ErrorCode.of(yield* Effect.flip(judge("one", "Judge {{ user_message"))),
        "TEMPLATE_SYNTAX_ERROR"
      )
      assert.strictEqual(
        ErrorCode.of(yield* Effect.flip(judge("silent", "Judge"))),
        "JUDGE_CONVERSATION_FORMAT_ERROR"
      )
    }).pipe(Effect.provide(local())))
})

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
      const code = <A, R>(operation: Effect.Effect<A, MistralError, R>) =>
        Effect.map(Effect.flip(operation), ErrorCode.of)
      assert.strictEqual(yield* code(Fields.options("nothing", "eq")), "FIELDS_NOT_FOUND")
      assert.strictEqual(yield* code(Fields.optionCounts("seq", {})), "FIELDS_NOT_FOUND")
      assert.strictEqual(yield* code(Fields.options("input_tokens", "contains")), "FIELDS_BAD_REQUEST")
      const broken = { filter_params: { filters: Filter.matches("model_name", "(") } }
      assert.strictEqual(yield* code(Fields.optionCounts("model_name", broken)), "SEARCH_BAD_REQUEST")
      const missing = yield* raw("/v1/observability/chat-completion-fields/model_name/options")
      assert.strictEqual(missing.status, 422)
      assert.deepStrictEqual(missing.json, {
        detail: { message: "query.operator: Field required", error_code: "VALIDATION_ERROR" }
      })
    }).pipe(Effect.provide(local())))
})

const regression = {
  name: "Usefulness",
  description: "How useful the answer is",
  model_name: "mistral-small-latest",
  output: { type: "REGRESSION", min: 2, min_description: "useless", max: 5, max_description: "useful" },
  instructions: "Say how useful the answer is.",
  tools: []
} as const satisfies Judge.Definition

const classification: Judge.Definition = {
  ...regression,
  output: {
    type: "CLASSIFICATION",
    options: [{ value: "grateful", description: "says thank you" }, { value: "regretful", description: "is sorry" }]
  }
}

const weather: Tool.Tool = {
  type: "function",
  function: { name: "get_weather", parameters: { type: "object", properties: { city: { type: "string" } } } }
}

const call = (name: string) => ({ id: "abcdefghi", function: { name, arguments: "{}" } })

const said = (event_id: string, question: string, answer: string): Emulator.NewEvent => ({
  event_id,
  request_messages: [{ role: "user", content: question }],
  response_messages: [{ role: "assistant", content: answer }]
})

const allIds = Effect.map(
  ChatCompletionEvents.searchIds(everything),
  ({ completion_event_ids }) => completion_event_ids
)

const addSome = Effect.flatMap(Emulator.Emulator, ({ addEvents }) =>
  addEvents([
    { model_name: "a", is_stream: true, invoked_tools: ["f", "g"], metadata: { tenant: "t1" }, input_tokens: 5 },
    { model_name: "b", is_stream: true, invoked_tools: [], metadata: { tenant: "t1" }, input_tokens: 7 },
    { model_name: "b", is_stream: false, invoked_tools: ["g", "f"], metadata: { tenant: "t2" }, input_tokens: 5 },
    { model_name: null, is_stream: null, invoked_tools: null }
  ].map((event) => ({ ...event, created_at: "2026-01-01T00:00:00.250Z" }))))
