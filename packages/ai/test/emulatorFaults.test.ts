/**
 * A model whose server fails in every way in which a server or a network does: the error has the right reason, no finish comes,
 * and no handler runs. An execution plan goes on with another model, but not after the first part.
 */
import { MistralLanguageModel } from "@effect-mistral/ai"
import { MistralError, RetryPolicy } from "@effect-mistral/core"
import { Emulator, Fault } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Duration, Effect, ExecutionPlan, Ref, Schedule, Schema, Stream } from "effect"
import { type AiError, Chat, LanguageModel, Model, Tool, Toolkit } from "effect/ai"
import { emulatedClient, emulatedModel, outline, sentMessages } from "./fixtures/emulatedModel.ts"

const toolkit = Toolkit.make(
  Tool.make("pay", { parameters: Schema.Struct({ amount: Schema.Int }), success: Schema.String })
)

/** The handler, and how often it ran. */
const counted = () => {
  const ran: Array<number> = []
  return {
    ran,
    handlers: toolkit.toLayer({ pay: ({ amount }) => Effect.sync(() => `paid ${ran.push(amount)}`) })
  }
}

const script = [
  { when: { text: "Pay" }, answer: { text: "I pay it now.", tool_calls: [{ name: "pay", arguments: { amount: 3 } }] } },
  { when: { text: "Say hello" }, answer: { text: "Hello, this is a text of some words." } }
]

const paying = { prompt: "Pay it", toolkit }

/** The parts of a stream that must fail, and its error. */
const failedStream = <A extends { readonly type: string }, E, R>(stream: Stream.Stream<A, E, R>) =>
  Effect.gen(function*() {
    const parts: Array<A> = []
    const error = yield* Effect.flip(Effect.flatMap(
      Stream.runForEach(stream, (part) => Effect.sync(() => parts.push(part))),
      () => Effect.die(new Error(`the stream ended well after ${parts.map(({ type }) => type).join(", ")}`))
    ))
    return { error, parts, types: parts.map(({ type }) => type) }
  })

const armed = (fault: Fault.Fault, times = 1) =>
  Effect.flatMap(Emulator.Emulator, ({ faults }) => Effect.orDie(faults.next(fault, { times })))

type Tag = AiError.AiErrorReason["_tag"]

/** What must be true of the error of each fault. */
interface Expected {
  readonly reason: Tag
  readonly isRetryable: boolean
  readonly check?: (error: AiError.AiError) => void
}

const retryable = (reason: Tag, check?: Expected["check"]): Expected => ({
  reason,
  isRetryable: true,
  ...(check === undefined ? undefined : { check })
})
const permanent = (reason: Tag, check?: Expected["check"]): Expected => ({
  ...retryable(reason, check),
  isRetryable: false
})

const statusOf = (error: AiError.AiError) =>
  "metadata" in error.reason ? error.reason.metadata["mistral"] as { readonly status?: number } : undefined

const statuses: ReadonlyArray<readonly [fault: Fault.Fault, expected: Expected]> = [
  [
    Fault.status(429, { retryAfter: 3 }),
    retryable("RateLimitError", ({ reason }) => {
      assert.strictEqual(reason._tag === "RateLimitError" && Duration.toMillis(reason.retryAfter ?? 0), 3000)
    })
  ],
  [Fault.status(503), retryable("InternalProviderError")],
  [Fault.status(500), retryable("InternalProviderError")],
  [Fault.status(502), retryable("InternalProviderError")],
  [Fault.status(408), retryable("InternalProviderError")],
  [Fault.status(400), permanent("InvalidRequestError")],
  [
    Fault.status(401),
    permanent("AuthenticationError", ({ reason }) => {
      assert.strictEqual(reason._tag === "AuthenticationError" && reason.kind, "InvalidKey")
    })
  ],
  [Fault.status(402), permanent("QuotaExhaustedError")],
  [
    Fault.status(403),
    permanent("AuthenticationError", ({ reason }) => {
      assert.strictEqual(reason._tag === "AuthenticationError" && reason.kind, "InsufficientPermissions")
    })
  ],
  [Fault.status(404), permanent("InvalidRequestError")],
  [Fault.status(422), permanent("InvalidRequestError")]
]

const common = (error: AiError.AiError, expected: Expected, method: string) => {
  assert.deepStrictEqual(
    [error.reason._tag, error.isRetryable, error.module, error.method],
    [expected.reason, expected.isRetryable, "MistralLanguageModel", method]
  )
  // The MistralError is the cause, and says the same of retries.
  const { cause } = error.reason as { readonly cause?: unknown }
  assert.isTrue(cause instanceof MistralError.MistralError)
  assert.strictEqual(cause instanceof MistralError.MistralError && cause.isRetryable, expected.isRetryable)
  assert.notMatch(JSON.stringify(error) + error.message + Cause.pretty(Cause.fail(error)), /emulator-key|Pay it/)
  expected.check?.(error)
}

