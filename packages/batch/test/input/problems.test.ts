import { BatchInput, Files } from "@effect-mistral/batch"
import { MistralClient } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema, Stream } from "effect"
import { type ChatEntry, chatFiles, entries, entry, invalidInput, untyped } from "./support.ts"

const secret = "sk-secret-value"

describe("a line that is not valid", () => {
  const user = { role: "user", content: "Hi" }
  const cases: ReadonlyArray<readonly [name: string, entry: unknown, paths: ReadonlyArray<string>]> = [
    ["a key that the endpoint does not know", request({ messages: [user], wrong: secret }), ["wrong"]],
    ["a value of the wrong type", request({ messages: secret }), ["messages"]],
    ["a value out of range", request({ messages: [user], temperature: 77 }), ["temperature"]],
    ["a message of an unknown role", request({ messages: [user, { role: secret, content: "" }] }), ["messages.1"]],
    ["a number that JSON lacks", request({ messages: [user], metadata: { a: NaN } }), ["metadata.a"]],
    ["a date", request({ messages: [user], metadata: { a: new Date() } }), ["metadata.a"]],
    ["half of a surrogate pair", request({ messages: [{ role: "user", content: "\ud800" }] }), ["messages.0.content"]],
    ["a conversation that Mistral refuses", request({ messages: [{ role: "assistant", content: "x" }] }), [
      "messages.0"
    ]],
    ["a stream", request({ messages: [user], stream: true }), ["stream"]],
    ["several issues", request({ messages: [user], temperature: 77, top_p: 5, wrong: 1 }), [
      "wrong",
      "temperature",
      "top_p"
    ]],
    ["an empty id", { custom_id: "", request: entry("a").request }, ["custom_id"]],
    ["an id that is a number", { custom_id: 1, request: entry("a").request }, ["custom_id"]],
    ["an id that is null", { custom_id: null, request: entry("a").request }, ["custom_id"]],
    ["no id", { request: entry("a").request }, ["custom_id"]],
    ["an id with half of a surrogate pair", { custom_id: "a\udc00", request: entry("a").request }, ["custom_id"]],
    ["no request", { custom_id: "x" }, ["request"]],
    ["a request that is a text", { custom_id: "x", request: secret }, ["request"]],
    ["a request that is null", { custom_id: "x", request: null }, ["request"]],
    ["neither an id nor a request", {}, ["custom_id", "request"]],
    ["an id and a request that are wrong", { custom_id: "", request: { messages: secret } }, [
      "custom_id",
      "messages",
      "model"
    ]],
    ["no entry but a text", secret, ["custom_id", "request"]],
    ["no entry but null", null, ["custom_id", "request"]]
  ]

  for (const [name, wrong, paths] of cases) {
    it.effect(`is named with its place: ${name}`, () =>
      Effect.gen(function*() {
        const error = yield* invalidInput(chatFiles(untyped([entry("1"), wrong, entry("3")])))
        assert.strictEqual(error.count, 1)
        assert.strictEqual(error.requests, 3)
        const [problem] = error.problems
        assert.strictEqual(problem?.line, 2)
        assert.sameMembers(problem!.issues.map(({ path }) => path.join(".")), [...paths])
        assert.isTrue(problem!.issues.every(({ message }) => message.length > 0))
        assert.notInclude(JSON.stringify(error) + error.message, secret)
      }))
  }

  it.effect("has its custom_id, or null where that is no text", () =>
    Effect.gen(function*() {
      const { problems } = yield* invalidInput(chatFiles(untyped([
        { custom_id: "a", request: {} },
        { custom_id: 1, request: {} },
        { request: {} },
        { custom_id: "", request: {} }
      ])))
      assert.deepStrictEqual(problems.map(({ custom_id, line }) => [line, custom_id]), [
        [1, "a"],
        [2, null],
        [3, null],
        [4, ""]
      ])
    }))

  it.effect("of a conversation is taken where its check is switched off", () =>
    Effect.gen(function*() {
      const requests: ReadonlyArray<ChatEntry> = [
        { custom_id: "a", request: { model: "m", messages: [{ role: "assistant", content: "x" }] } }
      ]
      yield* invalidInput(chatFiles(requests, { checks: { order: false } }))
      const [file] = yield* chatFiles(requests, { checks: { lastMessage: false } })
      assert.strictEqual(file?.requests, 1)
      assert.strictEqual((yield* Stream.runCollect(file!.content)).length, 1)
    }))

  it.effect("is one that is longer than a file may be, and one that just fits is valid", () =>
    Effect.gen(function*() {
      const size = (yield* chatFiles([entry("a", "ü")]))[0]!.size
      const requests = [entry("a", "ü"), entry("b", "üx"), entry("c", "x")]
      const error = yield* invalidInput(chatFiles(requests, { maxBytes: size }))
      assert.deepStrictEqual(error.problems, [{
        line: 2,
        custom_id: "b",
        issues: [{ path: [], message: `Expected a line of at most ${size} bytes, got ${size + 1}` }]
      }])
      assert.strictEqual(error.count, 1)
    }))
})

