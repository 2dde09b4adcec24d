/**
 * The last line of Mistral's own SDK that has the observability API (2.6), talking to the emulator: every method of it,
 * what it returns and what it throws.
 */
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Mistral } from "mistralai-2-6"
import type { CreateJudgeRequest, FilterCondition, FilterGroup } from "mistralai-2-6/models/components"
import { ObservabilityError, SDKError } from "mistralai-2-6/models/errors"
import { emulated, rejection, talkWith } from "./emulated.ts"

const model = "mistral-small-latest"
const talk = talkWith((serverURL, apiKey) => {
  const sdk = new Mistral({ serverURL, apiKey })
  return { chat: sdk.chat, observability: noting(sdk.beta.observability) }
})

layer(emulated, { excludeTestServices: true })("@mistralai/mistralai 2.6", (it) => {
  it.effect("finds what it completed, page by page, with the fields it wants", () =>
    talk(async ({ chat, observability: { chatCompletionEvents: events } }) => {
      const served = await conversations(chat, "found", 3)
      const request = {
        searchParams: { filters: having("found") },
        extraFields: ["model_name", "metadata", "is_stream"]
      }
      const first = await events.search({ pageSize: 2, searchChatCompletionEventsRequest: request })
      const cursor = first.completionEvents.cursor ?? ""
      assert.isNotEmpty(cursor)
      assert.include(first.completionEvents.next, encodeURIComponent(cursor))
      const second = await events.search({ pageSize: 2, cursor, searchChatCompletionEventsRequest: request })
      assert.isNull(second.completionEvents.cursor)
      assert.isNull(second.completionEvents.next)
      const found = [...first.completionEvents.results ?? [], ...second.completionEvents.results ?? []]
      assert.deepStrictEqual(
        found.map(({ correlationId, createdAt, eventId, ...rest }) => {
          assert.isNotEmpty(correlationId)
          assert.isNotEmpty(eventId)
          assert.approximately(createdAt.getTime(), Date.now(), 60_000)
          return rest
        }),
        served.toReversed().map((usage) => ({
          nbInputTokens: usage.promptTokens!,
          nbOutputTokens: usage.completionTokens!,
          extraFields: { model_name: model, metadata: { suite: "found" }, is_stream: false }
        }))
      )
      const ids = await events.searchIds(request)
      assert.deepStrictEqual(ids, { completionEventIds: found.map(({ eventId }) => eventId) })
    }))

  it.effect("searches by every operator and by nested groups", () =>
    talk(async ({ chat, observability: { chatCompletionEvents: events } }) => {
      await conversations(chat, "operators", 2)
      const count = async (...conditions: Array<FilterCondition | FilterGroup>) => {
        const filters = { and: [having("operators"), ...conditions] }
        return (await events.searchIds({ searchParams: { filters } })).completionEventIds.length
      }
      const preview = "last_user_message_preview"
      const counts: ReadonlyArray<readonly [FilterCondition, number]> = [
        [{ field: preview, op: "eq", value: "Question 1 of operators" }, 1],
        [{ field: preview, op: "neq", value: "Question 1 of operators" }, 1],
        [{ field: preview, op: "startswith", value: "Question" }, 2],
        [{ field: preview, op: "istartswith", value: "QUESTION 0" }, 1],
        [{ field: preview, op: "endswith", value: "operators" }, 2],
        [{ field: preview, op: "iendswith", value: "OPERATORS" }, 2],
        [{ field: preview, op: "contains", value: " 1 " }, 1],
        [{ field: preview, op: "icontains", value: "question 1" }, 1],
        [{ field: preview, op: "notcontains", value: " 1 " }, 1],
        [{ field: preview, op: "inotcontains", value: "QUESTION" }, 0],
        [{ field: preview, op: "matches", value: "^Q.+[01] of" }, 2],
        [{ field: "input_tokens", op: "gt", value: 0 }, 2],
        [{ field: "input_tokens", op: "lt", value: 0 }, 0],
        [{ field: "output_tokens", op: "gte", value: 1 }, 2],
        [{ field: "output_tokens", op: "lte", value: 0 }, 0],
        [{ field: "api_agent_id", op: "isnull", value: true }, 2],
        [{ field: "invoked_tools", op: "len_eq", value: 0 }, 2],
        [{ field: "metadata", op: "includes", value: "suite" }, 2],
        [{ field: "metadata", op: "excludes", value: "suite" }, 0]
      ]
      for (const [filter, expected] of counts) assert.strictEqual(await count(filter), expected, filter.op)
      const one = { field: preview, op: "contains", value: " 1 " } as const
      const zero = { field: preview, op: "contains", value: " 0 " } as const
      assert.strictEqual(await count({ and: [{ or: [one, zero] }] }), 2)
      assert.strictEqual(await count(one, zero), 0)
    }))

  it.effect("fetches an event, whole, and those that resemble it", () =>
    talk(async ({ chat, observability: { chatCompletionEvents: events } }) => {
      const usages = await conversations(chat, "whole", 2)
      const [eventId = "", other] = await idsOf(events, "whole")
      const { correlationId, createdAt, extraFields, ...event } = await events.fetch({ eventId })
      assert.isNotEmpty(correlationId)
      assert.instanceOf(createdAt, Date)
      assert.strictEqual(extraFields["model_name"], model)
      const [answer] = event.responseMessages
      assert.strictEqual(answer?.["role"], "assistant")
      assert.isNotEmpty(answer?.["content"])
      assert.deepStrictEqual(event, {
        eventId,
        nbInputTokens: usages[1]!.promptTokens!,
        nbOutputTokens: usages[1]!.completionTokens!,
        enabledTools: [],
        requestMessages: [{ role: "user", content: "Question 1 of whole" }],
        responseMessages: [answer!],
        nbMessages: 2,
        chatTranscriptionEvents: []
      })
      const { completionEvents: { results } } = await events.fetchSimilarEvents({ eventId })
      const similar = results?.map((one) => one.eventId) ?? []
      assert.include(similar, other)
      assert.notInclude(similar, eventId)
    }))

  it.effect("reads the fields of events, their options and how often each occurs", () =>
    talk(async ({ chat, observability: { chatCompletionEvents: events } }) => {
      await conversations(chat, "fields", 2)
      const { fieldDefinitions, fieldGroups } = await events.fields.list()
      const { supportedOperators, ...field } = fieldDefinitions.find(({ name }) => name === "model_name")!
      assert.deepStrictEqual(field, { name: "model_name", label: "Model", type: "ENUM", group: "request" })
      assert.includeMembers(supportedOperators, ["eq", "neq", "contains"])
      assert.includeMembers(fieldGroups.map(({ name }) => name), ["event", "request"])
      assert.deepStrictEqual(await events.fields.fetchOptions({ fieldName: "model_name", operator: "eq" }), {
        options: [model]
      })
      const counts = await events.fields.fetchOptionCounts({
        fieldName: "model_name",
        fetchFieldOptionCountsRequest: { filterParams: { filters: having("fields") } }
      })
      assert.deepStrictEqual(counts, { counts: [{ value: model, count: 2 }] })
    }))

  it.effect("judges an event without keeping the judge", () =>
    talk(async ({ chat, observability: { chatCompletionEvents: events, judges } }) => {
      await conversations(chat, "judged", 1)
      const [eventId = ""] = await idsOf(events, "judged")
      const { analysis, answer } = await events.judge({
        eventId,
        judgeChatCompletionEventRequest: { judgeDefinition: classification("Once only") }
      })
      assert.isNotEmpty(analysis)
      assert.include(["question", "complaint"], answer)
      const { judges: { results } } = await judges.list({ q: "Once only" })
      assert.deepStrictEqual(results, [])
    }))

  it.effect("keeps, lists, changes, asks and deletes judges", () =>
    talk(async ({ observability: { judges } }) => {
      const made = await judges.create(classification("Kept judge"))
      const { createdAt, deletedAt, id, ownerId, updatedAt, workspaceId, ...rest } = made
      assert.isTrue([id, ownerId, workspaceId].every((one) => one.length > 0))
      assert.deepStrictEqual([updatedAt, deletedAt], [createdAt, null])
      assert.deepStrictEqual<unknown>(rest, {
        ...classification("Kept judge"),
        upRevision: null,
        downRevision: null,
        baseRevision: null
      })
      assert.deepStrictEqual(await judges.fetch({ judgeId: id }), made)
      const named = async (filter: Parameters<typeof judges.list>[0]) =>
        (await judges.list({ ...filter, q: "Kept" })).judges.results?.map((judge) => judge.id)
      assert.deepStrictEqual(await named({ typeFilter: ["CLASSIFICATION"], modelFilter: [model] }), [id])
      assert.deepStrictEqual(await named({ typeFilter: ["REGRESSION"] }), [])
      assert.deepStrictEqual(await named({ modelFilter: ["another"] }), [])
      const messages = [{ role: "user", content: "This is a complaint about the fog" }]
      const output = await judges.judgeConversation({ judgeId: id, judgeConversationRequest: { messages } })
      assert.strictEqual(output.answer, "complaint")
      const updateJudgeRequest = regression("Kept judge, otherwise")
      assert.isUndefined(await judges.update({ judgeId: id, updateJudgeRequest }))
      const changed = await judges.fetch({ judgeId: id })
      assert.deepInclude(changed, { name: "Kept judge, otherwise", output: updateJudgeRequest.output })
      const number = (await judges.judgeConversation({ judgeId: id, judgeConversationRequest: { messages } })).answer
      assert.isTrue(typeof number === "number" && number >= 1 && number <= 5)
      assert.isUndefined(await judges.delete({ judgeId: id }))
      assertRefused(await rejection(judges.fetch({ judgeId: id })), 404, "JUDGE_NOT_FOUND")
    }))

  it.effect("runs a campaign, and finds events by what its judge said", () =>
    talk(async ({ chat, observability: { campaigns, chatCompletionEvents: events, judges } }) => {
      await conversations(chat, "campaign", 3)
      const judge = await judges.create(regression("Campaign judge"))
      const searchParams = { filters: having("campaign") }
      const description = "All of it"
      const made = await campaigns.create({
        name: "Campaign 1",
        description,
        judgeId: judge.id,
        maxNbEvents: 2,
        searchParams
      })
      assert.deepInclude(made, { name: "Campaign 1", description, maxNbEvents: 2, judge })
      assert.instanceOf(made.createdAt, Date)
      const campaignId = made.id
      await until(async () => (await campaigns.fetchStatus({ campaignId })).status, "COMPLETED")
      assert.strictEqual((await campaigns.fetch({ campaignId })).id, campaignId)
      const listed = await campaigns.list({ q: "Campaign 1" })
      assert.deepStrictEqual(listed.campaigns.results?.map(({ id }) => id), [campaignId])
      const { completionEvents } = await campaigns.listEvents({ campaignId, pageSize: 1 })
      assert.strictEqual(completionEvents.count, 2)
      const [event] = completionEvents.results ?? []
      const field = `__judge_${judge.id}`
      const answer = event?.extraFields[field]
      assert.isTrue(answer !== undefined, `no ${field} among ${Object.keys(event?.extraFields ?? {}).join(", ")}`)
      const filters = { and: [having("campaign"), { field, op: "isnull" as const, value: false }] }
      assert.lengthOf((await events.searchIds({ searchParams: { filters } })).completionEventIds, 2)
      assertRefused(
        await rejection(judges.update({ judgeId: judge.id, updateJudgeRequest: classification("Too late") })),
        409,
        "JUDGE_USED_IN_CAMPAIGN_CANNOT_BE_UPDATED"
      )
      assert.isUndefined(await campaigns.delete({ campaignId }))
      assertRefused(await rejection(campaigns.fetchStatus({ campaignId })), 404, "CAMPAIGN_NOT_FOUND")
    }))

  it.effect("keeps, lists, changes and deletes datasets and their records", () =>
    talk(async ({ observability: { datasets } }) => {
      const made = await datasets.create({ name: "Kept dataset", description: "" })
      const datasetId = made.id
      assert.instanceOf(made.createdAt, Date)
      assert.deepStrictEqual(await datasets.fetch({ datasetId }), made)
      const listed = await datasets.list({ q: "Kept" })
      assert.deepStrictEqual(listed.datasets.results, [made])
      const changed = await datasets.update({ datasetId, updateDatasetRequest: { description: "Changed" } })
      assert.deepInclude(changed, { id: datasetId, name: "Kept dataset", description: "Changed" })

      const payload = { messages: [{ role: "user", content: "A question of mine" }] }
      const record = await datasets.createRecord({
        datasetId,
        createDatasetRecordRequest: { payload, properties: { level: 3 } }
      })
      assert.deepInclude(record, {
        datasetId,
        payload,
        properties: { level: 3 },
        source: "DIRECT_INPUT",
        deletedAt: null
      })
      const datasetRecordId = record.id
      assert.deepStrictEqual(await datasets.records.fetch({ datasetRecordId }), record)
      const { answer } = await datasets.records.judge({
        datasetRecordId,
        judgeDatasetRecordRequest: { judgeDefinition: classification("For a record") }
      })
      assert.strictEqual(answer, "question")
      assert.isUndefined(
        await datasets.records.updatePayload({
          datasetRecordId,
          updateDatasetRecordPayloadRequest: { payload: { any: "thing" } }
        })
      )
      assert.isUndefined(
        await datasets.records.updateProperties({
          datasetRecordId,
          updateDatasetRecordPropertiesRequest: { properties: { level: 4 } }
        })
      )
      const other = await datasets.createRecord({ datasetId, createDatasetRecordRequest: { payload } })
      const { records } = await datasets.listRecords({ datasetId, pageSize: 1 })
      assert.strictEqual(records.count, 2)
      assert.include(records.next, "page=2")
      assert.deepStrictEqual(records.results?.map(({ payload, properties }) => ({ payload, properties })), [
        { payload: { any: "thing" }, properties: { level: 4 } }
      ])
      assert.isUndefined(await datasets.records.delete({ datasetRecordId }))
      assertRefused(
        await rejection(datasets.records.fetch({ datasetRecordId })),
        404,
        "DATASET_RECORD_NOT_FOUND"
      )
      assert.isUndefined(await datasets.records.bulkDelete({ datasetRecordIds: [other.id] }))
      assert.strictEqual((await datasets.listRecords({ datasetId })).records.count, 0)
      assert.isUndefined(await datasets.delete({ datasetId }))
      assertRefused(await rejection(datasets.fetch({ datasetId })), 404, "DATASET_NOT_FOUND")
    }))

  it.effect("imports records from everywhere, and exports them", () =>
    talk(async ({ chat, observability: { campaigns, chatCompletionEvents: events, datasets, judges } }) => {
      await conversations(chat, "imports", 2)
      const completionEventIds = [...await idsOf(events, "imports")]
      const judge = await judges.create(regression("Import judge"))
      const campaign = await campaigns.create({
        name: "Campaign to import",
        description: "",
        judgeId: judge.id,
        maxNbEvents: 2,
        searchParams: { filters: having("imports") }
      })
      await until(async () => (await campaigns.fetchStatus({ campaignId: campaign.id })).status, "COMPLETED")
      const { id: datasetId } = await datasets.create({ name: "Of imports", description: "" })
      const { id } = await datasets.createRecord({ datasetId, createDatasetRecordRequest: { payload: { a: 1 } } })
      const kept = await datasets.exportToJsonl({ datasetId })
      const fileId = /([^/]+)\.jsonl$/.exec(new URL(kept.fileUrl).pathname)?.[1] ?? ""

      const imports = [
        datasets.importFromExplorer({ datasetId, importDatasetFromExplorerRequest: { completionEventIds } }),
        datasets.importFromCampaign({ datasetId, importDatasetFromCampaignRequest: { campaignId: campaign.id } }),
        datasets.importFromPlayground({
          datasetId,
          importDatasetFromPlaygroundRequest: { conversationIds: completionEventIds }
        }),
        datasets.importFromDatasetRecords({ datasetId, importDatasetFromDatasetRequest: { datasetRecordIds: [id] } }),
        datasets.importFromFile({ datasetId, importDatasetFromFileRequest: { fileId } })
      ]
      const tasks = await Promise.all(imports)
      for (const task of tasks) {
        assert.strictEqual(task.datasetId, datasetId)
        await until(async () => (await datasets.fetchTask({ datasetId, taskId: task.id })).status, "COMPLETED")
      }
      const listed = await datasets.listTasks({ datasetId })
      assert.sameMembers(listed.tasks.results?.map((task) => task.id) ?? [], tasks.map((task) => task.id))
      // The record made first, two from each of three sources, and the one of the dataset and of the file.
      const { records } = await datasets.listRecords({ datasetId })
      assert.strictEqual(records.count, 9)
      assert.deepStrictEqual(countBy(records.results?.map(({ source }) => String(source)) ?? []), {
        DIRECT_INPUT: 2,
        EXPLORER: 4,
        PLAYGROUND: 2,
        UPLOADED_FILE: 1
      })
      const { fileUrl } = await datasets.exportToJsonl({ datasetId })
      const lines = (await (await fetch(fileUrl)).text()).trimEnd().split("\n")
      assert.lengthOf(lines.map((line): unknown => JSON.parse(line)), 9)
      const failing = await datasets.importFromFile({ datasetId, importDatasetFromFileRequest: { fileId: "none" } })
      await until(async () => (await datasets.fetchTask({ datasetId, taskId: failing.id })).status, "FAILED")
    }))

  it.effect("reads traces, spans, evaluations and logs", () =>
    talk(async ({ chat, observability: { campaigns, judges, logs, spans, traces } }) => {
      const [usage] = await conversations(chat, "traced", 1)
      const found = await spans.searchSpans({ spansRequest: { searchExpression: "input_messages LIKE '%of traced%'" } })
      const [span] = found.spans.results ?? []
      assert.deepInclude(span, {
        spanName: `chat ${model}`,
        usageInputTokens: usage!.promptTokens!,
        usageOutputTokens: usage!.completionTokens!
      })
      const { spanId = "", traceId = "" } = span ?? {}
      const trace = await traces.getTraceById({ traceId })
      assert.deepInclude(trace, { traceId, rootSpanId: spanId, spanCount: 1, modelsUsed: [model] })
      assert.deepStrictEqual((await traces.getTraceSpans({ traceId })).spans.results, [span!])
      assert.deepStrictEqual(await traces.getSpanById({ traceId, spanId }), span!)
      const from = new Date(Date.now() - 60_000)
      const ofTrace = { searchExpression: `trace_id = '${traceId}'` }
      assert.deepStrictEqual((await traces.search({ from, tracesRequest: ofTrace })).traces.results, [trace])
      for (const kind of [traces, spans]) {
        const { data, meta } = await kind.aggregate({
          aggregationRequest: {
            metric: { measure: "duration_ns", aggregation: "max" },
            dimensions: ["service_name"],
            ...ofTrace
          }
        })
        assert.deepStrictEqual(data.map(({ dimensions, metricValue }) => ({ dimensions, metricValue })), [
          { dimensions: { service_name: span!.serviceName }, metricValue: span!.durationNs }
        ])
        assert.instanceOf(meta.fromTimestamp, Date)
      }

      const judge = await judges.create(regression("Trace judge"))
      const { id: campaignId } = await campaigns.create({
        name: "Traced campaign",
        description: "",
        judgeId: judge.id,
        maxNbEvents: 1,
        searchParams: { filters: having("traced") }
      })
      await until(async () => (await campaigns.fetchStatus({ campaignId })).status, "COMPLETED")
      const evaluated = await spans.searchSpanEvaluations({ spanEvaluationsRequest: ofTrace })
      assert.deepStrictEqual(evaluated.spanEvaluations.results?.map((one) => [one.traceId, one.spanId]), [
        [traceId, spanId]
      ])
      const latest = await spans.searchLatestSpanEvaluations({ spanEvaluationsRequest: ofTrace })
      assert.deepStrictEqual(latest.spanEvaluations.results, evaluated.spanEvaluations.results)

      const fields = await Promise.all([
        traces.getTraceFields(),
        spans.listSpanFields(),
        spans.listSpanEvalFields(),
        logs.list()
      ])
      for (const { fieldDefinitions } of fields) assert.include(fieldDefinitions.map(({ name }) => name), "trace_id")
      const fieldName = "trace_id"
      assert.include((await traces.fetchOptions({ fieldName, from })).options ?? [], traceId)
      assert.include((await spans.fetchSpanFieldOptions({ fieldName, from })).options ?? [], traceId)
      assert.include((await spans.fetchSpanEvalFieldOptions({ fieldName, from })).options ?? [], traceId)
      assert.deepStrictEqual((await logs.fetchOptions({ fieldName })).options, [])
      assert.deepStrictEqual((await logs.search({ logsRequest: { order: "desc" } })).logs.results, [])
    }))

  it.effect("throws its own error for what the API refuses, with the code and the reason", () =>
    talk(async ({ observability: { campaigns, chatCompletionEvents: events, judges, traces } }, { url }) => {
      const search = (filters: FilterCondition) => rejection(events.searchIds({ searchParams: { filters } }))
      assertRefused(await search({ field: "nothing", op: "eq", value: 1 }), 400, "FIELDS_BAD_REQUEST")
      assertRefused(await search({ field: "input_tokens", op: "matches", value: "1" }), 400, "FIELDS_BAD_REQUEST")
      assertRefused(await search({ field: "timestamp", op: "gt", value: "when?" }), 400, "SEARCH_BAD_REQUEST")
      const foreign = { cursor: "foreign", searchChatCompletionEventsRequest: { searchParams: { filters: null } } }
      assertRefused(await rejection(events.search(foreign)), 400, "SEARCH_BAD_REQUEST")
      assertRefused(await rejection(events.fetch({ eventId: "none" })), 404, "SEARCH_NOT_FOUND")
      assertRefused(await rejection(judges.create({ ...classification("No"), name: "No" })), 422, "VALIDATION_ERROR")
      const judge = await judges.create(classification("Twice named"))
      assertRefused(await rejection(judges.create(classification("Twice named"))), 409, "JUDGE_NAME_ALREADY_EXISTS")
      const nothing = { filters: having("nobody") }
      const empty = { name: "Empty", description: "", judgeId: judge.id, maxNbEvents: 1, searchParams: nothing }
      assert.instanceOf(await rejection(campaigns.create(empty)), ObservabilityError)
      assertRefused(
        await rejection(traces.search({ tracesRequest: { searchExpression: "nothing = = 1" } })),
        400,
        "TRACES_FILTER_QUERY_PARSE_ERROR"
      )
      const stranger = new Mistral({ serverURL: url, apiKey: "another" })
      const unauthorized = await rejection(stranger.beta.observability.judges.list())
      assert.instanceOf(unauthorized, SDKError)
      assert.strictEqual((unauthorized as SDKError).statusCode, 401)
    }))

  it.effect("was asked for everything it has", () =>
    Effect.sync(() => {
      const { observability } = new Mistral({ serverURL: "http://localhost" }).beta
      assert.deepStrictEqual(methodsOf(observability).filter((name) => !called.has(name)), [])
    }))
})

