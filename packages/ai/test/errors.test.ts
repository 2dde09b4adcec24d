/** Errors of Mistral, of gateways and of connections, as the `AiError` that a program catches. */
import { MistralError, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber } from "effect"
import { type AiError, LanguageModel } from "effect/ai"
import { TestClock } from "effect/testing"
import { type Config, key, modelOver, refusal, said } from "./fixtures/refusals.ts"

/** The error of `generateText` whose request gets an answer. */
const failWith = (answer: ScriptedHttpClient.Answer) =>
  LanguageModel.generateText({ prompt: "Hi" }).pipe(Effect.flip, Effect.provide(modelOver([answer])))

/** The kind of an `AuthenticationError`. */
const kindOf = ({ reason }: AiError.AiError) => reason._tag === "AuthenticationError" ? reason.kind : undefined

/** Each refusal with the reason that it becomes, the kind of an `AuthenticationError`, and whether a retry may help. */
const refusals: ReadonlyArray<
  readonly [name: string, answer: ScriptedHttpClient.Answer, reason: string, retryable: boolean]
> = [
  ["400", refusal(400, said("Invalid model: m", { code: "1500" })), "InvalidRequestError", false],
  ["401", refusal(401, { detail: "Unauthorized" }), "AuthenticationError InvalidKey", false],
  [
    "401 of the gateway without a key",
    refusal(401, { message: "No API key found in request", request_id: "r1" }),
    "AuthenticationError MissingKey",
    false
  ],
  ["401 of an old key", refusal(401, said("The API key has expired")), "AuthenticationError ExpiredKey", false],
  ["402", refusal(402, said("Payment required")), "QuotaExhaustedError", false],
  ["403", refusal(403, said("Not allowed")), "AuthenticationError InsufficientPermissions", false],
  [
    "403 of a guardrail",
    refusal(403, { error: { message: "Content blocked by guardrail", status: 403 }, guardrails: { results: {} } }),
    "ContentPolicyError",
    false
  ],
  ["404", refusal(404, { detail: "Not Found" }), "InvalidRequestError", false],
  ["408", refusal(408, said("Request timeout")), "InternalProviderError", true],
  ["409", refusal(409, said("Conflict")), "InvalidRequestError", false],
  ["413", refusal(413, said("Body too large")), "InvalidRequestError", false],
  ["418", refusal(418, said("A teapot")), "InvalidRequestError", false],
  ["422", refusal(422, { detail: [{ loc: ["body", "n"], msg: "Too many", type: "t" }] }), "InvalidRequestError", false],
  ["425", refusal(425, said("Too early")), "InternalProviderError", true],
  ["429", refusal(429, said("Requests rate limit exceeded", { code: "1300" })), "RateLimitError", true],
  ["429 without a quota", refusal(429, said("No", { code: "insufficient_quota" })), "QuotaExhaustedError", false],
  [
    "429 for what never fits",
    refusal(429, said("Too large", { code: "context_length_exceeded" })),
    "InvalidRequestError",
    false
  ],
  [
    "429 without capacity",
    refusal(429, said("Service tier capacity exceeded for this model.", { code: "3505" })),
    "InternalProviderError",
    true
  ],
  [
    "400 of a content filter",
    refusal(400, { error: { code: "content_filter", message: "Filtered" } }),
    "ContentPolicyError",
    false
  ],
  ["400 without credit", refusal(400, said("Insufficient balance")), "QuotaExhaustedError", false],
  ["500", refusal(500, said("Oops")), "InternalProviderError", true],
  ["501", refusal(501, said("Not implemented")), "InvalidRequestError", false],
  ["503", refusal(503, said("Overloaded")), "InternalProviderError", true],
  ["500 for a long prompt", refusal(500, said("exceeds the context size")), "InvalidRequestError", false],
  ["529", refusal(529, said("Overloaded")), "InternalProviderError", true],
  [
    "404 in the form of the observability API",
    refusal(404, { detail: { message: "No", error_code: "X" } }),
    "InvalidRequestError",
    false
  ],
  [
    "408 in the form of the observability API",
    refusal(408, { detail: { message: "No", error_code: "X" } }),
    "InternalProviderError",
    true
  ],
  [
    "a redirect",
    ScriptedHttpClient.text("", { status: 307, headers: { location: "https://b.test/" } }),
    "InvalidRequestError",
    false
  ],
  ["an error with status 200", refusal(200, { error: { code: 429, message: "Slow down" } }), "RateLimitError", true],
  ["a page of HTML", ScriptedHttpClient.text("<html></html>"), "InvalidResponseError", false],
  ["a response without choices", ScriptedHttpClient.json({ id: "1" }), "InvalidResponseError", false],
  ["a lost connection", ScriptedHttpClient.bytes(["{\"id\""], { ending: "fail" }), "NetworkError", true],
  ["a connection that fails", ScriptedHttpClient.connectionError(), "NetworkError", true],
  [
    "a generation that fails",
    ScriptedHttpClient.json(TestCompletion.response("", { finishReason: "error" })),
    "InternalProviderError",
    true
  ]
]

