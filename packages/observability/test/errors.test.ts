import type { MistralError } from "@effect-mistral/core"
import { ErrorCode } from "@effect-mistral/observability"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { inspect } from "node:util"
import { operations } from "./fixtures/operations.ts"
import type { Operation } from "./fixtures/operations/operation.ts"
import { apiKey, failure, requests, scripted } from "./fixtures/services.ts"

describe("a failure", () => {
  for (const [name, operation] of Object.entries(operations)) {
    for (const [shape, { response, code, reason, repeats }] of Object.entries(shapes())) {
      it.effect(`of ${name} by ${shape} is ${reason}, coded ${code}, repeated ${repeats}`, () =>
        Effect.gen(function*() {
          const error = yield* settled(operation)
          assert.strictEqual(error.reason._tag, reason)
          assert.strictEqual(ErrorCode.of(error), code)
          assert.strictEqual(error.isRetryable, repeats !== "never")
          assert.strictEqual(error.operation, operation.endpoint.name)
          const { retryable } = operation.endpoint
          const again = repeats === "always" ||
            (repeats === "where nothing is created" && retryable !== "ifRejected") ||
            (repeats === "where nothing is created or paid" && retryable === "always")
          assert.strictEqual((yield* requests).length, again ? 5 : 1)
          for (const text of [error.message, String(error), JSON.stringify(error), inspect(error, { depth: 9 })]) {
            for (const hidden of [apiKey, "in-the-body-only", "assistant_message", "codestral-2508"]) {
              assert.notInclude(text, hidden)
            }
          }
        }).pipe(Effect.provide(scripted(() => response))))
    }
  }

  it("of a model's judgement is one of three operations", () => {
    const paid = Object.values(operations).filter(({ endpoint }) => endpoint.retryable === "beforeFirstByte").map((
      { endpoint }
    ) => endpoint.name)
    assert.deepStrictEqual([...new Set(paid)].sort(), [
      "ChatCompletionEvents.judge",
      "DatasetRecords.judge",
      "Judges.judgeConversation"
    ])
  })

  it.effect("says what the server says of it", () =>
    Effect.gen(function*() {
      const error = yield* failure(operations["Judges.fetch"]!.run())
      assert.strictEqual(
        error.message,
        "Judges.fetch (GET /v1/observability/judges/{judge_id}): 404 observability error: Judge not found "
          + "(code JUDGE_NOT_FOUND). See the code."
      )
    }).pipe(Effect.provide(scripted([
      ScriptedHttpClient.json({ detail: { message: "Judge not found", error_code: "JUDGE_NOT_FOUND" } }, {
        status: 404
      })
    ]))))

  it.effect("of the fields names them, where the server does", () =>
    Effect.gen(function*() {
      const { reason } = yield* failure(operations["Judges.create"]!.run())
      assert.deepStrictEqual(reason._tag === "Validation" && reason.issues.map(({ path }) => path), [["output", "max"]])
    }).pipe(Effect.provide(scripted([validation]))))

  const creating = Object.values(operations).filter(({ endpoint }) => endpoint.retryable === "ifRejected")

  it("is never repeated where something is created: that is these", () => {
    assert.deepStrictEqual(creating.map(({ endpoint }) => endpoint.name), [
      "Judges.create",
      "Campaigns.create",
      "Datasets.create",
      "Datasets.createRecord",
      "Datasets.importFromCampaign",
      "Datasets.importFromExplorer",
      "Datasets.importFromFile",
      "Datasets.importFromPlayground",
      "Datasets.importFromDataset"
    ])
  })
})

interface Shape {
  readonly response: ScriptedHttpClient.Answer
  readonly reason: MistralError.MistralErrorReason["_tag"]
  readonly code: string | undefined
  /** "always": the server certainly did not act on the request. */
  readonly repeats: "never" | "always" | "where nothing is created" | "where nothing is created or paid"
}

// A function declaration, because it is called above.
function shapes(): Readonly<Record<string, Shape>> {
  const detail = (status: number, error_code: string | null): ScriptedHttpClient.Answer =>
    ScriptedHttpClient.json({
      detail: { message: `No good for ${apiKey}`, error_code, more: "in-the-body-only" },
      more: "in-the-body-only"
    }, { status })
  const observability = (status: number, code: string | null): Shape => ({
    response: detail(status, code),
    reason: "ObservabilityError",
    code: code ?? undefined,
    repeats: "never"
  })
  const later: Pick<Shape, "repeats"> = { repeats: "where nothing is created" }
  return {
    "a 400": observability(400, "SEARCH_BAD_REQUEST"),
    "a 404": observability(404, "JUDGE_NOT_FOUND"),
    "a 408": { ...observability(408, "DATABASE_TIMEOUT"), ...later },
    "a 409": observability(409, "JUDGE_NAME_ALREADY_EXISTS"),
    "a 422": observability(422, "VALIDATION_ERROR"),
    "a code that is not known": observability(404, "A_NEW_CODE"),
    "a code that is null": observability(400, null),
    "a 422 with a list": { response: validation, reason: "Validation", code: undefined, repeats: "never" },
    "a 401": { ...observability(401, "AUTH_UNAUTHORIZED"), reason: "Authentication" },
    "a 403": { ...observability(403, "AUTH_FORBIDDEN"), reason: "PermissionDenied" },
    "a 429": { ...observability(429, "UNKNOWN_ERROR"), reason: "RateLimited", repeats: "always" },
    "a 503": { ...observability(503, "DATABASE_UNAVAILABLE"), reason: "ServerError", ...later },
    "an HTML page": {
      response: ScriptedHttpClient.text("<html><title>Bad Gateway</title>in-the-body-only</html>", {
        status: 502,
        headers: { "content-type": "text/html" }
      }),
      reason: "ServerError",
      code: undefined,
      ...later
    },
    "a connection that fails": {
      response: ScriptedHttpClient.connectionError(new Error(`refused to ${apiKey}`)),
      reason: "ConnectionFailed",
      code: undefined,
      ...later
    },
    "an answer that is cut": {
      response: ScriptedHttpClient.bytes([`{"in-the-body-only":`], { ending: "fail" }),
      reason: "ConnectionLost",
      code: undefined,
      repeats: "where nothing is created or paid"
    }
  }
}

const validation = ScriptedHttpClient.json({
  detail: [{ type: "less_than", loc: ["body", "output", "max"], msg: "Too much", input: "in-the-body-only" }]
}, { status: 422 })

/** Runs an operation that must fail, and lets the time of its retries pass. */
const settled = Effect.fnUntraced(function*({ run }: Operation) {
  const fiber = yield* Effect.forkChild(failure(run()))
  yield* TestClock.adjust("2 minutes")
  return yield* Fiber.join(fiber)
})
