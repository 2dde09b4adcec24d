/** Errors that a server reports inside a stream, in the ways of many servers, and what is not an error. */
import { Completion } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { done, event, inPieces, sizes } from "./fixtures/eventBytes.ts"
import { clientOver, eventStream, open, stream } from "./fixtures/scriptedClient.ts"

/** The text of a stream, the number of chunks that its reader was given, and its error. */
const readAll = (body: string, size = 10_000) =>
  Effect.gen(function*() {
    let text = ""
    let given = 0
    const error = yield* stream().pipe(
      Stream.runForEach((chunk) =>
        Effect.sync(() => {
          given++
          text += Completion.chunkText(chunk)
        })
      ),
      Effect.flip,
      Effect.option
    )
    assert.strictEqual(yield* open, 0)
    return { text, given, error: error._tag === "Some" ? error.value : undefined }
  }).pipe(Effect.provide(clientOver([ScriptedHttpClient.bytes(inPieces(body, size), { headers: eventStream })])))

const chunk = { id: "1", model: "m", choices: [{ index: 0, delta: { content: "b" }, finish_reason: null }] }
const data = (json: unknown) => `data: ${JSON.stringify(json)}\n\n`

describe("a stream", () => {
  const tooLong = "the request exceeds the available context size"
  const errors: Record<
    string,
    readonly [body: string, status: number, isRetryable: boolean, message: string | undefined]
  > = {
    "with a field `error`, as llama.cpp sends it": [
      `error: {"code":400,"message":"${tooLong}"}\n\n${done}`,
      400,
      false,
      tooLong
    ],
    "with that field in the event of [DONE]": [
      `error: {"code":400,"message":"${tooLong}"}\n${done}`,
      400,
      false,
      tooLong
    ],
    "with that field in the event of a chunk": [
      `${event("b").trim()}\nerror: {"code":503,"message":"No"}\n\n${done}`,
      503,
      true,
      "No"
    ],
    "with a field `error` that is a text": [`error: it broke\n\n${done}`, 200, true, "it broke"],
    "with a field `Error` without a space": [`Error:it broke\r\n\r\n${done}`, 200, true, "it broke"],
    "with a field `error` at its end": ["error: it broke", 200, true, "it broke"],
    "with a field `error` that is cut JSON": [`error: {"code":400,"message":"No","input":"a pro`, 400, false, "No"],
    "with an error beside no choices": [
      data({ choices: [], error: { code: 400, message: "prompt is too long" } }),
      400,
      false,
      "prompt is too long"
    ],
    "with an error beside a good chunk": [data({ ...chunk, error: { code: 502, message: "No" } }), 502, true, "No"],
    "with an error as text beside no choices": [data({ choices: null, error: "No" }), 200, true, "No"],
    "with an error of the request without a status": [
      data({ type: "error", error: { type: "invalid_request_error", message: "No" } }),
      200,
      false,
      "No"
    ],
    "with an error whose code is a text": [data({ error: { code: "401", message: "No" } }), 401, false, "No"],
    "with an error of a method that is not implemented": [
      data({ error: { code: 501, message: "No" } }),
      501,
      false,
      "No"
    ],
    "with an error of 425": [data({ error: { code: 425, message: "No" } }), 425, true, "No"],
    "with a context that is too long by status 500": [
      data({ error: { code: 500, message: "maximum context length is 4096 tokens" } }),
      500,
      false,
      "maximum context length is 4096 tokens"
    ],
    "with an error event of JSON that is cut": ["event: error\ndata: {\"message\": \"a pro", 200, true, undefined],
    "with an error event of a text and JSON": [
      "event: error\ndata: failed: {\"message\": \"a pro",
      200,
      true,
      "failed:"
    ],
    "with an error event in capitals": [`event: ERROR\n${data({ reason: "x" })}`, 200, true, undefined],
    "with a line that is JSON": [`{"detail":"No","status":404}\n\n${done}`, 404, false, "No"],
    "with a line that is JSON after white space": [
      `  {"error":{"code":404,"message":"No"}}\n${done}`,
      404,
      false,
      "No"
    ],
    "with a list in a line": [`[{"error":{"code":429,"message":"No"}}]\n\n${done}`, 429, true, "No"],
    "with JSON over lines": [`{\n  "error": {\n    "code": 404,\n    "message": "No"\n  }\n}\n`, 404, false, "No"]
  }
  for (const [name, [body, status, isRetryable, message]] of Object.entries(errors)) {
    it.effect(`${name} fails with the status that is meant, in reads of every size`, () =>
      Effect.gen(function*() {
        for (const before of ["", event("a")]) {
          for (const size of sizes) {
            const { error, given } = yield* readAll(before + body, size)
            const reason = error?.reason
            assert.strictEqual(reason?._tag, "StreamError", error?.message)
            if (reason?._tag !== "StreamError") return
            assert.deepStrictEqual([reason.status, reason.isRetryable, reason.serverMessage], [
              status,
              isRetryable,
              message
            ])
            assert.strictEqual(error?.chunks, given)
            assert.notInclude(error?.message, "a pro")
          }
        }
      }))
  }

  for (const error of [null, "", false, {}, [], 0, { code: null, message: "", type: "" }, { details: [{}] }]) {
    it.effect(`with ${JSON.stringify(error)} for an error in its chunks has none`, () =>
      Effect.gen(function*() {
        const body = data({ ...chunk, error }) + data({ ...chunk, choices: [{ ...chunk.choices[0], error }] }) + done
        assert.deepStrictEqual(yield* readAll(body), { text: "bb", given: 2, error: undefined })
      }))
  }

  const good: Record<string, string> = {
    "a field `error` that says nothing": `error: null\n\nerror:\n\nerror: {}\n\n${event("a")}${event("b")}${done}`,
    "chunks in lines without a field": `${JSON.stringify(chunk).replace("\"b\"", "\"a\"")}\n${
      JSON.stringify(chunk)
    }\n[DONE]\n`,
    "a line that is other JSON": `{"a":1}\n\n[]\n\n{}\n${event("a")}{"b":2}\n${event("b")}${done}`,
    "lines that only begin like JSON": `{"a":\n${event("a")}[oh\n{no\n\n${event("b")}${done}`,
    "a chunk whose text is an error": `${event("a")}${event("b")}`.replace("\"m\"", "\"error: {}\"") + done
  }
  for (const [name, body] of Object.entries(good)) {
    it.effect(`with ${name} has no error, in reads of every size`, () =>
      Effect.gen(function*() {
        for (const size of sizes) {
          assert.deepStrictEqual(yield* readAll(body, size), { text: "ab", given: 2, error: undefined })
        }
      }))
  }

  const failed = (error: unknown, finish_reason: string | null = "error") =>
    data({ ...chunk, choices: [{ ...chunk.choices[0], error, finish_reason }] }) + event("never") + done
  const choices: Record<string, readonly [body: string, tag: string, status: number | undefined, message?: string]> = {
    "an error with a status": [failed({ code: 502, message: "No" }), "StreamError", 502, "No"],
    "an error with a status, and no finish reason": [
      failed({ code: "400", message: "No" }, null),
      "StreamError",
      400,
      "No"
    ],
    "an error without a status": [failed("No"), "StreamError", 200, "No"],
    "no error": [failed(undefined), "GenerationFailed", undefined],
    "an empty error": [failed({ message: "" }), "GenerationFailed", undefined]
  }
  for (const [name, [body, tag, status, message]] of Object.entries(choices)) {
    it.effect(`in which a choice fails with ${name} gives the chunk of it first`, () =>
      Effect.gen(function*() {
        const { error, given, text } = yield* readAll(event("a") + body)
        assert.deepStrictEqual([text, given, error?.chunks], ["ab", 2, 2])
        assert.deepStrictEqual([error?.reason._tag, error?.status], [tag, status])
        if (message !== undefined) assert.include(error?.message, message)
      }))
  }
})
