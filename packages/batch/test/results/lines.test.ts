/** Every known form of a result: what the server writes into a line, and what it is read as. */
import { Endpoint, MistralError } from "@effect-mistral/core"
import { TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Stream } from "effect"
import { BatchResult } from "../../src/index.ts"
import { job, over, read, short } from "./memoryServer.ts"

const body = TestCompletion.response("Yes")
const response = { status_code: 200, body }
const failedChoice = { ...body, choices: [{ ...body.choices[0], finish_reason: "error" }] }
const { id: _id, model: _model, ...withoutId } = body

describe("a line with a response", () => {
  const forms: Record<string, readonly [line: object, read?: string]> = {
    "of Mistral": [{ id: "1", custom_id: "a", response, error: null }],
    "without error": [{ custom_id: "a", response }],
    "with an empty error": [{ custom_id: "a", response, error: {} }],
    "with an error whose members are empty": [{ custom_id: "a", response, error: { code: null, message: "" } }],
    "with unknown keys": [{ custom_id: "a", response: { ...response, more: 1 }, error: null, usage: { a: 1 } }],
    "of OpenAI, with the id of the request": [{ custom_id: "a", response: { ...response, request_id: "r" } }],
    "whose status is a text": [{ custom_id: "a", response: { status_code: "200", body } }],
    "whose status is called status": [{ custom_id: "a", response: { status: 201, body } }],
    "without a status": [{ custom_id: "a", response: { body } }],
    "whose body is JSON as text": [{ custom_id: "a", response: { status_code: 200, body: JSON.stringify(body) } }],
    "that is JSON as text": [{ custom_id: "a", response: JSON.stringify(response) }],
    "that is the body itself": [{ custom_id: "a", response: body }],
    "beside the id": [{ custom_id: "a", status_code: 200, body }],
    "whose body lacks its id and model": [{ custom_id: "a", response: { status_code: 200, body: withoutId } }],
    "whose id is a number": [{ custom_id: 17, response }, "17: Yes"],
    "whose id is empty": [{ custom_id: "", response }, ": Yes"],
    "without an id": [{ response }, "null: Yes"],
    "whose id is null": [{ custom_id: null, response }, "null: Yes"],
    "whose id is an object": [{ custom_id: {}, response }, "null: Yes"]
  }
  for (const [name, [line, expected = "a: Yes"]] of Object.entries(forms)) {
    it.effect(`${name} is read`, () =>
      Effect.gen(function*() {
        assert.deepStrictEqual(short(yield* readOne(JSON.stringify(line))), expected)
      }))
  }
})

interface Said {
  readonly retryable?: boolean
  readonly message?: string | RegExp
  readonly status?: number
  readonly requestId?: string
}

const invalid = { detail: [{ type: "missing", loc: ["body", "n"], msg: "Field required", input: { a: "secret" } }] }

