/** Errors of Mistral, of gateways and of connections, as the `AiError` that a program catches. */
import { MistralLanguageModel } from "@effect-mistral/ai"
import { Endpoint, MistralClient, MistralError, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, ExecutionPlan, Fiber, Layer, Redacted, Schedule, Stream } from "effect"
import { type AiError, LanguageModel, Model } from "effect/ai"
import { TestClock } from "effect/testing"

const key = "sk-3kFh28skdFJ2ks0"

type Config = NonNullable<Parameters<typeof MistralLanguageModel.model>[1]>

const modelOver = (script: Parameters<typeof ScriptedHttpClient.layer>[0], config?: Config, name = "mistral-small") =>
  MistralLanguageModel.model(name, { requestOptions: { retry: RetryPolicy.none }, ...config }).pipe(
    Layer.provide(MistralClient.layer({ apiKey: Redacted.make(key) })),
    Layer.provideMerge(ScriptedHttpClient.layer(script))
  )

/** The error of `generateText` whose request gets an answer. */
const failWith = (answer: ScriptedHttpClient.Answer) =>
  LanguageModel.generateText({ prompt: "Hi" }).pipe(Effect.flip, Effect.provide(modelOver([answer])))

const refusal = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  ScriptedHttpClient.json(body, { status, headers: { "mistral-correlation-id": "r1", ...headers } })

/** The kind of an `AuthenticationError`. */
const kindOf = ({ reason }: AiError.AiError) => reason._tag === "AuthenticationError" ? reason.kind : undefined

const said = (message: string, more: object = {}) => ({ object: "error", message, type: "t", param: null, ...more })

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

describe("the error of a stream", () => {
  const chunks = TestCompletion.chunks("One two")

  /** The parts of a stream that fails, and its error. */
  const streamed = Effect.fnUntraced(function*(answer: ScriptedHttpClient.Answer) {
    const parts: Array<string> = []
    const error = yield* LanguageModel.streamText({ prompt: "Hi" }).pipe(
      Stream.runForEach((part) =>
        Effect.sync(() => parts.push(part.type === "text-delta" ? `text-delta ${part.delta}` : part.type))
      ),
      Effect.flip,
      Effect.provide(modelOver([answer]))
    )
    assert.strictEqual(error.method, "streamText")
    return { parts: parts.filter((part) => part !== "response-metadata"), error }
  })

  const text = ["text-start", "text-delta One", "text-delta  two", "text-end"]

  for (
    const [name, last, reason, retryable] of [
      ["without a status", { error: { message: "It broke" } }, "InternalProviderError", true],
      ["with status 400", { choices: [], error: { code: 400, message: "It broke" } }, "InvalidRequestError", false],
      ["with status 401", { error: { code: 401, message: "It broke" } }, "AuthenticationError", false],
      ["with status 403", { error: { code: 403, message: "It broke" } }, "AuthenticationError", false],
      ["with status 429", { error: { code: 429, message: "It broke" } }, "RateLimitError", true],
      ["with status 503", { object: "error", code: 503, message: "It broke" }, "InternalProviderError", true]
    ] as const
  ) {
    it.effect(`leaves the parts that are out, and ends the text: ${name}`, () =>
      Effect.gen(function*() {
        const { error, parts } = yield* streamed(ScriptedHttpClient.sse([...chunks.slice(0, -1), last]))
        assert.deepStrictEqual(parts, text)
        assert.strictEqual(error.reason._tag, reason)
        assert.strictEqual(error.isRetryable, retryable)
        assert.include(error.message, "after 3 chunks: It broke")
      }))
  }

  it.effect("fails a stream that ends without [DONE], or whose connection is lost", () =>
    Effect.gen(function*() {
      for (
        const options of [{ done: false }, { done: false, ending: "fail" }] as const
      ) {
        const { error, parts } = yield* streamed(ScriptedHttpClient.sse(chunks.slice(0, -1), options))
        assert.deepStrictEqual(parts, text)
        assert.strictEqual(error.reason._tag, "NetworkError")
        assert.isTrue(error.isRetryable)
      }
    }))

  it.effect("fails a stream that is refused as a whole response would be", () =>
    Effect.gen(function*() {
      const { error, parts } = yield* streamed(refusal(429, said("Slow down"), { "retry-after": "3" }))
      assert.deepStrictEqual(parts, [])
      assert.strictEqual(error.reason._tag, "RateLimitError")
      assert.deepStrictEqual(error.retryAfter, Duration.seconds(3))
    }))

  it.effect("fails a stream whose generation fails", () =>
    Effect.gen(function*() {
      const { error, parts } = yield* streamed(
        ScriptedHttpClient.sse(TestCompletion.chunks("One two", { finishReason: "error" }))
      )
      assert.deepStrictEqual(parts, text)
      assert.strictEqual(error.reason._tag, "InternalProviderError")
      assert.isTrue(error.isRetryable)
    }))
})