type Observability = Mistral["beta"]["observability"]
/** The methods that were called, as `judges.create`. */
const called = new Set<string>()

/** A group of methods that notes which of them are called. */
const noting = <A extends object>(group: A, path = ""): A =>
  new Proxy(group, {
    get: (_, name) => {
      const value: unknown = Reflect.get(group, name)
      const inner = `${path}${String(name)}`
      if (typeof value === "object" && value !== null) return noting(value, `${inner}.`)
      if (typeof value !== "function") return value
      return (...given: ReadonlyArray<unknown>): unknown => {
        called.add(inner)
        return Reflect.apply(value, group, given)
      }
    }
  })

/** The methods of a group and of those in it, by the names that are noted. */
const methodsOf = (group: object, path = ""): ReadonlyArray<string> =>
  Object.entries(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(group))).flatMap(([name, { get, value }]) => {
    if (get !== undefined) return methodsOf(get.call(group), `${path}${name}.`)
    return name === "constructor" || typeof value !== "function" ? [] : [`${path}${name}`]
  })

/** Completes some chats that `having` finds, one after the other, and gives what each of them used. */
const conversations = async (chat: Mistral["chat"], suite: string, count: number) => {
  const usages: Array<Awaited<ReturnType<typeof chat.complete>>["usage"]> = []
  for (let at = 0; at < count; at++) {
    const messages = [{ role: "user" as const, content: `Question ${at} of ${suite}` }]
    usages.push((await chat.complete({ model, metadata: { suite }, messages })).usage)
  }
  return usages
}

