import { BatchInput } from "@effect-mistral/batch"
import { Endpoint } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { entry, invalidInput, lineOf, textsOf, untyped } from "./support.ts"

const secret = "sk-secret-value"
const body = entry("a").request

describe("the lines of a file that exists already", () => {
  it.effect("are the same again, but for white space and blank lines", () =>
    Effect.gen(function*() {
      const text = `\ufeff${lineOf("1")}\r\n\n  {"body": ${JSON.stringify(body)}, "custom_id": "2"}\r\n${
        lineOf("3", "Grüße").trim()
      }`
      for (const size of [1, 3, 64, 10_000]) {
        assert.deepStrictEqual(yield* textsOf(yield* fromText(text, size)), [
          lineOf("1") + lineOf("2") + lineOf("3", "Grüße")
        ])
      }
    }))

  it.effect("are cut into files", () =>
    Effect.gen(function*() {
      const files = yield* BatchInput.files({
        endpoint: Endpoint.chat.complete,
        requests: BatchInput.fromLines(Stream.succeed(Buffer.from(["1", "2", "3"].map((id) => lineOf(id)).join("\n")))),
        maxRequests: 2
      })
      assert.deepStrictEqual(files.map(({ firstLine, requests }) => [firstLine, requests]), [[1, 2], [3, 1]])
      assert.deepStrictEqual(yield* textsOf(files), [lineOf("1") + lineOf("2"), lineOf("3")])
    }))

  it.effect("may leave the model to the job", () =>
    Effect.gen(function*() {
      const text = `{"custom_id":"a","body":{"messages":[]}}\n`
      const { problems } = yield* invalidInput(fromText(text))
      assert.deepStrictEqual(problems[0]?.issues.map(({ path }) => path), [["model"]])
      assert.deepStrictEqual(yield* textsOf(yield* fromText(text, 10, "m")), [text])
    }))

  const cases: ReadonlyArray<readonly [name: string, line: string, paths: ReadonlyArray<string>]> = [
    ["no JSON", secret, [""]],
    ["JSON that is cut", lineOf("a", secret).slice(0, 50), [""]],
    ["JSON with something after it", `${lineOf("a").trim()} ${secret}`, [""]],
    ["an array", `["${secret}"]`, [""]],
    ["null", "null", [""]],
    ["a text", `"${secret}"`, [""]],
    ["no keys", "{}", ["custom_id", "body"]],
    ["no body", `{"custom_id":"a"}`, ["body"]],
    ["a body that is a text", `{"custom_id":"a","body":"${secret}"}`, ["body"]],
    ["no id", `{"body":${JSON.stringify(body)}}`, ["custom_id"]],
    ["an id that is null", `{"custom_id":null,"body":${JSON.stringify(body)}}`, ["custom_id"]],
    ["the keys of another API", `{"custom_id":"a","method":"POST","url":"/x","body":${JSON.stringify(body)}}`, [
      "method",
      "url"
    ]],
    ["a body that does not fit", `{"custom_id":"a","body":{"model":"m","messages":[],"top_p":5}}`, ["top_p"]],
    ["a stream", `{"custom_id":"a","body":{"model":"m","messages":[],"stream":true}}`, ["stream"]],
    ["a key that is special in JavaScript", `{"custom_id":"a","body":${JSON.stringify(body)},"__proto__":1}`, [
      "__proto__"
    ]],
    ["a body with such a key", `{"custom_id":"a","body":{"model":"m","messages":[],"__proto__":{"x":1}}}`, [
      "__proto__"
    ]]
  ]

  for (const [name, line, paths] of cases) {
    it.effect(`are named with their number and place: ${name}`, () =>
      Effect.gen(function*() {
        const error = yield* invalidInput(fromText(`${lineOf("1")}\n\n${line}\n${lineOf("5")}`))
        assert.deepStrictEqual([error.count, error.requests], [1, 3])
        assert.strictEqual(error.problems[0]?.line, 4)
        assert.sameMembers(error.problems[0]!.issues.map(({ path }) => path.join(".")), [...paths])
        assert.notInclude(JSON.stringify(error) + error.message, secret)
      }))
  }

  it.effect("are named by their numbers in the file where an id is used twice", () =>
    Effect.gen(function*() {
      const { message, problems } = yield* invalidInput(fromText(`\n${lineOf("1")}\n${lineOf("2")}\n\n${lineOf("1")}`))
      assert.deepStrictEqual(problems.map(({ duplicateOf, line }) => [line, duplicateOf]), [[7, 2]])
      assert.include(message, "line 7 (custom_id \"1\"): custom_id: Expected an id of its own, line 2 has the same")
    }))

  it.effect("are all checked", () =>
    Effect.gen(function*() {
      const error = yield* invalidInput(fromText(`${"{\n".repeat(1000)}${lineOf("1")}`))
      assert.deepStrictEqual([error.count, error.requests, error.problems.length], [1000, 1001, 20])
    }))

  it.effect("are none in a file that is blank", () =>
    Effect.gen(function*() {
      for (const text of ["", "\n", "\r\n \n\t\n", "\ufeff"]) {
        assert.strictEqual((yield* Effect.flip(fromText(text)))._tag, "EmptyInput")
      }
    }))

  it.effect("fail with the error of their source", () =>
    Effect.gen(function*() {
      const bytes = Stream.concat(Stream.succeed(Buffer.from(lineOf("1"))), Stream.fail("unreadable" as const))
      const error = yield* Effect.flip(BatchInput.inline({
        endpoint: Endpoint.chat.complete,
        requests: BatchInput.fromLines(bytes)
      }))
      assert.strictEqual(error, "unreadable")
    }))

  it.effect("end with a line that is too long to be read", () =>
    Effect.gen(function*() {
      const piece = new Uint8Array(1024 * 1024).fill(120)
      const bytes = Stream.concat(
        Stream.succeed(Buffer.from(lineOf("1"))),
        Stream.forever(Stream.succeed(piece))
      )
      const { problems } = yield* invalidInput(BatchInput.files({
        endpoint: Endpoint.chat.complete,
        requests: BatchInput.fromLines(bytes)
      }))
      assert.deepStrictEqual(problems, [
        { line: 2, custom_id: null, issues: [{ path: [], message: "Expected a line of at most 67108864 characters" }] }
      ])
    }))

  it.effect("may stand among other requests", () =>
    Effect.gen(function*() {
      const error = yield* invalidInput(BatchInput.inline({
        endpoint: Endpoint.chat.complete,
        requests: [entry("a"), { number: 8, text: lineOf("b") }, ...untyped([{ text: "no line", number: "8" }])]
      }))
      assert.deepStrictEqual(error.problems.map(({ line }) => line), [3])
      assert.strictEqual(error.requests, 3)
    }))
})

/** The files of a text whose bytes come a few at a time. */
const fromText = (text: string, size = 10_000, model?: string) => {
  const bytes = Buffer.from(text)
  const pieces = Array.from(
    { length: Math.ceil(bytes.length / size) },
    (_, index) => bytes.subarray(index * size, (index + 1) * size)
  )
  return BatchInput.files({
    endpoint: Endpoint.chat.complete,
    model,
    requests: BatchInput.fromLines(Stream.fromIterable(pieces))
  })
}
