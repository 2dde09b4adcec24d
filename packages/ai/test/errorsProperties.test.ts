/** What holds for every error of a call, whatever its reason: retries, waits, JSON, and what is printed. */
import { MistralLanguageModel } from "@effect-mistral/ai"
import { Endpoint, MistralClient, MistralError } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Duration, Effect, Layer, Schema, Stream } from "effect"
import { AiError, LanguageModel } from "effect/ai"
import { inspect } from "node:util"

/** The error of `generateText` over a client whose calls fail with an error. */
const whole = (error: MistralError.MistralError) =>
  LanguageModel.generateText({ prompt: secret }).pipe(Effect.flip, Effect.provide(failing(error)))

/** The error of `streamText` over such a client. */
const streamed = (error: MistralError.MistralError) =>
  Stream.runDrain(LanguageModel.streamText({ prompt: secret })).pipe(Effect.flip, Effect.provide(failing(error)))

const failing = (error: MistralError.MistralError) =>
  MistralLanguageModel.model("mistral-small-latest").pipe(
    Layer.provide(Layer.succeed(MistralClient.MistralClient, {
      request: () => Effect.fail(error),
      stream: () => Stream.fail(error),
      bytes: () => Stream.fail(error)
    }))
  )

const secret = "q7-secret"

const errorOf = (reason: MistralError.MistralErrorReason) => MistralError.make(Endpoint.chat.complete, reason)

/** Everything that a program may print of an error. */
const printed = (error: AiError.AiError) =>
  [error.message, String(error), error.stack, JSON.stringify(error), inspect(error, { depth: 9 })]
    .concat(Cause.pretty(Cause.fail(error)), inspect({ ...error.reason }, { depth: 9 }))
    .join("\n")

const codec = Schema.toCodecJson(AiError.AiError)

/** Checks what every error of a call holds. */
const check = (source: MistralError.MistralError, error: AiError.AiError) => {
  assert.strictEqual(error.isRetryable, source.isRetryable, error.reason._tag)
  assert.strictEqual(error.reason.isRetryable, source.isRetryable)
  assert.strictEqual(error.reason.cause, source)
  assert.include(error.message, source.message)
  if (error.reason._tag === "RateLimitError") assert.strictEqual(error.retryAfter, source.retryAfter)
  if (error.reason._tag !== "NetworkError" && "metadata" in error.reason) {
    const { mistral } = error.reason.metadata
    assert.strictEqual(mistral?.reason, source.reason._tag)
    assert.strictEqual(mistral?.status, source.status)
    assert.strictEqual(mistral?.requestId, source.requestId)
    assert.strictEqual(
      mistral?.retryAfterMillis,
      source.retryAfter === undefined ? undefined : Duration.toMillis(source.retryAfter)
    )
  }
  const json = JSON.parse(JSON.stringify(Schema.encodeSync(codec)(error)))
  const decoded = Schema.decodeUnknownSync(codec)(json)
  assert.strictEqual(decoded.isRetryable, source.isRetryable)
  assert.strictEqual(decoded.reason._tag, error.reason._tag)
  assert.deepStrictEqual(Schema.encodeSync(codec)(decoded), json)
}

/** The statuses that mean something of their own, some that do not, and those of errors without one. */
const statuses = [0, 200, 302, 400, 401, 402, 403, 404, 405, 408, 409, 410, 413, 414, 415, 418, 422, 423, 424, 425, 426]
  .concat(428, 429, 431, 451, 499, 500, 501, 502, 503, 504, 505, 507, 511, 520, 529, 599)

/** What servers say, in ways that say something about retries or about the account. */
const said: ReadonlyArray<{ serverMessage?: string; code?: string; type?: string; retryAfter?: Duration.Duration }> = [
  {},
  { serverMessage: "Requests rate limit exceeded", code: "1300", type: "rate_limited" },
  { serverMessage: "You exceeded your current quota" },
  { serverMessage: "You exceeded your current quota", retryAfter: Duration.seconds(20) },
  { serverMessage: "Prompt is too long for the context length", retryAfter: Duration.seconds(1) },
  { code: "insufficient_quota" },
  { code: "insufficient_balance" },
  { type: "billing_not_active" },
  { code: "content_filter" },
  { code: "3201" },
  { type: "invalid_request_error" },
  { type: "authentication_error" },
  { serverMessage: "No API key found in request" }
]

const withStatus = [
  MistralError.Authentication,
  MistralError.PermissionDenied,
  MistralError.GuardrailViolation,
  MistralError.NotFound,
  MistralError.Conflict,
  MistralError.BadRequest,
  MistralError.RateLimited,
  MistralError.CapacityExceeded,
  MistralError.ServerError,
  MistralError.ObservabilityError
] as const

