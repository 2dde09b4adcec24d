import * as MistralError from "@effect-mistral/core/MistralError"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"

const response = (status: number) => ({ status, serverMessage: "It failed", requestId: "r1" })
const issues = [{ path: ["messages", 0, "role"], message: "Expected a role" }, { path: [], message: "Bad" }]

/** Every reason, whether it is retryable, and its message. */
const reasons: ReadonlyArray<
  readonly [name: string, reason: MistralError.MistralErrorReason, isRetryable: boolean, message: string]
> = [
  [
    "InvalidRequest",
    new MistralError.InvalidRequest({ issues }),
    false,
    "invalid request, nothing was sent: messages.0.role: Expected a role; Bad"
  ],
  [
    "Authentication",
    new MistralError.Authentication(response(401)),
    false,
    "401 unauthorized: It failed (request id r1). Check the API key, and that it belongs to this host."
  ],
  [
    "PermissionDenied",
    new MistralError.PermissionDenied(response(403)),
    false,
    "403 permission denied: It failed (request id r1). Check what the key's workspace and plan allow."
  ],
  [
    "GuardrailViolation",
    new MistralError.GuardrailViolation(response(403)),
    false,
    "403 guardrail violation: It failed (request id r1). See `guardrails` for the categories and scores."
  ],
  [
    "NotFound",
    new MistralError.NotFound(response(404)),
    false,
    "404 not found: It failed (request id r1). Check the base URL and the id."
  ],
  [
    "Conflict",
    new MistralError.Conflict(response(409)),
    false,
    "409 conflict: It failed (request id r1). Read the current state, then adjust the request."
  ],
  [
    "Validation",
    new MistralError.Validation({ ...response(422), field: "n", issues }),
    false,
    "422 validation failed: It failed (field n, request id r1). Correct or remove the named fields."
  ],
  [
    "BadRequest",
    new MistralError.BadRequest({ ...response(400), type: "t", code: "1500" }),
    false,
    "400 request refused: It failed (type t, code 1500, request id r1). Correct the request: a retry fails too."
  ],
  [
    "BadRequest with 302",
    new MistralError.BadRequest({ status: 302 }),
    false,
    "302 request refused. Correct the request: a retry fails too."
  ],
  [
    "BadRequest with 408",
    new MistralError.BadRequest({ status: 408 }),
    true,
    "408 request refused. Correct the request: a retry fails too."
  ],
  [
    "BadRequest with 200",
    new MistralError.BadRequest({ status: 200, serverMessage: "It failed", provider: "Mistral" }),
    false,
    "200 request refused: It failed (provider Mistral). Correct the request: a retry fails too."
  ],
  [
    "BadRequest with 425",
    new MistralError.BadRequest({ status: 425 }),
    true,
    "425 request refused. Correct the request: a retry fails too."
  ],
  [
    "RateLimited without a quota",
    new MistralError.RateLimited({ status: 429, code: "insufficient_quota", retryAfter: Duration.seconds(3) }),
    false,
    "429 rate limited (code insufficient_quota). Retry after 3s. Send less, or raise the limits."
  ],
  [
    "RateLimited",
    new MistralError.RateLimited({ status: 429, retryAfter: Duration.seconds(3) }),
    true,
    "429 rate limited. Retry after 3s. Send less, or raise the limits."
  ],
  [
    "CapacityExceeded",
    new MistralError.CapacityExceeded({ status: 503, retryAfter: Duration.zero }),
    true,
    "503 capacity exceeded. Retry after 0. Retry later, or use another model or service tier."
  ],
  [
    "ServerError",
    new MistralError.ServerError({ status: 500 }),
    true,
    "500 server error. Retry; if it persists, report the request id to Mistral."
  ],
  [
    "ObservabilityError",
    new MistralError.ObservabilityError({ status: 404, code: "JUDGE_NOT_FOUND" }),
    false,
    "404 observability error (code JUDGE_NOT_FOUND). See the code."
  ],
  [
    "ObservabilityError with 408",
    new MistralError.ObservabilityError({ status: 408 }),
    true,
    "408 observability error. See the code."
  ],
  [
    "Timeout of the first byte",
    new MistralError.Timeout({ phase: "firstByte", duration: Duration.seconds(2), chunks: 0 }),
    true,
    "timeout: no first byte within 2s. Raise timeout.firstByte if such waits are expected."
  ],
  [
    "Timeout while idle",
    new MistralError.Timeout({ phase: "idle", duration: Duration.minutes(2), chunks: 3, requestId: "r1" }),
    true,
    "timeout: no further byte within 2m (chunks 3, request id r1). Raise timeout.idle if such waits are expected."
  ],
  [
    "Timeout in total",
    new MistralError.Timeout({ phase: "total", duration: Duration.minutes(2), chunks: 0 }),
    false,
    "timeout: not finished within 2m. Raise timeout.total if such waits are expected."
  ],
  [
    "ApiKeyUnavailable",
    new MistralError.ApiKeyUnavailable({ description: "connect ECONNREFUSED 127.0.0.1:80." }),
    true,
    "no API key, nothing was sent: connect ECONNREFUSED 127.0.0.1:80. Check the effect that yields the key."
  ],
  [
    "ConnectionFailed of an open circuit",
    new MistralError.ConnectionFailed({
      description: "Circuit open",
      circuitOpen: true,
      retryAfter: Duration.seconds(30)
    }),
    false,
    "connection failed: Circuit open."
  ],
  [
    "ConnectionFailed",
    new MistralError.ConnectionFailed({ description: "ECONNREFUSED" }),
    true,
    "connection failed: ECONNREFUSED. Check the network and the base URL."
  ],
  [
    "ConnectionLost",
    new MistralError.ConnectionLost({ description: "ECONNRESET", chunks: 2, requestId: "r1" }),
    true,
    "connection lost after 2 chunks: ECONNRESET (request id r1). The response is incomplete."
  ],
  [
    "InvalidResponse",
    new MistralError.InvalidResponse({ kind: "json", status: 200, description: "d", issues: [], chunks: 0 }),
    false,
    "200 with an unusable response: d. Check the base URL, or report this."
  ],
  [
    "InvalidResponse in a stream",
    new MistralError.InvalidResponse({
      kind: "schema",
      status: 200,
      description: "d",
      issues,
      chunks: 1,
      requestId: "r1"
    }),
    false,
    "200 with an unusable response: d: messages.0.role: Expected a role; Bad (chunks before 1, request id r1). "
    + "Report this with the request id."
  ],
  [
    "InvalidResponse about a part of a response",
    new MistralError.InvalidResponse({ kind: "schema", status: 200, description: "d", issues, chunks: 0 }),
    false,
    "200 with an unusable response: d: messages.0.role: Expected a role; Bad. Report this."
  ],
  [
    "InvalidResponse that is too large",
    new MistralError.InvalidResponse({ kind: "tooLarge", status: 200, description: "d", issues: [], chunks: 1 }),
    false,
    "200 with an unusable response: d (chunks before 1). Raise maxSize in the request options."
  ],
  [
    "StreamEndedEarly",
    new MistralError.StreamEndedEarly({ chunks: 2, requestId: "r1" }),
    true,
    "stream ended early, without [DONE], after 2 chunks (request id r1). The response may be incomplete."
  ],
  [
    "StreamEndedEarly with [DONE]",
    new MistralError.StreamEndedEarly({ chunks: 0, withoutChoice: true }),
    true,
    "stream ended early, before any choice, after 0 chunks. The response may be incomplete."
  ],
  ...([
    [200, true],
    [399, true],
    [400, false],
    [408, true],
    [422, false],
    [425, true],
    [429, true],
    [
      499,
      false
    ],
    [500, true],
    [501, false],
    [505, false],
    [529, true]
  ] as const)
    .map(([status, isRetryable]) =>
      [
        `StreamError with ${status}`,
        new MistralError.StreamError({ ...response(status), chunks: 2 }),
        isRetryable,
        `${status} error inside the stream after 2 chunks: It failed (request id r1). The response is incomplete.`
      ] as const
    ),
  [
    "GenerationFailed",
    new MistralError.GenerationFailed({ choice: 1, chunks: 2, requestId: "r1" }),
    true,
    "generation failed: choice 1 ended with finish_reason \"error\" (chunks 2, request id r1). Retry."
  ],
  [
    "GenerationFailed with a sentence",
    new MistralError.GenerationFailed({ choice: 0, chunks: 0, serverMessage: "It failed" }),
    true,
    "generation failed: choice 0 ended with finish_reason \"error\": It failed. Retry."
  ],
  [
    "GenerationFailed of a response",
    new MistralError.GenerationFailed({ choice: 0, chunks: 0 }),
    true,
    "generation failed: choice 0 ended with finish_reason \"error\". Retry."
  ],
  [
    "InvalidOutput",
    new MistralError.InvalidOutput({ text: "{\"secret\"", issues, finishReason: "length" }),
    false,
    "the model's output does not fit the schema: messages.0.role: Expected a role; Bad "
    + "(finish reason length, characters 9). See `text` for the output."
  ]
]