describe("a line without a response that is good", () => {
  const refusal = (status_code: unknown, body: unknown) => ({ custom_id: "a", response: { status_code, body } })
  const failure = (error: unknown, more: object = { response: null }) => ({ custom_id: "a", error, ...more })

  const forms: Record<string, readonly [line: object, tag: string, said?: Said]> = {
    "with status 400": [refusal(400, { message: "Bad" }), "BadRequest", { message: "Bad", status: 400 }],
    "with status 401": [refusal(401, { message: "Unauthorized" }), "Authentication"],
    "with status 404": [refusal(404, { message: "No model" }), "NotFound", { message: "No model" }],
    "with status 408": [refusal(408, ""), "BadRequest", { retryable: true }],
    "with status 422": [refusal(422, invalid), "Validation", { message: "n: Field required" }],
    "with status 429": [refusal(429, { message: "Slow" }), "RateLimited", { retryable: true, message: "Slow" }],
    "with a quota that is used up": [
      refusal(429, { error: { code: "insufficient_quota", message: "No money" } }),
      "RateLimited",
      { retryable: false }
    ],
    "with status 500": [refusal(500, "Internal Server Error"), "ServerError", { retryable: true }],
    "with status 503": [refusal(503, { message: "Service tier capacity exceeded" }), "CapacityExceeded", {
      retryable: true
    }],
    "with status 307": [refusal(307, ""), "BadRequest", { retryable: false, status: 307 }],
    "with status 0": [refusal(0, { message: "Nothing" }), "BadRequest", { status: 0 }],
    "whose status is a text": [refusal("503", { message: "Busy" }), "ServerError", { retryable: true, status: 503 }],
    "whose body is JSON as text": [refusal(400, "{\"message\":\"Bad\"}"), "BadRequest", { message: "Bad" }],
    "whose body is null": [refusal(500, null), "ServerError", { retryable: true }],
    "whose body is missing and error an object": [
      { custom_id: "a", response: { status_code: 400 }, error: { object: "error", message: "Too many", code: 400 } },
      "BadRequest",
      { message: "Too many", status: 400 }
    ],
    "whose body says nothing and error does": [
      { ...refusal(503, {}), error: "No worker" },
      "ServerError",
      { message: "No worker", retryable: true }
    ],
    "with the id of the request": [
      { custom_id: "a", response: { status_code: 500, request_id: "req-9", body: { message: "No" } } },
      "ServerError",
      { requestId: "req-9", retryable: true }
    ],
    "with status 200 and a body that reports an error": [
      refusal(200, { error: { code: 429, message: "Slow" } }),
      "RateLimited",
      { retryable: true, message: "Slow" }
    ],
    "without a status and a body that reports an error": [
      { custom_id: "a", response: { body: { object: "error", message: "No", raw_status_code: 404 } } },
      "NotFound"
    ],
    "with status 200 and a choice that failed": [refusal(200, failedChoice), "GenerationFailed", { retryable: true }],
    "with status 200 and a body of another kind": [refusal(200, { hello: "secret" }), "InvalidResponse"],
    "with status 200 and no body": [refusal(200, null), "InvalidResponse"],
    "with status 200 and a body that is text": [refusal(200, "secret"), "InvalidResponse"],
    "that is a number": [{ custom_id: "a", response: 200, error: null }, "InvalidResponse"],
    "but with a response and an error": [
      failure({ message: "Moderated", code: 403 }, { response }),
      "PermissionDenied",
      { message: "Moderated" }
    ],
    "but with an error as text": [failure("Model overloaded"), "ServerError", {
      message: "Model overloaded",
      retryable: true
    }],
    "but with an error of code and type": [
      failure({ message: "Bad n", code: "1", type: "invalid_request_error" }),
      "BadRequest",
      { message: "Bad n", status: 200 }
    ],
    "but with an error with a status": [
      failure({ message: "Slow", code: 429, type: "rate" }),
      "RateLimited",
      { message: "Slow", retryable: true, status: 429 }
    ],
    "but with an error with a status, which says that a time was over": [
      failure({ message: "Expired link", code: 400, type: "link_expired" }),
      "BadRequest",
      { message: "Expired link", status: 400 }
    ],
    "but with an error whose status is a text": [failure({ message: "No", code: "503" }), "ServerError", {
      retryable: true,
      status: 503
    }],
    "but with an error that quotes another": [
      failure("Error code: 422 - {'error': {'message': 'Bad n', 'code': 422}}"),
      "Validation",
      { message: "Bad n" }
    ],
    "but with an error about a prompt that is too long": [failure("prompt is too long"), "BadRequest"],
    "but with an error and no response at all": [failure({ message: "Lost" }, {}), "ServerError", {
      message: "Lost",
      retryable: true
    }],
    "of OpenAI whose time was over": [
      failure({ code: "batch_expired", message: "This request could not be executed in time." }),
      "NotProcessed",
      { message: "This request could not be executed in time", retryable: true }
    ],
    "of OpenAI whose job was cancelled": [failure({ code: "batch_cancelled", message: "Cancelled" }), "NotProcessed", {
      retryable: true
    }],
    "and without an error": [failure(null), "NotProcessed", { retryable: true, message: /ended with SUCCESS\./ }],
    "and with an empty error": [failure("", {}), "NotProcessed", { retryable: true }],
    "but an empty one": [{ custom_id: "a", response: {}, error: null }, "NotProcessed", { retryable: true }]
  }

  for (const [name, [line, tag, { message, requestId, retryable = false, status } = {}]] of Object.entries(forms)) {
    it.effect(`${name} is a failure that says why`, () =>
      Effect.gen(function*() {
        const result = yield* readOne(JSON.stringify(line))
        assert.strictEqual(result.custom_id, "a")
        assert.strictEqual(BatchResult.isRetryable(result), retryable)
        const failure = Result.getOrThrow(Result.flip(result.result))
        const reason = failure._tag === "MistralError" ? failure.reason : failure
        assert.strictEqual(reason._tag, tag)
        if (typeof message === "string") assert.include(failure.message, message)
        else if (message !== undefined) assert.match(failure.message, message)
        if (status !== undefined) assert.propertyVal(reason, "status", status)
        if (requestId !== undefined) assert.propertyVal(reason, "requestId", requestId)
        assert.notInclude(`${failure.message} ${JSON.stringify(failure)}`, "secret")
        assert.notInclude(failure.message, "undefined")
        if (failure._tag === "MistralError") assert.strictEqual(failure.operation, "Chat.complete")
      }))
  }

  it.effect("of a validation names the fields", () =>
    Effect.gen(function*() {
      const { result } = yield* readOne(JSON.stringify(refusal(422, invalid)))
      const failure = Result.getOrThrow(Result.flip(result))
      assert(failure._tag === "MistralError" && failure.reason._tag === "Validation")
      assert.deepStrictEqual(failure.reason.issues, [{ path: ["n"], message: "Field required" }])
    }))
})

