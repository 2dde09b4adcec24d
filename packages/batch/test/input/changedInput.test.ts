import { BatchInput } from "@effect-mistral/batch"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Schema, Stream } from "effect"
import { type ChatEntry, chatFiles, entries, entry, lineOf, textsOf, untyped } from "./support.ts"

describe("requests that change between the check and the upload", () => {
  const ten = entries(10)
  const wrong = untyped([{ custom_id: "5", request: {} }])
  const cases: ReadonlyArray<
    readonly [
      name: string,
      second: ReadonlyArray<ChatEntry>,
      outcomes: readonly [BatchInput.ChangedInput["change"] | "same", BatchInput.ChangedInput["change"] | "same"]
    ]
  > = [
    ["the same", entries(10), ["same", "same"]],
    ["one less", ten.slice(0, 9), ["same", "ended"]],
    ["one more", [...ten, entry("11")], ["same", "continued"]],
    ["none any more", [], ["ended", "ended"]],
    ["as many as the first file has", ten.slice(0, 6), ["same", "ended"]],
    ["less than the first file has", ten.slice(0, 5), ["ended", "ended"]],
    ["another one in the first file", ten.with(2, entry("3", "Ho")), ["differs", "same"]],
    ["another one in the last file", ten.with(9, entry("10", "Ho")), ["same", "differs"]],
    ["a longer one in the last file", ten.with(8, entry("9", "Hello")), ["same", "differs"]],
    ["a shorter one in the first file", ten.with(5, entry("6", "")), ["differs", "same"]],
    ["another id", ten.with(0, entry("a")), ["differs", "same"]],
    ["another order in the first file", ten.with(0, ten[1]!).with(1, ten[0]!), ["differs", "same"]],
    ["two that have changed places across the files", ten.with(5, ten[6]!).with(6, ten[5]!), ["differs", "differs"]],
    ["one that is not valid any more", ten.with(4, [...wrong][0]!), ["differs", "same"]],
    ["one in front", [entry("0"), ...ten], ["differs", "continued"]]
  ]

  for (const [name, second, outcomes] of cases) {
    it.effect(`are found: ${name}`, () =>
      Effect.gen(function*() {
        let runs = 0
        const source = Stream.suspend(() => Stream.fromIterable(++runs === 1 ? ten : second))
        const files = yield* chatFiles(source, { maxRequests: 6 })
        const read = yield* Effect.forEach(files, (file) => Effect.result(textsOf([file])))
        assert.deepStrictEqual(
          read.map((result) => Result.isFailure(result) ? result.failure.change : "same"),
          name === "one in front" ? ["differs", "differs"] : outcomes
        )
        read.forEach((result, index) => {
          if (Result.isSuccess(result)) return
          const { firstLine, lastLine } = result.failure
          assert.deepStrictEqual([firstLine, lastLine], index === 0 ? [1, 6] : [7, 10])
        })
      }))
  }

  it.effect("never make a file that looks complete", () =>
    Effect.gen(function*() {
      const long = entries(100).map(({ custom_id }) => entry(custom_id, "x".repeat(5000)))
      for (
        const second of [long.with(99, entry("100", "y".repeat(5000))), [...long, entry("101")], long.slice(0, 99)]
      ) {
        let runs = 0
        const source = Stream.suspend(() => Stream.rechunk(Stream.fromIterable(++runs === 1 ? long : second), 10))
        const [file] = yield* chatFiles(source)
        let sent = 0
        const error = yield* Effect.flip(
          Stream.runForEach(file!.content, ({ length }) => Effect.sync(() => sent += length))
        )
        assert.instanceOf(error, BatchInput.ChangedInput)
        assert.isAbove(sent, 0)
        assert.isBelow(sent, file!.size)
      }
    }))

  it.effect.prop(
    "are found by any other text of the same length",
    [
      Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 97, maximum: 122 }))).check(
        Schema.isMinLength(1),
        Schema.isMaxLength(40)
      ),
      Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1000 }))
    ],
    ([codes, at]) =>
      Effect.gen(function*() {
        const text = String.fromCharCode(...codes)
        const changed = String.fromCharCode(...codes.with(at % codes.length, 48 + at % 10))
        let runs = 0
        const source = Stream.suspend(() => Stream.succeed(entry("a", ++runs === 1 ? text : changed)))
        const [file] = yield* chatFiles(source)
        assert.strictEqual((yield* Effect.flip(textsOf([file!]))).change, "differs")
      })
  )

  it.effect("say what happened, and what to do", () =>
    Effect.gen(function*() {
      const message = (change: BatchInput.ChangedInput["change"]) =>
        new BatchInput.ChangedInput({ change, firstLine: 7, lastLine: 10 }).message
      assert.include(message("ended"), "the source ended before line 10. ")
      assert.include(message("continued"), "the source has more than 10 requests. ")
      assert.include(message("differs"), "lines 7 to 10 differ. ")
      assert.include(message("ended"), "Use filesOnDisk for a source that runs once.")
      const caught = yield* Effect.fail(new BatchInput.ChangedInput({ change: "ended", firstLine: 1, lastLine: 2 }))
        .pipe(
          Effect.catchTag("ChangedInput", ({ lastLine }) => Effect.succeed(lastLine))
        )
      assert.strictEqual(caught, 2)
    }))
})

describe("a source that runs once", () => {
  it.effect("is found where it is a generator", () =>
    Effect.gen(function*() {
      function* generator() {
        yield* entries(3)
      }
      const [file] = yield* chatFiles(generator())
      assert.strictEqual((yield* Effect.flip(textsOf([file!]))).change, "ended")
    }))

  it.effect("is found where it is a stream of something that was read", () =>
    Effect.gen(function*() {
      const rows = entries(3)
      const cursor = Stream.fromEffectRepeat(Effect.suspend(() => {
        const row = rows.shift()
        return row === undefined ? Effect.fail("end" as const) : Effect.succeed(row)
      })).pipe(Stream.catch(() => Stream.empty))
      const [file] = yield* chatFiles(cursor)
      assert.strictEqual(file?.requests, 3)
      assert.strictEqual((yield* Effect.flip(textsOf([file!]))).change, "ended")
    }))

  it.effect("is no problem where it is made anew each time", () =>
    Effect.gen(function*() {
      const requests = {
        *[Symbol.iterator]() {
          yield* entries(2)
        }
      }
      assert.deepStrictEqual(yield* textsOf(yield* chatFiles(requests)), [lineOf("1") + lineOf("2")])
    }))
})
