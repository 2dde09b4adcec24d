import type { MistralError } from "@effect-mistral/core/MistralError"
import { Emulator } from "@effect-mistral/emulator"
import {
  Campaigns,
  ChatCompletionEvents,
  ErrorCode,
  Fields,
  Filter,
  type Judge,
  Judges
} from "@effect-mistral/observability"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { instant, local, postTo, raw } from "../support.ts"
import { addConversations, codeOf, databaseFile, often } from "./observabilitySupport.ts"

describe("judges", () => {
  it.effect("are created, listed, fetched, changed and deleted", () =>
    Effect.gen(function*() {
      const first = yield* Judges.create(definition("First judge"))
      const second = yield* Judges.create({ ...definition("Second judge"), model_name: "other", output: regression })
      assert.deepStrictEqual<unknown>({ ...first, ...definition("First judge"), deleted_at: null }, first)
      assert.strictEqual(first.created_at, first.updated_at)
      assert.deepStrictEqual(yield* Judges.fetch(first.id), first)
      const names = (query: Judge.ListQuery) =>
        Effect.map(Judges.list(query), ({ judges }) => judges.results?.map(({ name }) => name))
      assert.deepStrictEqual(yield* names({}), ["Second judge", "First judge"])
      assert.deepStrictEqual(yield* names({ q: "FIRST" }), ["First judge"])
      assert.deepStrictEqual(yield* names({ q: "%" }), [])
      assert.deepStrictEqual(yield* names({ type_filter: ["REGRESSION"] }), ["Second judge"])
      assert.deepStrictEqual(yield* names({ type_filter: ["REGRESSION", "CLASSIFICATION"], model_filter: ["other"] }), [
        "Second judge"
      ])
      yield* Judges.update(first.id, definition("Renamed judge"))
      const renamed = yield* Judges.fetch(first.id)
      assert.deepStrictEqual({ ...renamed, updated_at: first.updated_at }, { ...first, name: "Renamed judge" })
      yield* Judges.delete(second.id)
      assert.deepStrictEqual(yield* names({}), ["Renamed judge"])
      assert.strictEqual(yield* codeOf(Judges.fetch(second.id)), "JUDGE_NOT_FOUND")
    }).pipe(Effect.provide(local())))

  it.effect("are listed page by page", () =>
    Effect.gen(function*() {
      const { url } = yield* Emulator.Emulator
      for (let at = 0; at < 5; at++) yield* Judges.create(definition(`Judge ${at}`))
      const first = yield* Judges.list({ page_size: 2, q: "judge" })
      const list = `${url}/v1/observability/judges?page_size=2&q=judge`
      assert.deepStrictEqual({ ...first.judges, results: first.judges.results?.map(({ name }) => name) }, {
        results: ["Judge 4", "Judge 3"],
        count: 5,
        next: `${list}&page=2`,
        previous: null
      })
      const last = yield* Judges.list({ page_size: 2, page: 3 })
      assert.deepStrictEqual(last.judges.results?.map(({ name }) => name), ["Judge 0"])
      assert.isNull(last.judges.next)
      assert.include(last.judges.previous ?? "", "page=2")
      const beyond = yield* Judges.list({ page_size: 2, page: 9 })
      assert.deepInclude(beyond.judges, { results: [], count: 5, next: null })
      const all = yield* Stream.runCollect(Judges.listAll({ page_size: 2 }))
      assert.deepStrictEqual(all.map(({ name }) => name), ["Judge 4", "Judge 3", "Judge 2", "Judge 1", "Judge 0"])
    }).pipe(Effect.provide(local())))

  it.effect("are refused by the API's codes", () =>
    Effect.gen(function*() {
      const judge = yield* Judges.create(definition("A judge"))
      const other = yield* Judges.create(definition("Another"))
      const status = <A, R>(operation: Effect.Effect<A, MistralError, R>) =>
        Effect.map(Effect.flip(operation), (error) => [
          "status" in error.reason ? error.reason.status : undefined,
          ErrorCode.of(error)
        ])
      assert.deepStrictEqual(yield* status(Judges.create(definition("A judge"))), [409, "JUDGE_NAME_ALREADY_EXISTS"])
      assert.deepStrictEqual(yield* status(Judges.update(other.id, definition("A judge"))), [
        409,
        "JUDGE_NAME_ALREADY_EXISTS"
      ])
      assert.deepStrictEqual(yield* status(Judges.update(judge.id, definition("A judge"))), [
        409,
        "JUDGE_DID_NOT_CHANGE"
      ])
      assert.deepStrictEqual(yield* status(Judges.update("none", definition("Third"))), [404, "JUDGE_NOT_FOUND"])
      assert.deepStrictEqual(yield* status(Judges.delete("none")), [404, "JUDGE_NOT_FOUND"])
      const none = { ...definition("No options"), output: { type: "CLASSIFICATION", options: [] } } as const
      assert.deepStrictEqual(yield* status(Judges.create(none)), [422, "VALIDATION_ERROR"])
      const broken = { ...definition("Broken template"), instructions: "Look at {{ user_message" }
      assert.deepStrictEqual(yield* status(Judges.create(broken)), [400, "TEMPLATE_SYNTAX_ERROR"])
      const wrong = yield* postTo("/v1/observability/judges")({ ...definition("A judge"), name: "abc", more: 1 })
      assert.strictEqual(wrong.status, 422)
      const { detail } = wrong.json as { readonly detail: { readonly message: string; readonly error_code: string } }
      assert.strictEqual(detail.error_code, "VALIDATION_ERROR")
      assert.include(detail.message, "body.more: Extra inputs are not permitted")
      assert.include(detail.message, "body.name: String should have at least 5 characters")
      const refused = (path: string, body: object) =>
        Effect.map(postTo(path)(body), ({ json, status }) => [status, JSON.stringify(json)] as const)
      const [tooLong, sentence] = yield* refused("/v1/observability/judges", definition("x".repeat(51)))
      assert.strictEqual(tooLong, 422)
      assert.include(sentence, "body.name: String should have at most 50 characters")
      for (const [count, problem] of [[0, "at least 1 item"], [501, "at most 500 items"]] as const) {
        const [status, text] = yield* refused("/v1/observability/dataset-records/bulk-delete", {
          dataset_record_ids: Array(count).fill("id")
        })
        assert.strictEqual(status, 422)
        assert.include(text, `body.dataset_record_ids: List should have ${problem} after validation, not ${count}`)
      }
      assert.strictEqual((yield* raw("/v1/observability/judges?type_filter=OTHER")).status, 422)
      const method = yield* raw("/v1/observability/judges", { method: "PATCH" })
      assert.deepStrictEqual([method.status, method.headers.get("allow")], [405, "POST, GET"])
    }).pipe(Effect.provide(local())))

  it.effect("judge a conversation, with the properties that their instructions name", () =>
    Effect.gen(function*() {
      const judge = yield* Judges.create({
        ...definition("Strictness"),
        output: regression,
        instructions: "Judge by {{ properties.rule }}"
      })
      const messages = [{ role: "user", content: "Hi" }, { role: "assistant", content: "Hello" }]
      const answer = (rule: string) =>
        Effect.map(Judges.judgeConversation(judge.id, { messages, properties: { rule } }), ({ answer }) => answer)
      assert.strictEqual(yield* answer("length"), yield* answer("length"))
      assert.notStrictEqual(yield* answer("length"), yield* answer("tone"))
      assert.strictEqual(
        yield* codeOf(Judges.judgeConversation(judge.id, { messages: [{ content: "no role" }] })),
        "JUDGE_CONVERSATION_FORMAT_ERROR"
      )
    }).pipe(Effect.provide(local())))
})