describe("an error of any reason, status and sentence", () => {
  for (const Reason of withStatus) {
    it.effect(`keeps whether a retry may help, its wait and its cause: ${Reason.name}`, () =>
      Effect.gen(function*() {
        for (const status of statuses) {
          for (const words of said) {
            const source = errorOf(new Reason({ status, ...words, limits: { "x-ratelimit-limit": "5" } }))
            check(source, yield* whole(source))
          }
        }
      }))
  }

  it.effect("keeps them for errors inside streams, too", () =>
    Effect.gen(function*() {
      for (const status of statuses) {
        for (const words of said) {
          const source = errorOf(new MistralError.StreamError({ status, chunks: 3, ...words }))
          check(source, yield* streamed(source))
        }
      }
    }))

  it.effect.prop(
    "keeps them, whatever a server says and a transport reports",
    {
      status: Schema.Int,
      serverMessage: Schema.optionalKey(Schema.String),
      code: Schema.optionalKey(Schema.String),
      type: Schema.optionalKey(Schema.String),
      field: Schema.optionalKey(Schema.String),
      requestId: Schema.optionalKey(Schema.String),
      wait: Schema.UndefinedOr(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1e9 }))),
      limits: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
      guardrails: Schema.Json,
      issues: Schema.Array(MistralError.Issue),
      circuitOpen: Schema.Boolean,
      phase: Schema.Literals(["firstByte", "idle", "nextEvent", "total"]),
      kind: Schema.Literals(["contentType", "json", "schema", "tooLarge", "notStreamed"])
    },
    ({ circuitOpen, guardrails, issues, kind, phase, wait, ...response }) =>
      Effect.gen(function*() {
        const retryAfter = wait === undefined ? undefined : Duration.millis(wait)
        const description = response.serverMessage ?? ""
        const position = { chunks: response.status, requestId: response.requestId }
        for (
          const reason of [
            ...withStatus.map((Reason) => new Reason({ ...response, retryAfter })),
            new MistralError.GuardrailViolation({ ...response, retryAfter, guardrails }),
            new MistralError.Validation({ ...response, retryAfter, issues }),
            new MistralError.StreamError({ ...response, ...position, retryAfter }),
            new MistralError.InvalidRequest({ issues }),
            new MistralError.Timeout({ phase, duration: Duration.millis(wait ?? 1), ...position }),
            new MistralError.ApiKeyUnavailable({ description }),
            new MistralError.ConnectionFailed({ description, retryAfter, circuitOpen }),
            new MistralError.ConnectionLost({ description, ...position }),
            new MistralError.InvalidResponse({ kind, status: response.status, description, issues, ...position }),
            new MistralError.StreamEndedEarly({ ...position, withoutChoice: circuitOpen }),
            new MistralError.GenerationFailed({ choice: 0, serverMessage: description, ...position })
          ]
        ) {
          const source = errorOf(reason)
          check(source, yield* whole(source))
          check(source, yield* streamed(source))
        }
      })
  )
})

describe("an error that is printed, or sent as JSON", () => {
  it.effect("shows nothing of the prompt", () =>
    Effect.gen(function*() {
      for (
        const reason of [
          new MistralError.InvalidRequest({ issues: [{ path: ["temperature"], message: "Expected a number" }] }),
          new MistralError.RateLimited({ status: 429 }),
          new MistralError.ConnectionLost({ description: "reset", chunks: 1 }),
          new MistralError.InvalidResponse({
            kind: "json",
            status: 200,
            description: "text that is not JSON",
            issues: [],
            chunks: 0
          })
        ]
      ) {
        for (const error of [yield* whole(errorOf(reason)), yield* streamed(errorOf(reason))]) {
          assert.notInclude(printed(error), secret)
          assert.notInclude(JSON.stringify(Schema.encodeSync(codec)(error)), secret)
        }
      }
    }))

  it.effect("shows nothing of an output that does not fit a schema", () =>
    Effect.gen(function*() {
      const error = yield* whole(errorOf(
        new MistralError.InvalidOutput({ text: secret, issues: [{ path: ["a"], message: "Missing key" }] })
      ))
      assert.strictEqual(error.reason._tag, "InvalidResponseError")
      assert.include(error.message, "a: Missing key")
      assert.notInclude(printed(error), secret)
      assert.notInclude(JSON.stringify(Schema.encodeSync(codec)(error)), secret)
    }))
})