describe("an error status", () => {
  for (const [fault, expected] of statuses) {
    const status = fault.type === "status" ? fault.status : 0
    it.effect(`${status} is ${expected.reason}, whole and streamed, and runs no handler`, () => {
      const { handlers, ran } = counted()
      return Effect.gen(function*() {
        yield* armed(fault, 2)
        const whole = yield* Effect.flip(LanguageModel.generateText(paying))
        common(whole, expected, "generateText")
        const { error, parts } = yield* failedStream(LanguageModel.streamText(paying))
        common(error, expected, "streamText")
        assert.deepStrictEqual(parts, [])
        assert.deepStrictEqual([statusOf(whole)?.status, statusOf(error)?.status], [status, status])
        assert.deepStrictEqual(ran, [])
      }).pipe(Effect.provide(handlers), Effect.provide(emulatedModel(script)))
    })
  }

  it.live("is retried by the client, by its own policy, and the handler runs once", () => {
    const { handlers, ran } = counted()
    return Effect.gen(function*() {
      yield* armed(Fault.status(503), 2)
      const { toolResults } = yield* LanguageModel.generateText(paying)
      assert.deepStrictEqual(toolResults.map(({ result }) => result), ["paid 1"])
      yield* armed(Fault.status(503), 2)
      const parts = yield* Stream.runCollect(LanguageModel.streamText(paying))
      assert.deepStrictEqual(parts.flatMap((part) => part.type === "tool-result" ? [part.result] : []), ["paid 2"])
      assert.deepStrictEqual(ran, [3, 3])
    }).pipe(
      Effect.provide(handlers),
      Effect.provide(emulatedModel(script, {
        requestOptions: {
          retry: RetryPolicy.make({ schedule: Schedule.spaced("1 millis").pipe(Schedule.upTo({ times: 2 })) })
        }
      }))
    )
  })
})

describe("a stream that breaks", () => {
  const breaks: ReadonlyArray<readonly [name: string, fault: Fault.Fault, expected: Expected]> = [
    ["is cut after some events", Fault.cut({ afterEvents: 4 }), retryable("NetworkError")],
    ["is cut within its bytes", Fault.cut({ afterBytes: 700 }), retryable("NetworkError")],
    ["ends without [DONE]", Fault.missingDone, retryable("NetworkError")],
    ["has an event that is not JSON", Fault.garbageEvent({ afterEvents: 3 }), permanent("InvalidResponseError")],
    ["has an error event", Fault.errorEvent({ afterEvents: 3 }), retryable("InternalProviderError")],
    ["has a named error event", Fault.errorEvent({ afterEvents: 3, named: true }), retryable("InternalProviderError")]
  ]
  for (const [name, fault, expected] of breaks) {
    it.effect(`${name}: ${expected.reason}, closed blocks, no finish and no handler`, () => {
      const { handlers, ran } = counted()
      return Effect.gen(function*() {
        yield* armed(fault)
        const { error, types } = yield* failedStream(LanguageModel.streamText(paying))
        common(error, expected, "streamText")
        const count = (type: string) => types.filter((one) => one === type).length
        assert.strictEqual(count("text-start"), 1)
        assert.strictEqual(count("text-end"), 1)
        assert.strictEqual(count("finish"), 0)
        assert.strictEqual(count("tool-result"), 0)
        assert.deepStrictEqual(ran, [])
      }).pipe(Effect.provide(handlers), Effect.provide(emulatedModel(script)))
    })

    // With a toolkit, Effect holds a finish back until the handlers are done, and drops it where the stream fails.
    it.effect(`${name}: no finish without a toolkit either`, () =>
      Effect.gen(function*() {
        yield* armed(fault)
        const { error, types } = yield* failedStream(LanguageModel.streamText({ prompt: "Say hello" }))
        common(error, expected, "streamText")
        assert.deepStrictEqual(types.filter((type, at) => type !== types[at - 1]), [
          "response-metadata",
          "text-start",
          "text-delta",
          "text-end"
        ])
      }).pipe(Effect.provide(emulatedModel(script))))

    it.effect(`${name}: the chat goes on afterwards`, () => {
      const { handlers } = counted()
      return Effect.gen(function*() {
        const chat = yield* Chat.empty
        yield* armed(fault)
        yield* failedStream(chat.streamText(paying))
        const { text } = yield* chat.generateText({ prompt: "Say hello", toolkit })
        assert.strictEqual(text, "Hello, this is a text of some words.")
        const lines = outline((yield* sentMessages).at(-1) ?? [])
        assert.deepStrictEqual([lines[0], lines.at(-1)], ["user | Pay it", "user | Say hello"])
      }).pipe(Effect.provide(handlers), Effect.provide(emulatedModel(script)))
    })
  }

  it.effect("without a finish reason has an unknown one, and its calls are not carried out", () => {
    const { handlers, ran } = counted()
    return Effect.gen(function*() {
      yield* armed(Fault.missingFinishReason, 2)
      const parts = yield* Stream.runCollect(LanguageModel.streamText(paying))
      const finish = parts.at(-1)
      assert.isTrue(finish?.type === "finish" && finish.reason === "unknown")
      const whole = yield* LanguageModel.generateText(paying)
      assert.strictEqual(whole.finishReason, "unknown")
      assert.deepStrictEqual(ran, [])
    }).pipe(Effect.provide(handlers), Effect.provide(emulatedModel(script)))
  })

  it.effect("that says it was cut off runs no handler", () => {
    const { handlers, ran } = counted()
    return Effect.gen(function*() {
      const parts = yield* Stream.runCollect(LanguageModel.streamText(paying))
      const finish = parts.at(-1)
      assert.isTrue(finish?.type === "finish" && finish.reason === "length")
      const whole = yield* LanguageModel.generateText(paying)
      assert.strictEqual(whole.finishReason, "length")
      assert.deepStrictEqual(ran, [])
    }).pipe(
      Effect.provide(handlers),
      Effect.provide(emulatedModel([{
        answer: { tool_calls: [{ name: "pay", arguments: "{\"amount\": 3" }], finish_reason: "length" }
      }]))
    )
  })
})

