import * as RetryPolicy from "@effect-mistral/core/RetryPolicy"
import { Emulator } from "@effect-mistral/emulator"
import { ChatCompletionEvents, ErrorCode, Filter, type Judge } from "@effect-mistral/observability"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { heap } from "../../../observability/test/fixtures/memory.ts"
import { type Fate, faultyProxy } from "../fixtures/faultyProxy.ts"
import { instant, local } from "../support.ts"

const everything = { search_params: { filters: null }, page_size: 100 }

describe("a hundred thousand events", () => {
  const count = 100_000

  it.layer(seeded(count), { timeout: "60 seconds" })("are", (it) => {
    it.effect("all read, once and newest first, in constant memory", () =>
      Effect.gen(function*() {
        const { seen, services } = yield* through(() => "pass", RetryPolicy.none)
        let read = 0
        let last = Infinity
        let early = 0
        let most = 0
        yield* ChatCompletionEvents.searchAll(everything).pipe(
          Stream.runForEach((event) =>
            Effect.sync(() => {
              assert.strictEqual(event.event_id, idOf(count - 1 - read))
              assert.isAtMost(Date.parse(event.created_at), last)
              last = Date.parse(event.created_at)
              read++
              if (read === count / 10) early = heap()
              else if (read % (count / 10) === 0) most = Math.max(most, heap())
            })
          ),
          Effect.provide(services)
        )
        assert.strictEqual(read, count)
        assert.strictEqual(seen.requests, count / 100)
        // Anything retained per event would show: a hundred bytes each would be 9 MB.
        assert.isBelow(most - early, 5_000_000)
      }), 60_000)

    it.effect("read no further than the reader wants: not one page more is asked for", () =>
      Effect.gen(function*() {
        const { seen, services } = yield* through(() => "pass", RetryPolicy.none)
        let asked = 0
        for (const [wanted, pages] of [[1, 1], [100, 1], [101, 2], [250, 3]] as const) {
          const events = yield* ChatCompletionEvents.searchAll(everything).pipe(
            Stream.take(wanted),
            Stream.runCollect,
            Effect.provide(services)
          )
          assert.strictEqual(events.length, wanted)
          asked += pages
          assert.strictEqual(seen.requests, asked)
        }
      }))

    it.effect("searched by a filter, found without the rest", () =>
      Effect.gen(function*() {
        const events = yield* ChatCompletionEvents.searchAll({
          ...everything,
          search_params: { filters: Filter.eq("metadata.number", "77777") },
          extra_fields: ["metadata"]
        }).pipe(Stream.runCollect)
        assert.deepStrictEqual(events.map(({ extra_fields }) => extra_fields), [{ metadata: { number: "77777" } }])
      }))
  })
})

describe("a search of many pages", () => {
  it.live("survives a 429, a server's error and broken connections without losing or repeating an event", () =>
    Effect.gen(function*() {
      const fates: ReadonlyArray<Fate> = [
        "pass",
        "busy",
        "pass",
        "cut",
        "pass",
        "hangUp",
        "pass",
        "pass",
        "fail",
        "cut"
      ]
      const { seen, services } = yield* through((number) => fates[number % fates.length]!, eager)
      const ids = yield* ChatCompletionEvents.searchAll(everything).pipe(
        Stream.map(({ event_id }) => event_id),
        Stream.runCollect,
        Effect.provide(services)
      )
      assert.deepStrictEqual(ids, Array.from({ length: 2500 }, (_, at) => idOf(2499 - at)))
      assert.deepStrictEqual(new Set(seen.fates), new Set(fates))
      assert.isAbove(seen.requests, 25)
    }).pipe(Effect.scoped, Effect.provide(seeded(2500))))

  it.live("gives what was there when it began, whatever comes meanwhile", () =>
    Effect.gen(function*() {
      const { addEvents } = yield* Emulator.Emulator
      let added = 0
      const ids = yield* ChatCompletionEvents.searchAll({ ...everything, page_size: 10 }).pipe(
        Stream.tap(() =>
          // Newer, older and in between: before, after and among the events that are still to be read.
          Effect.sync(() => added++).pipe(
            Effect.andThen(addEvents([
              { created_at: "2030-01-01T00:00:00Z" },
              { created_at: "2000-01-01T00:00:00Z" },
              { created_at: timeOf(250) }
            ]))
          )
        ),
        Stream.map(({ event_id }) => event_id),
        Stream.runCollect
      )
      assert.strictEqual(added, 500)
      assert.deepStrictEqual(ids, Array.from({ length: 500 }, (_, at) => idOf(499 - at)))
      const later = yield* ChatCompletionEvents.searchIds({ search_params: { filters: null } })
      assert.strictEqual(later.completion_event_ids.length, 2000)
    }).pipe(Effect.provide(seeded(500))))
})

