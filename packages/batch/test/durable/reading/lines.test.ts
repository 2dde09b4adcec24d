import { BatchError, BatchLines, type BatchOutcome, BatchResult } from "@effect-mistral/batch"
import { MistralError } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Stream } from "effect"
import { Numbers, Review, Reviews } from "./definitions.ts"

describe("items of JSON Lines", () => {
  it.effect("are values of the item schema", () =>
    Effect.gen(function*() {
      const items = yield* read(["{\"text\":\"late\",\"day\":\"2026-11-30T00:00:00.000Z\"}", "{\"text\":\"on time\"}"])
      assert.deepStrictEqual(items, [
        new Review({ text: "late", day: new Date(Date.UTC(2026, 10, 30)) }),
        new Review({ text: "on time" })
      ])
    }))

  it.effect("are the same however the bytes are cut", () =>
    Effect.gen(function*() {
      const text = "\ufeff{\"text\":\"réservé\"}\r\n\n{\"text\":\"列车\"}"
      const bytes = new TextEncoder().encode(text)
      for (const size of [1, 2, 3, 7, bytes.length]) {
        const pieces = Array.from(
          { length: Math.ceil(bytes.length / size) },
          (_, index) => bytes.subarray(index * size, (index + 1) * size)
        )
        const items = yield* Stream.runCollect(BatchLines.items(Reviews, Stream.fromIterable(pieces)))
        assert.deepStrictEqual(items.map(({ text }) => text), ["réservé", "列车"])
      }
    }))

  it.effect("end at a line that is no JSON, whose number is told and whose text is not", () =>
    Effect.gen(function*() {
      const { error, items } = yield* readAll(["{\"text\":\"one\"}", "", "{\"text\":\"my secret"])
      assert.deepStrictEqual(items, [new Review({ text: "one" })])
      assert.deepStrictEqual(
        error,
        new BatchLines.InvalidLine({ line: 3, issues: [{ path: [], message: "Expected JSON" }] })
      )
      assert.strictEqual(error.message, "line 3 is no item of the batch: the line: Expected JSON")
    }))

  it.effect("end at a line that does not fit the schema, whose places are told", () =>
    Effect.gen(function*() {
      const { error, items } = yield* readAll(["{\"text\":\"one\"}", "{\"text\":\"two\",\"day\":\"my secret\"}"])
      assert.strictEqual(items.length, 1)
      assert.strictEqual(error._tag, "InvalidLine")
      assert.deepInclude(error, { line: 2 })
      assert.match(error.message, /^line 2 is no item of the batch: day: /)
      assert.notInclude(error.message, "secret")
    }))

  it.effect("end at a line that is too long", () =>
    Effect.gen(function*() {
      const bytes = Stream.encodeText(Stream.make("{\"text\":\"one\"}\n", `{"text":"${"a".repeat(100)}"}\n`))
      const error = yield* Effect.flip(Stream.runDrain(BatchLines.items(Reviews, bytes, { maxLength: 50 })))
      assert.deepInclude(error, { _tag: "InvalidLine", line: 2 })
      assert.include(error.message, "at most 50 characters")
    }))

  it.effect("fail as the bytes fail, after the lines before", () =>
    Effect.gen(function*() {
      const seen: Array<Review> = []
      const broken = Stream.concat(Stream.encodeText(Stream.make("{\"text\":\"one\"}\n{\"te")), Stream.fail("no disk"))
      const error = yield* BatchLines.items(Reviews, broken).pipe(
        Stream.runForEach((item) => Effect.sync(() => seen.push(item))),
        Effect.flip
      )
      assert.strictEqual(error, "no disk")
      assert.strictEqual(seen.length, 1)
    }))

  it.effect("are read as they are consumed", () =>
    Effect.gen(function*() {
      let pieces = 0
      const bytes = Stream.encodeText(
        Stream.iterate(0, (number) => number + 1).pipe(
          Stream.rechunk(1),
          Stream.map((number) => `${number}\n`),
          Stream.tap(() => Effect.sync(() => pieces++))
        )
      )
      const items = yield* BatchLines.items(Numbers, bytes).pipe(Stream.take(5), Stream.runCollect)
      assert.deepStrictEqual(items, [0, 1, 2, 3, 4])
      assert.isAtMost(pieces, 6)
    }))
})