describe("a whole response that breaks", () => {
  const breaks: ReadonlyArray<readonly [name: string, fault: Fault.Fault, expected: Expected]> = [
    ["is cut within its bytes", Fault.cut({ afterBytes: 40 }), retryable("NetworkError")],
    ["never comes", Fault.reset, retryable("NetworkError")],
    ["is a page of HTML", Fault.status(200, { body: "<html></html>", contentType: "text/html" }), {
      ...permanent("InvalidResponseError")
    }],
    ["is an object of another kind", Fault.status(200, { body: { hello: "world" } }), permanent("InvalidResponseError")]
  ]
  for (const [name, fault, expected] of breaks) {
    it.effect(`${name}: ${expected.reason}`, () => {
      const { handlers, ran } = counted()
      return Effect.gen(function*() {
        yield* armed(fault)
        common(yield* Effect.flip(LanguageModel.generateText(paying)), expected, "generateText")
        assert.deepStrictEqual(ran, [])
      }).pipe(Effect.provide(handlers), Effect.provide(emulatedModel(script)))
    })
  }

  it.live("comes too late: NetworkError", () =>
    Effect.gen(function*() {
      yield* armed(Fault.stall(), 2)
      common(yield* Effect.flip(LanguageModel.generateText(paying)), retryable("NetworkError"), "generateText")
      const { error, types } = yield* failedStream(LanguageModel.streamText(paying))
      common(error, retryable("NetworkError"), "streamText")
      assert.deepStrictEqual(types, [])
    }).pipe(
      Effect.provide(counted().handlers),
      Effect.provide(emulatedModel(script, { requestOptions: { timeout: { firstByte: "100 millis" } } }))
    ))
})