describe("judgeAll", () => {
  it.live("gives a result for each of a thousand events, failures as values, and keeps to its concurrency", () =>
    Effect.gen(function*() {
      const { seen, services } = yield* through((_, path) => fateOf(numberIn(path)), RetryPolicy.none)
      // Every fiftieth event does not exist.
      const ids = Stream.range(0, 999).pipe(Stream.map((number) => number % 50 === 49 ? `no${number}` : idOf(number)))
      const results = yield* ChatCompletionEvents.judgeAll(ids, definition, { concurrency: 8 }).pipe(
        Stream.runCollect,
        Effect.provide(services)
      )
      assert.strictEqual(results.length, 1000)
      assert.strictEqual(seen.requests, 1000)
      assert.isAtMost(seen.most, 8)
      assert.isAtLeast(seen.most, 2)
      results.forEach(({ eventId, result }, number) => {
        assert.strictEqual(numberIn(eventId), number)
        const fate = fateOf(number)
        const said = Result.match(result, {
          onSuccess: ({ answer }) => answer,
          onFailure: (error) => ErrorCode.of(error) ?? error.reason._tag
        })
        const wanted = fate !== "pass" ? [reasons[fate]] : number % 50 === 49 ? ["SEARCH_NOT_FOUND"] : ["good", "bad"]
        assert.include(wanted, said)
      })
    }).pipe(Effect.scoped, Effect.provide(seeded(1000))))
})

const definition: Judge.Definition = {
  name: "Politeness",
  description: "How polite the answer is",
  model_name: "mistral-small-latest",
  output: {
    type: "CLASSIFICATION",
    options: [{ value: "good", description: "polite" }, { value: "bad", description: "rude" }]
  },
  instructions: "Look at {{ assistant_message }} and say how polite it is.",
  tools: []
}

const reasons: Readonly<Record<Exclude<Fate, "pass">, string>> = {
  busy: "RateLimited",
  fail: "ServerError",
  hangUp: "ConnectionFailed",
  cut: "ConnectionLost"
}

const fateOf = (number: number): Fate =>
  number % 7 === 3
    ? "busy"
    : number % 11 === 5
    ? "fail"
    : number % 13 === 1
    ? "cut"
    : number % 17 === 2
    ? "hangUp"
    : "pass"

const numberIn = (text: string): number => Number(/\b(?:e-|no)(\d+)/.exec(text)?.[1])

const eager = RetryPolicy.make({ schedule: Schedule.recurs(5) })

const idOf = (number: number): string => `e-${number}`

const timeOf = (number: number): string => new Date(Date.UTC(2025, 0, 1) + number * 300_000).toISOString()

function* events(count: number): Generator<Emulator.NewEvent> {
  for (let number = 0; number < count; number++) {
    yield {
      event_id: idOf(number),
      created_at: timeOf(number),
      model_name: "mistral-small-latest",
      metadata: { number },
      request_messages: [{ role: "user", content: `Question ${number}` }],
      response_messages: [{ role: "assistant", content: `Answer ${number}` }]
    }
  }
}

/** An emulator with a number of events, and its services. */
function seeded(count: number) {
  return Layer.effectDiscard(
    Effect.flatMap(Emulator.Emulator, ({ addEvents }) => addEvents(events(count)))
  ).pipe(Layer.provideMerge(local(instant)))
}

/** The service behind a proxy that chooses the outcome of requests. */
const through = Effect.fnUntraced(function*(fate: Parameters<typeof faultyProxy>[1], retry: RetryPolicy.RetryPolicy) {
  const { url } = yield* Emulator.Emulator
  const { seen, url: baseUrl } = yield* faultyProxy(url, fate)
  return { services: ChatCompletionEvents.layerOptions({ baseUrl, retry }), seen }
})