describe("a custom_id that is used twice", () => {
  it.effect("is refused with both lines", () =>
    Effect.gen(function*() {
      const error = yield* invalidInput(chatFiles([entry("a"), entry("b"), entry("a", "other"), entry("a")]))
      assert.deepStrictEqual(
        error.problems,
        [3, 4].map((line) => ({
          line,
          custom_id: "a",
          issues: [{ path: ["custom_id"], message: "Expected an id of its own, line 1 has the same" }],
          duplicateOf: 1
        }))
      )
      assert.strictEqual(
        error.message,
        "2 of 4 requests are not valid; " +
          "line 3 (custom_id \"a\"): custom_id: Expected an id of its own, line 1 has the same; " +
          "line 4 (custom_id \"a\"): custom_id: Expected an id of its own, line 1 has the same"
      )
    }))

  it.effect("is refused across the borders of files, and where the first of both has other problems", () =>
    Effect.gen(function*() {
      const requests = untyped([{ custom_id: "a", request: {} }, entry("b"), entry("c"), entry("a"), entry("b")])
      const { count, problems } = yield* invalidInput(chatFiles(requests, { maxRequests: 1 }))
      assert.strictEqual(count, 3)
      assert.deepStrictEqual(problems.map(({ duplicateOf, line }) => [line, duplicateOf]), [
        [1, undefined],
        [4, 1],
        [5, 2]
      ])
    }))

  it.effect("comes with the other issues of its line", () =>
    Effect.gen(function*() {
      const { problems } = yield* invalidInput(chatFiles(untyped([
        entry("a"),
        { custom_id: "a", request: { model: "m", messages: 5 } }
      ])))
      assert.deepStrictEqual(problems.map(({ issues }) => issues.map(({ path }) => path.join("."))), [
        ["custom_id", "messages"]
      ])
    }))

  it.effect("differs from ids that look like it", () =>
    Effect.gen(function*() {
      const ids = ["a", "A", " a", "a ", "é", "e\u0301", "1", "01", "__proto__", "\"a\"", "\\\"a\\\""]
      const [file] = yield* chatFiles(ids.map((id) => entry(id)))
      assert.strictEqual(file?.requests, ids.length)
    }))
})

