import * as Agents from "@effect-mistral/agents/Agents"
import * as Chat from "@effect-mistral/chat/Chat"
import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import type * as Tool from "@effect-mistral/core/Tool"
import { Emulator } from "@effect-mistral/emulator"
import * as Fim from "@effect-mistral/fim/Fim"
import { ChatCompletionEvents, ErrorCode, Filter, type Judge } from "@effect-mistral/observability"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { ask, local, post, postTo } from "../support.ts"

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
      assert.strictEqual((yield* post({ ...ask("Hi"), seed: 1 })).status, 422)
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
      const many = Array.from({ length: 1001 }, (_, at) => `metadata.${at}`)
      assert.strictEqual(Object.keys((yield* search(many.slice(1))) ?? {}).length, 1000)
      assert.strictEqual(ErrorCode.of(yield* Effect.flip(search(many))), "FIELDS_BAD_REQUEST")
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

  it.effect("is fetched by its id, whatever characters it is made of and however long it is", () =>
    Effect.gen(function*() {
      const { addEvents } = yield* Emulator.Emulator
      const ids = ["a/b c?d=e&f#g", "%2e%2e", "100 %", "a\nb", "é😀", "e".repeat(2000)]
      yield* addEvents(ids.map((event_id) => ({ event_id })))
      const events = yield* Stream.runCollect(ChatCompletionEvents.fetchAll(ids))
      assert.deepStrictEqual(events.map(({ event_id }) => event_id), ids)
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
      // The variable has the same value as the text that is written out here.
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