describe("a reason", () => {
  for (const [name, reason, isRetryable, message] of reasons) {
    it(`${name} is ${isRetryable ? "" : "not "}retryable and says what happened and what to do`, () => {
      assert.strictEqual(reason.isRetryable, isRetryable)
      assert.strictEqual(errorOf(reason).isRetryable, isRetryable)
      assert.strictEqual(reason.message, message)
    })
  }

  it("of every kind is in this table", () => {
    assert.deepStrictEqual(
      [...new Set(reasons.map(([, reason]) => reason._tag))],
      MistralError.MistralErrorReason.members.map((member) => member.fields._tag.schema.literal)
    )
  })

  it("names five issues, and the number of the others", () => {
    const many = Array.from({ length: 7 }, (_, at) => ({ path: ["a", at], message: "Bad" }))
    assert.strictEqual(
      new MistralError.InvalidRequest({ issues: many }).message,
      "invalid request, nothing was sent: a.0: Bad; a.1: Bad; a.2: Bad; a.3: Bad; a.4: Bad; and 2 more"
    )
    assert.strictEqual(
      new MistralError.InvalidRequest({ issues: many.slice(0, 5) }).message,
      "invalid request, nothing was sent: a.0: Bad; a.1: Bad; a.2: Bad; a.3: Bad; a.4: Bad"
    )
  })
})

const errorOf = (reason: MistralError.MistralErrorReason) =>
  new MistralError.MistralError({ operation: "Chat.complete", method: "POST", path: "/v1/chat/completions", reason })