describe("campaigns", () => {
  it.live("go through the newest events that their filter finds, and leave what the judge said", () =>
    Effect.gen(function*() {
      const ids = yield* addConversations(130)
      const judge = yield* Judges.create(definition("Campaign judge"))
      const field = `__judge_${judge.id}`
      assert.strictEqual(yield* codeOf(count(Filter.isNull(`__judge_none`))), "FIELDS_BAD_REQUEST")
      const created = yield* Campaigns.create({
        name: "First campaign",
        description: "All of the odd ones",
        judge_id: judge.id,
        search_params: { filters: Filter.eq("metadata.odd", "true") },
        max_nb_events: 60
      })
      assert.deepStrictEqual(created.judge, judge)
      assert.deepStrictEqual(created.search_params, { filters: Filter.eq("metadata.odd", "true") })
      // None of these is among the campaign's events, because they were added later.
      yield* addConversations(5)
      assert.strictEqual(yield* Campaigns.await(created.id, often), "COMPLETED")
      const selected = yield* Stream.runCollect(Campaigns.selectedEventsAll(created.id, { page_size: 25 }))
      assert.deepStrictEqual(
        selected.map(({ event_id }) => event_id),
        ids.filter((_, at) => at % 2 === 1).toReversed().slice(0, 60)
      )
      for (const { extra_fields } of selected) assert.include(["good", "bad"], extra_fields[field])
      assert.strictEqual(yield* count(Filter.isNull(field, false)), 60)
      assert.strictEqual(yield* count(Filter.isNull(field)), 75)
      const good = yield* count(Filter.eq(field, "good"))
      assert.strictEqual(good + (yield* count(Filter.eq(field, "bad"))), 60)
      const one = yield* ChatCompletionEvents.fetch(selected[0]!.event_id)
      assert.strictEqual(one.extra_fields[field], selected[0]!.extra_fields[field])
      // The campaign's answer equals the judge's answer to the same event.
      const { answer } = yield* ChatCompletionEvents.judge(one.event_id, definition("Campaign judge"))
      assert.strictEqual(answer, one.extra_fields[field])
      const { field_definitions } = yield* Fields.list()
      assert.deepInclude(field_definitions.at(-1), {
        name: field,
        label: "Campaign judge",
        type: "ENUM",
        group: "judges"
      })
      const counts = yield* Fields.optionCounts(field, {})
      assert.strictEqual(counts.counts.reduce((sum, { count }) => sum + count, 0), 60)
      assert.strictEqual(
        yield* codeOf(Judges.update(judge.id, definition("Other name"))),
        "JUDGE_USED_IN_CAMPAIGN_CANNOT_BE_UPDATED"
      )
    }).pipe(Effect.provide(local())))

  it.live("are listed, fetched, running until they are done, and can be deleted meanwhile", () =>
    Effect.gen(function*() {
      yield* addConversations(120)
      const judge = yield* Judges.create({ ...definition("Slow judge"), output: regression })
      const create = (name: string) =>
        Campaigns.create({
          name,
          description: "",
          judge_id: judge.id,
          search_params: { filters: null },
          max_nb_events: 10_000
        })
      const first = yield* create("First campaign")
      assert.deepStrictEqual(yield* Campaigns.fetchStatus(first.id), { status: "RUNNING" })
      const second = yield* create("Second campaign")
      yield* Campaigns.delete(second.id)
      assert.deepStrictEqual(yield* Campaigns.fetch(first.id), first)
      const { campaigns } = yield* Campaigns.list({ q: "CAMPAIGN" })
      assert.deepStrictEqual(campaigns.results?.map(({ id }) => id), [first.id])
      assert.strictEqual(yield* Campaigns.await(first.id, often), "COMPLETED")
      const field = `__judge_${judge.id}`
      assert.strictEqual(yield* count(Filter.and(Filter.gte(field, 0), Filter.lte(field, 1))), 120)
      for (
        const operation of [
          Effect.asVoid(Campaigns.fetch(second.id)),
          Effect.asVoid(Campaigns.fetchStatus(second.id)),
          Effect.asVoid(Campaigns.selectedEvents(second.id)),
          Effect.asVoid(Campaigns.delete(second.id))
        ]
      ) assert.strictEqual(yield* codeOf(operation), "CAMPAIGN_NOT_FOUND")
    }).pipe(Effect.provide(local({ timeToFirstToken: "30 millis", tokensPerSecond: Infinity }))))

  it.effect("are refused without a judge, without an event, and with a filter that means nothing", () =>
    Effect.gen(function*() {
      yield* addConversations(2)
      const judge = yield* Judges.create(definition("Idle judge"))
      const create = (judge_id: string, filters: Filter.Filter) =>
        Campaigns.create({ name: "Campaign", description: "", judge_id, search_params: { filters }, max_nb_events: 5 })
      assert.strictEqual(yield* codeOf(create("none", Filter.and())), "JUDGE_NOT_FOUND")
      assert.strictEqual(
        yield* codeOf(create(judge.id, Filter.eq("model_name", "none"))),
        "CAMPAIGN_NO_MATCHING_EVENTS"
      )
      assert.strictEqual(yield* codeOf(create(judge.id, Filter.eq("nothing", "none"))), "FIELDS_BAD_REQUEST")
      assert.strictEqual((yield* Campaigns.list()).campaigns.count, 0)
    }).pipe(Effect.provide(local())))

  it.live("go on where they were when the emulator is started again on the same file", () =>
    Effect.gen(function*() {
      const database = yield* databaseFile
      const slow = local({ database, timeToFirstToken: "100 millis", tokensPerSecond: Infinity })
      const { campaign, judge } = yield* Effect.gen(function*() {
        yield* addConversations(230)
        const judge = yield* Judges.create(definition("Patient judge"))
        const campaign = yield* Campaigns.create({
          name: "Campaign",
          description: "",
          judge_id: judge.id,
          search_params: { filters: null },
          max_nb_events: 10_000
        })
        const field = `__judge_${judge.id}`
        yield* count(Filter.isNull(field, false)).pipe(
          Effect.repeat({ until: (judged) => judged > 0, schedule: Schedule.spaced("5 millis") })
        )
        assert.deepStrictEqual(yield* Campaigns.fetchStatus(campaign.id), { status: "RUNNING" })
        return { campaign, judge }
      }).pipe(Effect.provide(slow))
      yield* Effect.gen(function*() {
        assert.strictEqual(yield* Campaigns.await(campaign.id, often), "COMPLETED")
        assert.strictEqual(yield* count(Filter.isNull(`__judge_${judge.id}`, false)), 230)
      }).pipe(Effect.provide(local({ ...instant, database })))
    }).pipe(Effect.scoped))
})

const regression: Judge.Definition["output"] = {
  type: "REGRESSION",
  min: 0,
  min_description: "useless",
  max: 1,
  max_description: "useful"
}

const definition = (name: string): Judge.Definition => ({
  name,
  description: "How good the answer is",
  model_name: "mistral-small-latest",
  output: {
    type: "CLASSIFICATION",
    options: [{ value: "good", description: "an answer" }, { value: "bad", description: "no answer" }]
  },
  instructions: "Say how good the answer is.",
  tools: []
})

const count = (filters: Filter.Filter) =>
  Effect.map(
    ChatCompletionEvents.searchIds({ search_params: { filters } }),
    ({ completion_event_ids }) => completion_event_ids.length
  )