describe("the error of a call", () => {
  for (const [name, answer, reason, retryable] of refusals) {
    it.effect(`is the reason of effect/ai for ${name}`, () =>
      Effect.gen(function*() {
        const error = yield* failWith(answer)
        assert.strictEqual([error.reason._tag, kindOf(error)].filter(Boolean).join(" "), reason)
        assert.strictEqual(error.isRetryable, retryable)
        assert.isTrue(MistralError.isMistralError(error.reason.cause))
        assert.strictEqual(error.module, "MistralLanguageModel")
        assert.strictEqual(error.method, "generateText")
      }))
  }

  it.effect("quotes the server, and names operation, status, request id and what to do", () =>
    Effect.gen(function*() {
      const error = yield* failWith(
        refusal(400, said("Invalid model: m", { code: "1500" }), { "x-ratelimit-remaining-req-minute": "7" })
      )
      const { reason } = error
      assert.strictEqual(reason._tag, "InvalidRequestError")
      if (reason._tag !== "InvalidRequestError") return
      assert.strictEqual(
        reason.description,
        "Chat.complete (POST /v1/chat/completions): 400 request refused: Invalid model: m (type t, code 1500, request id r1). Correct the request: a retry fails too."
      )
      assert.strictEqual(
        error.message,
        `MistralLanguageModel.generateText: Invalid request. ${reason.description}`
      )
      assert.deepStrictEqual(reason.metadata, {
        mistral: {
          reason: "BadRequest",
          status: 400,
          requestId: "r1",
          serverMessage: "Invalid model: m",
          code: "1500",
          type: "t"
        }
      })
      assert.deepStrictEqual(reason.http, {
        response: { status: 400, headers: { "x-ratelimit-remaining-req-minute": "7" } }
      })
    }))

  it.effect("tells a key that is missing from one that has expired, and from one that is wrong", () =>
    Effect.gen(function*() {
      const kinds = yield* Effect.forEach(
        [
          "No API key found in request",
          "You didn't provide an API key.",
          "No auth credentials found",
          "Missing Authorization header",
          "API key is required",
          "The access token expired",
          "Unauthorized",
          "Incorrect API key provided",
          "Invalid token"
        ],
        (message) => Effect.map(failWith(refusal(401, { message })), kindOf)
      )
      assert.deepStrictEqual(kinds, [
        ...Array.from({ length: 5 }, () => "MissingKey" as const),
        "ExpiredKey",
        ...Array.from({ length: 3 }, () => "InvalidKey" as const)
      ])
    }))

  it.effect("names the places of a request that was not sent", () =>
    Effect.gen(function*() {
      const error = yield* LanguageModel.generateText({ prompt: "Hi" }).pipe(
        Effect.flip,
        Effect.provide(modelOver([], { temperature: 9, metadata: { at: Number.NaN } }))
      )
      const { reason } = error
      assert.strictEqual(reason._tag, "InvalidRequestError")
      if (reason._tag !== "InvalidRequestError") return
      assert.strictEqual(reason.parameter, "temperature")
      assert.include(reason.description, "nothing was sent: temperature: ")
      assert.deepStrictEqual(reason.metadata.mistral?.issues?.map(({ path }) => path), [["temperature"]])
      assert.isUndefined(reason.http)
    }))

  it.effect("has the decisions of the guardrails", () =>
    Effect.gen(function*() {
      const guardrails = { results: { moderation_llm_v2: { decisions: { violence: { score: 0.9, violated: true } } } } }
      const { reason } = yield* failWith(refusal(403, { error: { message: "Blocked", status: 403 }, guardrails }))
      assert.strictEqual(reason._tag, "ContentPolicyError")
      if (reason._tag !== "ContentPolicyError") return
      assert.deepStrictEqual(reason.metadata.mistral?.guardrails, guardrails)
      assert.include(reason.description, "Blocked")
    }))

  it.effect("quotes the server where the class of effect/ai has no description", () =>
    Effect.gen(function*() {
      const limited = yield* failWith(refusal(429, said("Slow down"), { "retry-after": "7" }))
      assert.strictEqual(
        limited.message,
        "MistralLanguageModel.generateText: Rate limit exceeded: Chat.complete (POST /v1/chat/completions): 429 rate limited: Slow down (type t, request id r1). Retry after 7s. Send less, or raise the limits."
      )
      assert.deepStrictEqual(limited.retryAfter, Duration.seconds(7))
      assert.include((yield* failWith(refusal(402, said("Add credit")))).message, "Quota exhausted: Chat.complete")
    }))

  it.effect("has the wait where the class of effect/ai has no field for it", () =>
    Effect.gen(function*() {
      const { reason } = yield* failWith(refusal(503, said("Overloaded"), { "retry-after": "7" }))
      assert.strictEqual(reason._tag, "InternalProviderError")
      if (reason._tag !== "InternalProviderError") return
      assert.strictEqual(reason.metadata.mistral?.retryAfterMillis, 7000)
    }))

  it.effect("names operation and path where the connection failed", () =>
    Effect.gen(function*() {
      const { reason } = yield* failWith(ScriptedHttpClient.connectionError(new Error(`reset ${key}`)))
      assert.strictEqual(reason._tag, "NetworkError")
      if (reason._tag !== "NetworkError") return
      assert.strictEqual(reason.method, "POST")
      assert.strictEqual(reason.url, "/v1/chat/completions")
      assert.include(reason.description, "Chat.complete (POST /v1/chat/completions): connection failed: ")
      assert.notInclude(reason.message, key)
    }))

  it.effect("is not retryable after the time for the whole call", () =>
    Effect.gen(function*() {
      const limits = (timeout: object) => ({ requestOptions: { retry: RetryPolicy.none, timeout } })
      const after = Effect.fnUntraced(function*(config: Config) {
        const layer = modelOver([ScriptedHttpClient.json({}, { delay: "1 hour" })], config)
        const fiber = yield* Effect.forkChild(
          LanguageModel.generateText({ prompt: "Hi" }).pipe(Effect.flip, Effect.provide(layer))
        )
        yield* TestClock.adjust("10 minutes")
        return yield* Fiber.join(fiber)
      })
      const total = yield* after(limits({ total: "1 minute" }))
      assert.strictEqual(total.reason._tag, "UnknownError")
      assert.isFalse(total.isRetryable)
      const firstByte = yield* after(limits({ firstByte: "1 minute" }))
      assert.strictEqual(firstByte.reason._tag, "NetworkError")
      assert.isTrue(firstByte.isRetryable)
    }))
})