describe("outcomes as JSON Lines", () => {
  it.effect("have the item and its answer", () =>
    Effect.gen(function*() {
      const item = new Review({ text: "late", day: new Date(Date.UTC(2026, 10, 30)) })
      assert.deepStrictEqual(yield* write([{ index: 7, item, result: Result.succeed({ sentiment: "bad" }) }]), [
        "{\"index\":7,\"item\":{\"text\":\"late\",\"day\":\"2026-11-30T00:00:00.000Z\"},\"answer\":{\"sentiment\":\"bad\"}}\n"
      ])
    }))

  it.effect("have the error of an item that failed", () =>
    Effect.gen(function*() {
      const refused = new MistralError.MistralError({
        operation: "Chat.complete",
        method: "POST",
        path: "/v1/chat/completions",
        reason: new MistralError.RateLimited({ status: 429, serverMessage: "slow down" })
      })
      const lines = yield* write([
        { index: 0, item: new Review({ text: "a" }), result: Result.fail(refused) },
        {
          index: 1,
          item: new Review({ text: "b" }),
          result: Result.fail(new BatchError.AnswerFailed({ description: "no object" }))
        },
        {
          index: 2,
          item: new Review({ text: "c" }),
          result: Result.fail(
            new BatchResult.NotProcessed({ custom_id: "2", jobId: "j", status: "FAILED", requests: 1, problems: [] })
          )
        }
      ])
      assert.deepStrictEqual(lines.map((line) => JSON.parse(line)), [
        {
          index: 0,
          item: { text: "a" },
          error: {
            tag: "MistralError",
            reason: "RateLimited",
            status: 429,
            message: refused.message,
            retryable: true
          }
        },
        {
          index: 1,
          item: { text: "b" },
          error: {
            tag: "AnswerFailed",
            message: "no answer could be read out of the response: no object",
            retryable: false
          }
        },
        {
          index: 2,
          item: { text: "c" },
          error: {
            tag: "NotProcessed",
            message: "request \"2\" of batch job j has no result: the job ended with FAILED. "
              + "Correct the problem, then send the request in another job.",
            retryable: true
          }
        }
      ])
    }))

  it.effect("are one line each, also where texts have line breaks", () =>
    Effect.gen(function*() {
      const lines = yield* write([{
        index: 0,
        item: new Review({ text: "one\ntwo\r\nthree\u2028" }),
        result: Result.succeed({ sentiment: "good" })
      }])
      assert.strictEqual(lines.join("").split("\n").length, 2)
    }))

  it.effect("have items that can be read again", () =>
    Effect.gen(function*() {
      const items = [new Review({ text: "late", day: new Date(0) }), new Review({ text: "\"\n" })]
      const lines = yield* write(
        items.map((item, index) => ({ index, item, result: Result.succeed({ sentiment: "good" as const }) }))
      )
      const again = yield* read(lines.map((line) => JSON.stringify(JSON.parse(line).item)))
      assert.deepStrictEqual(again, items)
    }))
})

type Outcome = BatchOutcome.ItemOutcome<Review, { readonly sentiment: "good" | "bad" }>

const write = (outcomes: ReadonlyArray<Pick<Outcome, "index" | "item" | "result">>) => {
  const complete = outcomes.map((outcome) => ({
    ...outcome,
    identical: false,
    asked: 1,
    promptTokens: 1,
    completionTokens: 1
  }))
  return Stream.runCollect(BatchLines.results(Reviews, Stream.fromIterable(complete)))
}

const bytesOf = (lines: ReadonlyArray<string>) => Stream.encodeText(Stream.make(lines.join("\n")))

const read = (lines: ReadonlyArray<string>) => Stream.runCollect(BatchLines.items(Reviews, bytesOf(lines)))

/** The items before the error, and the error. */
const readAll = (lines: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const items: Array<Review> = []
    const error = yield* BatchLines.items(Reviews, bytesOf(lines)).pipe(
      Stream.runForEach((item) => Effect.sync(() => items.push(item))),
      Effect.flip
    )
    return { items, error }
  })
