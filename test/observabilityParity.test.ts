/**
 * Requests for chat completion events, compared with those of Mistral's SDK in the last version that has them (2.6): methods,
 * paths, query parameters and bodies are equal, except for a default that the SDK adds to every query.
 */
import { MistralClient } from "@effect-mistral/core"
import { ChatCompletionEvents, Filter, type Judge } from "@effect-mistral/observability"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Predicate, Redacted } from "effect"
import { HTTPClient, Mistral } from "mistralai-2-6"

describe("a request for chat completion events is what the SDK sends", () => {
  for (const [name, filters] of Object.entries(searches())) {
    for (const extra_fields of [undefined, null, [], ["model_name", "timestamp"]]) {
      const request = { search_params: { filters }, ...extra_fields === undefined ? {} : { extra_fields } }
      const theirs = { searchParams: { filters: filters && inTheirWords(filters) }, extraFields: extra_fields }

      it.effect(`searching ids by ${name}, with fields ${JSON.stringify(extra_fields)}`, () =>
        sendsTheSame(ChatCompletionEvents.searchIds(request), (events) => events.searchIds(theirs)))

      it.effect(`searching by ${name}, with fields ${JSON.stringify(extra_fields)}`, () =>
        sendsTheSame(
          ChatCompletionEvents.search({ ...request, page_size: 20, cursor: "a+b/c= &d" }),
          (events) => events.search({ pageSize: 20, cursor: "a+b/c= &d", searchChatCompletionEventsRequest: theirs })
        ))
    }
  }

  for (const page_size of [0, 1, 50, 100]) {
    it.effect(`searching by pages of ${page_size}, from the beginning`, () =>
      sendsTheSame(
        ChatCompletionEvents.search({ search_params: { filters: null }, page_size }),
        (events) =>
          events.search({
            pageSize: page_size,
            searchChatCompletionEventsRequest: { searchParams: { filters: null } }
          })
      ))
  }

  it.effect("but for the size of a page, which the SDK sets where its caller does not", () =>
    Effect.gen(function*() {
      const [ours, sdk] = yield* sent(
        ChatCompletionEvents.search({ search_params: { filters: null } }),
        (events) => events.search({ searchChatCompletionEventsRequest: { searchParams: { filters: null } } })
      )
      assert.strictEqual(`${ours.path}?page_size=50`, sdk.path)
      assert.deepStrictEqual(ours.body, sdk.body)
    }))

  for (const id of ["019b2bd7-96e7-7219-8c0b-45a73da50088", "a b", "a/b?c#d", "é%20"]) {
    it.effect(`fetching ${id}`, () =>
      sendsTheSame(ChatCompletionEvents.fetch(id), (events) => events.fetch({ eventId: id })))

    it.effect(`fetching what resembles ${id}`, () =>
      sendsTheSame(ChatCompletionEvents.fetchSimilarEvents(id), (events) => events.fetchSimilarEvents({ eventId: id })))
  }

  for (const [name, output] of Object.entries(outputs())) {
    it.effect(`judging by ${name}`, () => {
      const definition = { name: "Helpfulness", description: "", instructions: "{{ user_message }}", tools: ["f"] }
      return sendsTheSame(
        ChatCompletionEvents.judge("e1", { ...definition, model_name: "mistral-medium-latest", output }),
        (events) =>
          events.judge({
            eventId: "e1",
            judgeChatCompletionEventRequest: {
              judgeDefinition: {
                ...definition,
                modelName: "mistral-medium-latest",
                output: output.type === "CLASSIFICATION"
                  ? { type: output.type, options: output.options.map((option) => ({ ...option })) }
                  : {
                    type: output.type,
                    min: output.min,
                    max: output.max,
                    minDescription: output.min_description,
                    maxDescription: output.max_description
                  }
              }
            }
          })
      )
    })
  }
})

type Theirs = Mistral["beta"]["observability"]["chatCompletionEvents"]

interface Sent {
  readonly method: string
  readonly path: string
  readonly body: unknown
}

