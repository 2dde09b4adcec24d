/** Many lines: they are read as they arrive, and none is held. */
import { Completion, Endpoint } from "@effect-mistral/core"
import { TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Stream } from "effect"
import { bytesInUse, mebibyte } from "../fixtures/memory.ts"
import { asked, job, lines, over, refused } from "./memoryServer.ts"

const size = 100_000

describe("the results of 100,000 requests", () => {
  it.effect("take memory that does not grow with the length of the lines", () =>
    Effect.gen(function*() {
      // 2 kB a line: 200 MB in all.
      const text = "word ".repeat(350)
      const server = over({ files: { out: generated((index) => longLine(index, text)) } })
      let count = 0
      const measured: Array<number> = []
      const before = bytesInUse()
      yield* Stream.runForEachArray(
        server.results(job({ total_requests: size }), Endpoint.chat.complete),
        (results) =>
          Effect.sync(() => {
            count += results.length
            if (count % 10_000 < results.length) measured.push(bytesInUse() - before)
            const { custom_id, result } = results[0]!
            if (!Completion.text(Result.getOrThrow(result)).startsWith(`${custom_id} `)) assert.fail(`${custom_id}`)
          })
      )
      assert.strictEqual(count, size)
      assert.deepStrictEqual(server.requests, ["out"])
      assert.isAtLeast(measured.length, 10)
      assert.isBelow(Math.max(...measured), 30 * mebibyte)
    }), 60_000)

  it.effect("are read no faster than they are consumed", () =>
    Effect.gen(function*() {
      let produced = 0
      const out = generated((index) => {
        produced = index
        return longLine(index, "Yes")
      })
      const { results } = over({ files: { out } })
      const taken = yield* Stream.runCollect(Stream.take(results(job(), Endpoint.chat.complete), 3))
      assert.lengthOf(taken, 3)
      assert.isBelow(produced, 2 * piece)
    }))

  it.effect("of which the last are missing are named after the others", () =>
    Effect.gen(function*() {
      const files = {
        out: generated((index) => index < size - 10 ? longLine(index, "Yes") : ""),
        bad: lines(refused(String(size - 10))),
        in: generated((index) => asked(String(index)))
      }
      const { failures } = over({ files })
      const source = job({ status: "TIMEOUT_EXCEEDED", error_file: "bad", total_requests: size })
      const failed = yield* Stream.runCollect(failures(source, Endpoint.chat.complete))
      assert.deepStrictEqual(
        failed.map(({ custom_id, result }) => [custom_id, result.failure._tag]),
        Array.from({ length: 10 }, (_, index) => [
          String(size - 10 + index),
          index === 0 ? "MistralError" : "NotProcessed"
        ])
      )
    }), 60_000)
})

const piece = 50

/** The bytes of as many lines as there are requests, made as they are read. */
const generated = (line: (index: number) => string): Stream.Stream<Uint8Array> =>
  Stream.range(0, size / piece - 1, 1).pipe(
    Stream.map((part) =>
      new TextEncoder().encode(lines(...Array.from({ length: piece }, (_, index) => line(part * piece + index))))
    )
  )

const longLine = (index: number, text: string): string =>
  JSON.stringify({
    custom_id: String(index),
    response: { status_code: 200, body: TestCompletion.response(`${index} ${text}`) }
  })