describe("a program that handles errors", () => {
  it.effect("catches one reason", () =>
    Effect.gen(function*() {
      const wait = yield* LanguageModel.generateText({ prompt: "Hi" }).pipe(
        Effect.catchReason("AiError", "RateLimitError", (reason) => Effect.succeed(reason.retryAfter)),
        Effect.provide(modelOver([refusal(429, said("Slow down"), { "retry-after": "3" })]))
      )
      assert.deepStrictEqual(wait, Duration.seconds(3))
    }))

  it.effect("retries what is retryable, and nothing else", () =>
    Effect.gen(function*() {
      const asked = (...answers: ReadonlyArray<ScriptedHttpClient.Answer>) =>
        Effect.gen(function*() {
          const exit = yield* LanguageModel.generateText({ prompt: "Hi" }).pipe(
            Effect.retry({ while: (error) => error.isRetryable, schedule: Schedule.recurs(5) }),
            Effect.exit
          )
          const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
          return [exit._tag, (yield* requests).length]
        }).pipe(Effect.provide(modelOver(answers)))
      const good = ScriptedHttpClient.json(TestCompletion.response("Hello"))
      assert.deepStrictEqual(
        yield* asked(refusal(503, said("Overloaded")), ScriptedHttpClient.connectionError(), good),
        ["Success", 3]
      )
      assert.deepStrictEqual(yield* asked(refusal(503, said("")), refusal(400, said("")), good), ["Failure", 2])
    }))

  /** The number of chunks that came before a stream failed. A plan that repeats it repeats their text. */
  const chunksBefore = ({ reason: { cause } }: AiError.AiError) => MistralError.isMistralError(cause) ? cause.chunks : 0

  /** A plan that tries a large model twice, then a small one, as long as nothing of a response has come. */
  const plan = (() => {
    const model = (name: string, attempts: number) => ({
      provide: MistralLanguageModel.model(name, { requestOptions: { retry: RetryPolicy.none } }),
      attempts,
      while: (error: AiError.AiError) => error.isRetryable && chunksBefore(error) === 0
    })
    return ExecutionPlan.make(model("mistral-large", 2), model("mistral-small", 1))
  })()

  /** What a program over such answers gives, and the models that it asked. */
  const asked = <A, R>(
    program: Effect.Effect<A, AiError.AiError, R>,
    ...answers: ReadonlyArray<ScriptedHttpClient.Answer>
  ) =>
    Effect.gen(function*() {
      const result = yield* Effect.catchTag(program, "AiError", ({ reason }) => Effect.succeed(reason._tag))
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      return [result, (yield* requests).map(({ body }) => Reflect.get(Object(body), "model"))]
    }).pipe(
      Effect.provide(MistralClient.layer({}).pipe(Layer.provideMerge(ScriptedHttpClient.layer(answers))))
    )

  it.effect("goes on with a small model where a large one fails", () =>
    Effect.gen(function*() {
      const program = LanguageModel.generateText({ prompt: "Hi" }).pipe(
        Effect.flatMap(({ text }) => Effect.map(Model.ModelName, (name) => `${name}: ${text}`)),
        Effect.withExecutionPlan(plan)
      )
      const good = ScriptedHttpClient.json(TestCompletion.response("Hello"))
      assert.deepStrictEqual(yield* asked(program, refusal(503, said("")), refusal(429, said("")), good), [
        "mistral-small: Hello",
        ["mistral-large", "mistral-large", "mistral-small"]
      ])
      assert.deepStrictEqual(yield* asked(program, refusal(503, said("")), refusal(401, said("")), good), [
        "AuthenticationError",
        ["mistral-large", "mistral-large"]
      ])
    }))

  it.effect("goes on with the stream of a small model, unless parts of the large one have come", () =>
    Effect.gen(function*() {
      const program = LanguageModel.streamText({ prompt: "Hi" }).pipe(
        Stream.withExecutionPlan(plan),
        Stream.runFold(() => "", (text, part) => part.type === "text-delta" ? text + part.delta : text)
      )
      const good = ScriptedHttpClient.sse(TestCompletion.chunks("Hello"))
      const cut = ScriptedHttpClient.sse(TestCompletion.chunks("Hel").slice(0, -1), { done: false })
      assert.deepStrictEqual(yield* asked(program, refusal(503, said("")), refusal(529, said("")), good), [
        "Hello",
        ["mistral-large", "mistral-large", "mistral-small"]
      ])
      assert.deepStrictEqual(yield* asked(program, cut, good), ["NetworkError", ["mistral-large"]])
    }))

  it.effect("knows an open circuit, which is not retryable", () =>
    Effect.gen(function*() {
      const error = yield* LanguageModel.generateText({ prompt: "Hi" }).pipe(
        Effect.flip,
        Effect.provide(
          MistralLanguageModel.model("mistral-small").pipe(
            Layer.provide(
              Layer.mock(MistralClient.MistralClient)({
                request: () =>
                  Effect.fail(MistralError.make(
                    Endpoint.chat.complete,
                    new MistralError.ConnectionFailed({
                      description: "the circuit is open",
                      circuitOpen: true,
                      retryAfter: Duration.seconds(2)
                    })
                  ))
              })
            )
          )
        )
      )
      assert.strictEqual(error.reason._tag, "UnknownError")
      assert.isFalse(error.isRetryable)
      assert.include(error.message, "the circuit is open")
      if (error.reason._tag === "UnknownError") {
        assert.strictEqual(error.reason.metadata.mistral?.retryAfterMillis, 2000)
      }
    }))

  it.effect("says why no key could be had", () =>
    Effect.gen(function*() {
      const error = yield* LanguageModel.generateText({ prompt: "Hi" }).pipe(
        Effect.flip,
        Effect.provide(modelOver([], {
          requestOptions: { retry: RetryPolicy.none, apiKey: Effect.fail(new Error("the vault is sealed")) }
        }))
      )
      assert.strictEqual(error.reason._tag, "NetworkError")
      assert.isTrue(error.isRetryable)
      assert.include(error.message, "the vault is sealed")
    }))
})
