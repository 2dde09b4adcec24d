import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Schema } from "effect"
import type { Prompt } from "effect/ai"
import { assistant, call, result, tool, user } from "./fixtures/promptParts.ts"
import { sentMessages } from "./fixtures/sentMessages.ts"

describe("the result of a tool", () => {
  it.effect("is one tool message for each call, with the id and the name of the call", () =>
    Effect.gen(function*() {
      const [, ...results] = yield* sentMessages([
        assistant(call("aB3dE6gH1", "f"), call("aB3dE6gH2", "g")),
        tool(result("aB3dE6gH1", "one", "f"), result("aB3dE6gH2", { two: 2 }, "g"))
      ])
      assert.deepStrictEqual(results, [
        { role: "tool", content: "one", tool_call_id: "aB3dE6gH1", name: "f" },
        { role: "tool", content: "{\"two\":2}", tool_call_id: "aB3dE6gH2", name: "g" }
      ])
    }))

  it.effect("is sent as it is where it is a text", () =>
    Effect.gen(function*() {
      for (const text of ["", "null", "{\"a\":1}", "two\nlines", "\"quoted\""]) {
        assert.strictEqual(yield* sentResult({ result: text }), text)
      }
    }))

  it.effect("is its JSON text where it is something else", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* sentResult({ result: undefined }), "null")
      assert.strictEqual(yield* sentResult({ result: null }), "null")
      assert.strictEqual(yield* sentResult({ result: 0 }), "0")
      assert.strictEqual(yield* sentResult({ result: false }), "false")
      assert.strictEqual(yield* sentResult({ result: [1, "a"] }), "[1,\"a\"]")
      assert.strictEqual(yield* sentResult({ result: { a: { b: [] } } }), "{\"a\":{\"b\":[]}}")
    }))

  it.effect("is sent also where JSON has no form for it", () =>
    Effect.gen(function*() {
      const cycle: { self?: unknown } = {}
      cycle.self = [cycle]
      const shared = { a: 1 }
      let deep: unknown = 1
      for (let depth = 0; depth < 100_000; depth++) deep = [deep]
      assert.strictEqual(yield* sentResult({ result: 12n }), "\"12\"")
      assert.strictEqual(
        yield* sentResult({ result: { at: new Date(0), never: new Date(NaN) } }),
        "{\"at\":\"1970-01-01T00:00:00.000Z\",\"never\":null}"
      )
      assert.strictEqual(yield* sentResult({ result: cycle }), "{\"self\":[\"[circular]\"]}")
      assert.strictEqual(yield* sentResult({ result: [shared, shared] }), "[{\"a\":1},{\"a\":1}]")
      assert.strictEqual(yield* sentResult({ result: new Map([["a", new Set([1n])]]) }), "[[\"a\",[\"1\"]]]")
      assert.strictEqual(yield* sentResult({ result: new Error("No bread") }), "{\"error\":\"No bread\"}")
      assert.strictEqual(
        yield* sentResult({ result: { url: new URL("https://a.test/"), nan: NaN } }),
        "{\"url\":\"https://a.test/\",\"nan\":null}"
      )
      assert.strictEqual(
        yield* sentResult({ result: Option.some(1) }),
        "{\"_id\":\"Option\",\"_tag\":\"Some\",\"value\":1}"
      )
      assert.strictEqual(yield* sentResult({ result: { toJSON: () => ({ n: 1n }) } }), "{\"n\":\"1\"}")
      assert.strictEqual(yield* sentResult({ result: Symbol("a") }), "null")
      assert.strictEqual(yield* sentResult({ result: () => 1 }), "null")
      assert.strictEqual(
        yield* sentResult({
          result: {
            get a() {
              throw new Error("no")
            }
          }
        }),
        "null"
      )
      assert.strictEqual(yield* sentResult({ result: deep }), "null")
      assert.strictEqual(yield* sentResult({ result: JSON.parse("{\"__proto__\":1}") }), "{\"__proto__\":1}")
    }))

  it.effect("of a failed call is the failure", () =>
    Effect.gen(function*() {
      assert.strictEqual(
        yield* sentResult({ isFailure: true, result: { _tag: "NoBread", left: 0 } }),
        "{\"_tag\":\"NoBread\",\"left\":0}"
      )
      assert.strictEqual(yield* sentResult({ isFailure: true, result: "No bread" }), "No bread")
    }))
})

describe("what a tool gives the model", () => {
  it.effect("is sent in place of the result: a text alone as a string, several parts as a list", () =>
    Effect.gen(function*() {
      const result = { secret: 1 }
      assert.strictEqual(yield* sentResult({ result, modelOutput: [{ type: "text", text: "Monet" }] }), "Monet")
      assert.strictEqual(yield* sentResult({ result, modelOutput: [] }), "")
      assert.deepStrictEqual(
        yield* sentResult({
          result,
          modelOutput: [
            { type: "text", text: "Look:" },
            { type: "file", mediaType: "image/png", data: Uint8Array.of(1, 2, 3) },
            {
              type: "file",
              mediaType: "image/*",
              data: "https://a.test/b",
              options: { mistral: { imageDetail: "low" } }
            },
            { type: "file", mediaType: "application/pdf", data: "AQID", fileName: "b.pdf" },
            { type: "file", mediaType: "text/plain", data: "aGk=", fileName: "c.txt" }
          ]
        }),
        [
          { type: "text", text: "Look:" },
          { type: "image_url", image_url: "data:image/png;base64,AQID" },
          { type: "image_url", image_url: { url: "https://a.test/b", detail: "low" } },
          { type: "document_url", document_url: "data:application/pdf;base64,AQID", document_name: "b.pdf" },
          { type: "text", text: "c.txt:\nhi" }
        ]
      )
    }))

  it.effect("has a remark in place of a file that Mistral does not take, so that the conversation goes on", () =>
    Effect.gen(function*() {
      assert.strictEqual(
        yield* sentResult({
          result: 1,
          modelOutput: [{ type: "file", mediaType: "video/mp4", data: "AQID", fileName: "b.mp4" }]
        }),
        "[video/mp4 b.mp4 omitted]"
      )
    }))
})

it.effect("answers to approvals are not sent", () =>
  Effect.gen(function*() {
    assert.deepStrictEqual(
      (yield* sentMessages([
        user("Bake"),
        assistant(call("aB3dE6gH1"), { type: "tool-approval-request", approvalId: "1", toolCallId: "aB3dE6gH1" }),
        tool({ type: "tool-approval-response", approvalId: "2", approved: false, reason: "secret" }),
        tool(result("aB3dE6gH1", "done"))
      ])).slice(2),
      [{ role: "tool", content: "done", tool_call_id: "aB3dE6gH1", name: "f" }]
    )
  }))

it.effect("a result that a schema encoded is sent as that schema encodes it", () =>
  Effect.gen(function*() {
    const encoded = yield* Schema.encodeUnknownEffect(Schema.toCodecJson(Schema.Struct({ at: Schema.Date })))({
      at: new Date(0)
    })
    assert.strictEqual(yield* sentResult({ result: encoded }), "{\"at\":\"1970-01-01T00:00:00.000Z\"}")
  }))

/** Sends the result of a call, and returns the content of the tool message. */
const sentResult = (part: Partial<Prompt.ToolResultPartEncoded>) =>
  Effect.map(
    sentMessages([user("Hi"), assistant(call("aB3dE6gH1")), tool({ ...result("aB3dE6gH1", undefined), ...part })]),
    (messages) => messages[2]?.content
  )