describe("an execution plan", () => {
  /** A large model and a small one over the same client. */
  const plan = ExecutionPlan.make(
    {
      provide: MistralLanguageModel.model("mistral-large-latest"),
      attempts: 2,
      while: (error: AiError.AiError) => error.isRetryable
    },
    { provide: MistralLanguageModel.model("mistral-small-latest") }
  )

  /** Without `attempts`: Effect repeats a step of a stream also after its first part. */
  const streamPlan = ExecutionPlan.make(
    { provide: MistralLanguageModel.model("mistral-large-latest") },
    { provide: MistralLanguageModel.model("mistral-small-latest") }
  )

  const text = { when: { text: "Say hello" }, answer: { text: "Hello, this is a text of some words." } }

  const models = Effect.flatMap(
    Emulator.Emulator,
    ({ requests }) =>
      // The cast is safe: the emulator refuses a request without a model.
      Effect.map(requests, (all) => all.map(({ body }) => (body as { readonly model: string }).model))
  )

  it.effect("falls back to a smaller model where the large one is overloaded", () =>
    Effect.gen(function*() {
      const named = Effect.gen(function*() {
        const { text } = yield* LanguageModel.generateText({ prompt: "Say hello" })
        return [yield* Model.ProviderName, yield* Model.ModelName, text]
      })
      assert.deepStrictEqual(yield* Effect.withExecutionPlan(named, plan), [
        "mistral",
        "mistral-small-latest",
        "Hello, this is a text of some words."
      ])
      assert.deepStrictEqual(yield* models, ["mistral-large-latest", "mistral-large-latest", "mistral-small-latest"])
    }).pipe(Effect.provide(emulatedClient([
      { when: { model: "mistral-large-latest" }, answer: { error: { status: 503 } } },
      text
    ]))))

  it.effect("falls back in a stream that has not begun", () =>
    Effect.gen(function*() {
      const parts = yield* LanguageModel.streamText({ prompt: "Say hello" }).pipe(
        Stream.withExecutionPlan(streamPlan, { preventFallbackOnPartialStream: true }),
        Stream.runCollect
      )
      assert.strictEqual(
        parts.map((part) => part.type === "text-delta" ? part.delta : "").join(""),
        "Hello, this is a text of some words."
      )
      assert.strictEqual(parts.filter(({ type }) => type === "response-metadata").length, 1)
      assert.deepStrictEqual(yield* models, ["mistral-large-latest", "mistral-small-latest"])
    }).pipe(Effect.provide(emulatedClient([
      { when: { model: "mistral-large-latest" }, answer: { error: { status: 503 } } },
      text
    ]))))

  it.effect("does not fall back after the first part of a stream", () =>
    Effect.gen(function*() {
      yield* armed(Fault.cut({ afterEvents: 3 }))
      const { error, types } = yield* failedStream(
        LanguageModel.streamText({ prompt: "Say hello" }).pipe(
          Stream.withExecutionPlan(streamPlan, { preventFallbackOnPartialStream: true })
        )
      )
      assert.strictEqual(error.reason._tag, "NetworkError")
      assert.include(types, "text-delta")
      assert.notInclude(types, "finish")
      assert.deepStrictEqual(yield* models, ["mistral-large-latest"])
    }).pipe(Effect.provide(emulatedClient([text]))))

  it.effect("does not try again what the server refuses for good", () =>
    Effect.gen(function*() {
      const { text } = yield* Effect.withExecutionPlan(LanguageModel.generateText({ prompt: "Say hello" }), plan)
      assert.strictEqual(text, "Hello, this is a text of some words.")
      assert.deepStrictEqual(yield* models, ["mistral-large-latest", "mistral-small-latest"])
    }).pipe(Effect.provide(emulatedClient([
      { when: { model: "mistral-large-latest" }, answer: { error: { status: 401 } } },
      text
    ]))))

  it.effect("goes on with the conversation of the other model", () => {
    const { handlers } = counted()
    return Effect.gen(function*() {
      const chat = yield* Chat.empty
      const first = yield* Effect.withExecutionPlan(chat.generateText(paying), plan)
      assert.deepStrictEqual(first.toolResults.map(({ result }) => result), ["paid 1"])
      const second = yield* Effect.withExecutionPlan(chat.generateText({ prompt: [], toolkit }), plan)
      assert.strictEqual(second.text, "It is paid.")
      assert.strictEqual((yield* Ref.get(chat.history)).content.length, 4)
      assert.deepStrictEqual(yield* models, [
        "mistral-large-latest",
        "mistral-large-latest",
        "mistral-large-latest",
        "mistral-small-latest"
      ])
    }).pipe(
      Effect.provide(handlers),
      Effect.provide(emulatedClient([
        { when: { model: "mistral-large-latest", text: "paid 1" }, answer: { error: { status: 503 } } },
        { when: { text: "paid 1" }, answer: { text: "It is paid." } },
        ...script
      ]))
    )
  })
})

describe("a client with a key that the server does not know", () => {
  it.effect("fails as AuthenticationError, whole and streamed", () =>
    Effect.gen(function*() {
      for (
        const call of [
          Effect.asVoid(LanguageModel.generateText(plain)),
          Stream.runDrain(LanguageModel.streamText(plain))
        ]
      ) {
        const error = yield* Effect.flip(call)
        assert.strictEqual(error.reason._tag === "AuthenticationError" && error.reason.kind, "InvalidKey")
      }
    }).pipe(Effect.provide(emulatedModel(script, { requestOptions: { headers: { authorization: "Bearer wrong" } } }))))

  const plain = { prompt: "Say hello" }
})