describe("requests that are not valid", () => {
  it.effect("are all counted, and the first 20 are named", () =>
    Effect.gen(function*() {
      const wrong = (id: number) => ({ custom_id: `${id}`, request: { model: "m", messages: [], top_p: 5 } })
      const requests = Array.from({ length: 100 }, (_, index) => index % 2 === 0 ? entry(`${index}`) : wrong(index))
      const error = yield* invalidInput(chatFiles(requests))
      assert.strictEqual(error.count, 50)
      assert.strictEqual(error.requests, 100)
      assert.deepStrictEqual(
        error.problems.map(({ line }) => line),
        Array.from({ length: 20 }, (_, index) => 2 * (index + 1))
      )
      assert.match(
        error.message,
        /^50 of 100 requests are not valid; line 2 \(custom_id "1"\): top_p: Expected .*; and 45 more$/
      )
    }))

  it.effect("have a short message, however long their ids and however many their issues are", () =>
    Effect.gen(function*() {
      const wrong = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`key${index}`, 1]))
      const error = yield* invalidInput(chatFiles(untyped(
        Array.from({ length: 30 }, (_, index) => ({ custom_id: `${index}${"x".repeat(10_000)}`, request: wrong }))
      )))
      assert.isBelow(error.message.length, 2000)
      assert.include(error.message, "and 999 more issues")
      assert.strictEqual(error.problems[0]?.custom_id?.length, 10_001)
    }))

  it.effect("of one line are told in the singular", () =>
    Effect.gen(function*() {
      const { message } = yield* invalidInput(chatFiles(untyped([{ custom_id: "a\nb", request: { model: "m" } }])))
      assert.strictEqual(
        message,
        "1 of 1 requests is not valid; line 1 (custom_id \"a\\nb\"): messages: Missing key"
      )
    }))

  it.effect("are caught by their tag, and travel as JSON", () =>
    Effect.gen(function*() {
      const caught = yield* chatFiles(untyped([{}])).pipe(
        Effect.as("valid"),
        Effect.catchTag("InvalidInput", (error) =>
          Effect.succeed(
            Schema.decodeUnknownSync(BatchInput.InvalidInput)(
              JSON.parse(JSON.stringify(Schema.encodeSync(BatchInput.InvalidInput)(error)))
            )
          ))
      )
      assert.instanceOf(caught, BatchInput.InvalidInput)
      assert.strictEqual(caught.problems[0]?.line, 1)
    }))

  it.effect("are none where there are no requests, which is an error of its own", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* Effect.flip(chatFiles([])))._tag, "EmptyInput")
      assert.strictEqual((yield* Effect.flip(chatFiles(Stream.empty)))._tag, "EmptyInput")
      const caught = yield* chatFiles([]).pipe(Effect.catchTag("EmptyInput", ({ message }) => Effect.succeed(message)))
      assert.strictEqual(caught, "there are no requests")
    }))

  it.effect("do not hide that their source has failed", () =>
    Effect.gen(function*() {
      const source = Stream.concat(Stream.fromIterable(entries(3)), Stream.fail("lost connection" as const))
      assert.strictEqual(yield* Effect.flip(chatFiles(source)), "lost connection")
    }))

  it.effect("are found before anything is uploaded, among 100,000", () =>
    Effect.gen(function*() {
      const bad = { custom_id: "bad", request: { model: "m", messages: [{ role: "usr", content: secret }] } }
      const requests = untyped(Array.from(
        { length: 100_000 },
        (_, index) => index === 61_802 ? bad : entry(`${index + 1}`)
      ))
      const error = yield* invalidInput(upload(requests))
      assert.deepStrictEqual(error.problems.map(({ custom_id, line }) => [line, custom_id]), [[61_803, "bad"]])
      assert.deepStrictEqual(error.problems[0]?.issues.map(({ path }) => path), [["messages", 0]])
      assert.match(
        error.message,
        /^1 of 100000 requests is not valid; line 61803 \(custom_id "bad"\): messages\.0: Expected /
      )
      assert.deepStrictEqual(yield* (yield* ScriptedHttpClient.ScriptedHttpClient).requests, [])

      // The same upload of valid requests does send one.
      yield* upload(entries(3))
      const sent = yield* (yield* ScriptedHttpClient.ScriptedHttpClient).requests
      assert.deepStrictEqual(sent.map(({ method, path }) => `${method} ${path}`), ["POST /v1/files"])
    }).pipe(Effect.provide(scripted)))

  it.effect("do not keep a limit that is none from being a defect", () =>
    Effect.gen(function*() {
      for (const options of [{ maxBytes: 0 }, { maxBytes: NaN }, { maxRequests: 0 }, { maxRequests: -1 }]) {
        const exit = yield* Effect.exit(chatFiles(entries(1), options))
        assert.match(String(exit), /max(Bytes|Requests) must be at least 1, got/)
      }
    }))
})

/** Checks requests and uploads their files, as a program does. */
const upload = (requests: Iterable<ChatEntry>) =>
  Effect.gen(function*() {
    const files = yield* chatFiles(requests)
    return yield* Effect.forEach(files, ({ content, size }) =>
      Files.upload({ name: "a.jsonl", purpose: "batch", content, size }))
  })

const scripted = Files.layer.pipe(
  Layer.provide(MistralClient.layer({})),
  Layer.provideMerge(
    ScriptedHttpClient.layer(() =>
      ScriptedHttpClient.json({ id: "f", created_at: 1, filename: "a.jsonl", purpose: "batch" })
    )
  )
)

function request(fields: object) {
  return { custom_id: "x", request: { model: "m", ...fields } }
}
