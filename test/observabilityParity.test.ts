/**
 * The five operations on chat completion events, sent by the last line of Mistral's own SDK that has them and by this
 * library, to one local server: method, path, query and body must be equal but for the differences named below.
 */
import * as MistralClient from "@effect-mistral/core/MistralClient"
import type { MistralError } from "@effect-mistral/core/MistralError"
import * as RetryPolicy from "@effect-mistral/core/RetryPolicy"
import * as ChatCompletionEvents from "@effect-mistral/observability/ChatCompletionEvents"
import * as Filter from "@effect-mistral/observability/Filter"
import type * as Judge from "@effect-mistral/observability/Judge"
import { assert, layer } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { Mistral } from "mistralai-2-6"
import { compare, type Difference } from "./parity/compare.ts"
import { type Recorded, recordingServer } from "./parity/recordingServer.ts"

type Sdk = Mistral["beta"]["observability"]["chatCompletionEvents"]

interface Case {
  readonly ours: (events: ChatCompletionEvents.Service) => Effect.Effect<unknown, MistralError>
  readonly sdk: (events: Sdk) => Promise<unknown>
  /** Where the queries and the bodies differ on purpose. */
  readonly differs?: Readonly<Record<string, Difference>>
}

/** The SDK always says how long a page is; here the server's default is left to the server. */
const pageSize = { "query.page_size": { ours: "absent", sdk: "50" } }

const id = "e79bf81b-b37f-425e-9dff-071a54592e44"

const classification: Judge.Definition = {
  name: "Politeness",
  description: "Whether the answer is polite",
  model_name: "mistral-small-latest",
  output: { type: "CLASSIFICATION", options: [{ value: "polite", description: "It is" }] },
  instructions: "Look at {{ assistant_message }}.",
  tools: []
}

const regression: Judge.Definition = {
  ...classification,
  output: { type: "REGRESSION", min: 0, min_description: "rude", max: 10, max_description: "polite" },
  tools: ["web_search"]
}

const condition = Filter.eq("model_name", "mistral-large-latest")

const nested = Filter.and(
  condition,
  Filter.or(Filter.isNull("api_agent_id"), Filter.lenEq("invoked_tools", 2), Filter.includes("invoked_tools", "a"))
)

const conditionForSdk = { field: "model_name", op: "eq" as const, value: "mistral-large-latest" }

/** The SDK calls the keys of groups by lower-case names of its own. */
const nestedForSdk = {
  and: [
    conditionForSdk,
    {
      or: [
        { field: "api_agent_id", op: "isnull" as const, value: true },
        { field: "invoked_tools", op: "len_eq" as const, value: 2 },
        { field: "invoked_tools", op: "includes" as const, value: "a" }
      ]
    }
  ]
}

const cases: Record<string, Case> = {
  "search for everything": {
    ours: (events) => events.search({ search_params: { filters: null } }),
    sdk: (events) => events.search({ searchChatCompletionEventsRequest: { searchParams: { filters: null } } }),
    differs: pageSize
  },
  "search by a condition, from a cursor on": {
    ours: (events) =>
      events.search({
        search_params: { filters: condition },
        page_size: 20,
        cursor: "eyJvIjoxfQ==&x",
        extra_fields: ["model_name"]
      }),
    sdk: (events) =>
      events.search({
        pageSize: 20,
        cursor: "eyJvIjoxfQ==&x",
        searchChatCompletionEventsRequest: { searchParams: { filters: conditionForSdk }, extraFields: ["model_name"] }
      })
  },
  "search by nested groups": {
    ours: (events) => events.search({ search_params: { filters: nested }, page_size: 50, extra_fields: null }),
    sdk: (events) =>
      events.search({
        pageSize: 50,
        searchChatCompletionEventsRequest: { searchParams: { filters: nestedForSdk }, extraFields: null }
      })
  },
  "search for ids": {
    ours: (events) => events.searchIds({ search_params: { filters: nested }, extra_fields: ["metadata"] }),
    sdk: (events) => events.searchIds({ searchParams: { filters: nestedForSdk }, extraFields: ["metadata"] })
  },
  "fetch": {
    ours: (events) => events.fetch(id),
    sdk: (events) => events.fetch({ eventId: id })
  },
  "fetch by an id that needs escaping": {
    ours: (events) => events.fetch("a/b c?d"),
    sdk: (events) => events.fetch({ eventId: "a/b c?d" })
  },
  "fetch similar events": {
    ours: (events) => events.fetchSimilarEvents(id),
    sdk: (events) => events.fetchSimilarEvents({ eventId: id })
  },
  "judge by classes": {
    ours: (events) => events.judge(id, classification),
    sdk: (events) => events.judge({ eventId: id, judgeChatCompletionEventRequest: forSdk(classification) })
  },
  "judge by a number": {
    ours: (events) => events.judge(id, regression),
    sdk: (events) => events.judge({ eventId: id, judgeChatCompletionEventRequest: forSdk(regression) })
  }
}