/** The requests of both. The response is an error, because only the requests are compared. */
const sent = Effect.fnUntraced(function*(
  ours: Effect.Effect<unknown, unknown, ChatCompletionEvents.ChatCompletionEvents>,
  theirs: (events: Theirs) => Promise<unknown>
) {
  const seen: Array<Sent> = []
  const { client, service } = ScriptedHttpClient.make(() => ScriptedHttpClient.json({}, { status: 404 }))
  const layer = ChatCompletionEvents.layer.pipe(
    Layer.provide(MistralClient.layer({ apiKey: Redacted.make("key"), transformClient: () => client })),
    Layer.provide(ScriptedHttpClient.layer())
  )
  yield* Effect.exit(Effect.provide(ours, layer))
  seen.push(...(yield* service.requests).map(({ body, method, path }) => ({ method, path, body })))
  const httpClient = new HTTPClient({
    fetcher: async (input, init) => {
      const request = new Request(input, init)
      const url = new URL(request.url)
      const text = await request.text()
      seen.push({
        method: request.method,
        path: url.pathname + url.search,
        body: text === "" ? undefined : JSON.parse(text)
      })
      return new Response("{}", { status: 404, headers: { "content-type": "application/json" } })
    }
  })
  const sdk = new Mistral({ apiKey: "key", httpClient })
  yield* Effect.promise(() => theirs(sdk.beta.observability.chatCompletionEvents).catch(() => undefined))
  assert.strictEqual(seen.length, 2)
  return [seen[0]!, seen[1]!] as const
})

const sendsTheSame = (...args: Parameters<typeof sent>) =>
  Effect.map(sent(...args), ([ours, sdk]) => {
    assert.strictEqual(ours.method, sdk.method)
    assert.deepStrictEqual(place(ours.path), place(sdk.path))
    assert.deepStrictEqual(ours.body, sdk.body)
  })

/** A path and its query parameters, independent of their order and of the escape for a space. */
const place = (path: string) => {
  const url = new URL(path, "https://api.example")
  return { path: url.pathname, query: [...url.searchParams].sort() }
}

type TheirFilter = NonNullable<Parameters<Theirs["searchIds"]>[0]["searchParams"]["filters"]>

/** The SDK takes the keys of groups in lower case, and sends them in upper case. */
const inTheirWords = (filter: Filter.Filter): TheirFilter => {
  // The cast is safe: the filters here have known operators only.
  if ("field" in filter) return { ...filter, op: filter.op as Filter.Operator }
  const { AND, OR } = filter
  return {
    ...Predicate.isNotNullish(AND) ? { and: AND.map(inTheirWords) } : {},
    ...Predicate.isNotNullish(OR) ? { or: OR.map(inTheirWords) } : {}
  }
}

function searches(): Readonly<Record<string, Filter.Filter | null>> {
  const values: Partial<Record<Filter.Operator, boolean | number>> = { isnull: false, len_eq: 3, lt: 2, gte: 0.5 }
  return {
    "nothing": null,
    ...Object.fromEntries(
      Filter.Operator.literals.map((op) => [op, Filter.condition("field", op, values[op] ?? "value")])
    ),
    "a map": Filter.eq("metadata", { tenant: "t1", n: [1, null] }),
    "groups in groups": Filter.and(
      Filter.eq("a", 1),
      Filter.or(Filter.isNull("b"), Filter.and(), Filter.or(Filter.lenEq("c", 0)))
    ),
    "a group of both kinds": { AND: [Filter.eq("a", 1)], OR: [Filter.eq("b", 2)] }
  }
}

function outputs(): Readonly<Record<string, Judge.Definition["output"]>> {
  return {
    "a class": {
      type: "CLASSIFICATION",
      options: [{ value: "good", description: "" }, { value: "bad", description: "b" }]
    },
    "a number": { type: "REGRESSION", min: 1, max: 5, min_description: "bad", max_description: "good" }
  }
}