/** The filter that finds the chats of a test. */
const having = (suite: string): FilterCondition => ({ field: "metadata.suite", op: "eq", value: suite })

const idsOf = async (events: Observability["chatCompletionEvents"], suite: string): Promise<ReadonlyArray<string>> =>
  (await events.searchIds({ searchParams: { filters: having(suite) } })).completionEventIds

const classification = (name: string): CreateJudgeRequest => ({
  name,
  description: "",
  modelName: model,
  output: {
    type: "CLASSIFICATION",
    options: [
      { value: "question", description: "They want to know something" },
      { value: "complaint", description: "They are not content" }
    ]
  },
  instructions: "Look at {{ user_message }}",
  tools: []
})

const regression = (name: string): CreateJudgeRequest => ({
  ...classification(name),
  output: { type: "REGRESSION", min: 1, minDescription: "useless", max: 5, maxDescription: "useful" }
})

/** Asks until the answer is the one expected, for at most ten seconds. */
const until = async (ask: () => Promise<string>, expected: string): Promise<void> => {
  const deadline = Date.now() + 10_000
  for (;;) {
    const answer = await ask()
    if (answer === expected) return
    assert.include(["RUNNING", "UNKNOWN"], answer)
    assert.isBelow(Date.now(), deadline, `still ${answer}`)
  }
}

const assertRefused = (error: unknown, status: number, code: string): void => {
  assert.instanceOf(error, ObservabilityError)
  const { detail, statusCode } = error as ObservabilityError
  assert.deepStrictEqual([statusCode, detail.errorCode], [status, code])
  assert.isNotEmpty(detail.message)
}

const countBy = (values: ReadonlyArray<string>): Record<string, number> =>
  Object.fromEntries([...new Set(values)].map((value) => [value, values.filter((one) => one === value).length]))