const forSdk = ({ model_name: modelName, output, ...same }: Judge.Definition) => ({
  judgeDefinition: {
    ...same,
    modelName,
    tools: [...same.tools],
    output: output.type === "CLASSIFICATION"
      ? { ...output, type: "CLASSIFICATION" as const, options: [...output.options] }
      : {
        type: "REGRESSION" as const,
        ...(output.min === undefined ? {} : { min: output.min }),
        ...(output.max === undefined ? {} : { max: output.max }),
        minDescription: output.min_description,
        maxDescription: output.max_description
      }
  }
})

class Clients extends Context.Service<Clients, {
  readonly both: (one: Case) => Effect.Effect<readonly [ours: Recorded, sdk: Recorded]>
}>()("test/ObservabilityClients") {
  static readonly layer = Layer.effect(
    Clients,
    Effect.gen(function*() {
      const { take, url } = yield* recordingServer((_, path) => ["application/json", JSON.stringify(answerTo(path))])
      const sdk = new Mistral({ serverURL: url, apiKey: "k" }).beta.observability.chatCompletionEvents
      const ours = yield* ChatCompletionEvents.make().pipe(
        Effect.provide(MistralClient.layer({ baseUrl: url, apiKey: Redacted.make("k"), retry: RetryPolicy.none })),
        Effect.provide(FetchHttpClient.layer)
      )
      return Clients.of({
        both: Effect.fnUntraced(function*(one) {
          yield* Effect.orDie(one.ours(ours))
          yield* Effect.promise(() => one.sdk(sdk))
          const [our, their, ...more] = take()
          assert.lengthOf(more, 0)
          return [our!, their!] as const
        })
      })
    })
  )
}

const answerTo = (path: string): unknown =>
  /search-ids/.test(path)
    ? { completion_event_ids: [id] }
    : /search|similar/.test(path)
    ? { completion_events: { results: [preview], next: null, cursor: null } }
    : /judging/.test(path)
    ? { analysis: "It is.", answer: "polite" }
    : {
      ...preview,
      enabled_tools: [],
      request_messages: [],
      response_messages: [],
      nb_messages: 0,
      chat_transcription_events: []
    }

const preview = {
  event_id: id,
  correlation_id: id,
  created_at: "2026-01-15T08:00:00Z",
  extra_fields: {},
  nb_input_tokens: 1,
  nb_output_tokens: 2
}

const partsOf = ({ body, path }: Recorded) => {
  const { pathname, searchParams } = new URL(path ?? "", "http://localhost")
  return { pathname, parts: { query: Object.fromEntries(searchParams), body } }
}

layer(Layer.suspend(() => Clients.layer), { excludeTestServices: true })(
  "a request of chat completion events",
  (it) => {
    for (const [name, one] of Object.entries(cases)) {
      it.effect(`to ${name} is what the SDK sends`, () =>
        Effect.gen(function*() {
          const [ours, sdk] = yield* (yield* Clients).both(one)
          const [our, their] = [partsOf(ours), partsOf(sdk)]
          assert.strictEqual(ours.method, sdk.method)
          assert.strictEqual(our.pathname, their.pathname)
          assert.strictEqual(ours.headers.authorization, sdk.headers.authorization)
          assert.deepStrictEqual(
            Object.fromEntries(compare(our.parts, their.parts)),
            { ...one.differs }
          )
        }))
    }
  }
)