describe("a line that is not a result", () => {
  const forms: Record<string, readonly [line: string, custom_id: string | null]> = {
    "because it is not JSON": ["secret", null],
    "because it was cut": [`{"id":"1","custom_id":"a","response":{"status_code":200,"body":{"secr`, "a"],
    "because it was cut behind a number": [`{"n": 1.5, "custom_id" : 12, "response":{`, "12"],
    "because it was cut inside the number": [`{"custom_id":12`, null],
    "because it was cut inside the id": [`{"custom_id":"a`, null],
    "because it was cut, and only its body has an id": [`{"response":{"body":{"custom_id":"secret"`, null],
    "because it was cut, with escapes in its id": [`{"custom_id":"a\\"\\u0041","response":`, "a\"A"],
    "because two lines are one": [`{"custom_id":"a","response":{}}{"custom_id":"b"}`, "a"],
    "because it is a text": [`"secret"`, null],
    "because it is null": ["null", null],
    "because it is a list": [`[{"custom_id":"a","response":null}]`, null],
    "because it is another object": [`{"custom_id":"a","secret":"secret"}`, "a"],
    "because it is an empty object": ["{}", null],
    "because it is nested too deeply": [
      `{"custom_id":"a","response":{"status_code":500,"body":${"[".repeat(100_000)}${"]".repeat(100_000)}}}`,
      "a"
    ]
  }
  for (const [name, [line, custom_id]] of Object.entries(forms)) {
    it.effect(`${name} is a failure that names its place, and the stream goes on`, () =>
      Effect.gen(function*() {
        const good = JSON.stringify({ custom_id: "b", response })
        const [first, second, ...more] = yield* read(
          { files: { out: `\n${line}\n${good}\n`, in: "" } },
          job({ total_requests: 1 })
        )
        assert.strictEqual(short(second!), "b: Yes")
        assert.lengthOf(more, 0)
        assert.strictEqual(first!.custom_id, custom_id)
        const failure = Result.getOrThrow(Result.flip(first!.result))
        assert(failure._tag === "MistralError" && failure.reason._tag === "InvalidResponse")
        assert.include(failure.message, "line 2 of file out ")
        assert.notInclude(`${failure.message} ${JSON.stringify(failure)}`, "secret")
        assert.isFalse(failure.isRetryable)
      }))
  }

  it.effect("because it is longer than maxSize fails the stream with its place, after the results before it", () =>
    Effect.gen(function*() {
      const { results } = over({
        files: { out: `${JSON.stringify({ custom_id: "a", response })}\n${"x".repeat(3000)}` }
      })
      const seen: Array<string> = []
      const error = yield* results(job(), Endpoint.chat.complete, { maxSize: 2000 }).pipe(
        Stream.runForEach((result) => Effect.sync(() => seen.push(short(result)))),
        Effect.flip
      )
      assert.deepStrictEqual(seen, ["a: Yes"])
      assert(MistralError.isMistralError(error) && error.reason._tag === "InvalidResponse")
      assert.strictEqual(error.reason.kind, "tooLarge")
      assert.include(error.message, "line 2 of file out has more than 2000 characters")
    }))
})

/** The result of a job of one line. */
const readOne = (line: string) =>
  Effect.map(read({ files: { out: `${line}\n`, in: "" } }, job({ total_requests: 1 })), (results) => {
    assert.lengthOf(results, 1)
    return results[0]!
  })
