/** How the project's own client reports each fault, over a socket and in memory alike. */
import * as Agents from "@effect-mistral/agents/Agents"
import * as Chat from "@effect-mistral/chat/Chat"
import * as MistralClient from "@effect-mistral/core/MistralClient"
import type { MistralError } from "@effect-mistral/core/MistralError"
import * as RetryPolicy from "@effect-mistral/core/RetryPolicy"
import { Emulator, Fault } from "@effect-mistral/emulator"
import * as Fim from "@effect-mistral/fim/Fim"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { ask, instant, settled } from "../support.ts"

/**
 * A reason, the text that it must contain, and the number of chunks before it; or the number of all chunks if nothing
 * fails.
 */
type Outcome = readonly [reason: MistralError["reason"]["_tag"], text: string, chunks?: number] | number

/**
 * The outcomes of a stream of eight chunks and of a whole completion. A fault for streams never applies to a whole
 * completion.
 */
const table: ReadonlyArray<
  readonly [name: string, fault: Fault.Fault, streamed: Outcome, whole: Outcome | "unfit"]
> = [
  ["a 503", Fault.status(503, { retryAfter: 3 }), ["CapacityExceeded", "503 capacity exceeded"], [
    "CapacityExceeded",
    "503 capacity exceeded"
  ]],
  ["a 429", Fault.status(429, { retryAfter: 3 }), ["RateLimited", "Rate limit exceeded"], [
    "RateLimited",
    "Rate limit exceeded"
  ]],
  ["a gateway's page", Fault.status(502, { body: "<h1>no</h1>", contentType: "text/html" }), ["ServerError", "502"], [
    "ServerError",
    "502"
  ]],
  ["a delay", Fault.delay("10 millis"), 8, 1],
  ["a drip", Fault.drip({ bytes: 7, pause: 0 }), 8, 1],
  ["a stall before the headers", Fault.stall(), ["Timeout", "no first byte within 200ms"], [
    "Timeout",
    "no first byte within 200ms"
  ]],
  ["a stall after the headers", Fault.stall({ afterBytes: 0 }), ["Timeout", "no first byte within 200ms"], [
    "Timeout",
    "no first byte within 200ms"
  ]],
  ["a stall after bytes", Fault.stall({ afterBytes: 10 }), ["Timeout", "no further byte within 400ms", 0], [
    "Timeout",
    "no further byte within 400ms"
  ]],
  [
    "a stall after events",
    Fault.stall({ afterEvents: 2 }),
    ["Timeout", "no further byte within 400ms", 2],
    "unfit"
  ],
  ["a cut before the headers", Fault.cut(), ["ConnectionFailed", "other side closed (UND_ERR_SOCKET)"], [
    "ConnectionFailed",
    "other side closed (UND_ERR_SOCKET)"
  ]],
  [
    "a cut after the headers",
    Fault.cut({ afterBytes: 0 }),
    ["ConnectionLost", "terminated: other side closed (UND_ERR_SOCKET)", 0],
    ["ConnectionLost", "terminated: other side closed (UND_ERR_SOCKET)"]
  ],
  [
    "a cut after bytes",
    Fault.cut({ afterBytes: 10 }),
    ["ConnectionLost", "terminated: other side closed (UND_ERR_SOCKET)", 0],
    ["ConnectionLost", "terminated: other side closed (UND_ERR_SOCKET)"]
  ],
  [
    "a cut after events",
    Fault.cut({ afterEvents: 2 }),
    ["ConnectionLost", "terminated: other side closed", 2],
    "unfit"
  ],
  ["a cut inside a character", Fault.cutCharacter, ["ConnectionLost", "terminated: other side closed", 1], [
    "ConnectionLost",
    "terminated: other side closed"
  ]],
  ["no [DONE]", Fault.missingDone, ["StreamEndedEarly", "without [DONE]", 8], "unfit"],
  ["no finish reason", Fault.missingFinishReason, 8, 1],
  ["a garbage event", Fault.garbageEvent({ afterEvents: 2 }), ["InvalidResponse", "not JSON", 2], "unfit"],
  ["an error event", Fault.errorEvent({ afterEvents: 2 }), ["StreamError", "Internal server error", 2], "unfit"],
  [
    "a named error event",
    Fault.errorEvent({ named: true, error: { message: "overloaded" } }),
    ["StreamError", "overloaded", 1],
    "unfit"
  ],
  ["another content type", Fault.contentType(), 8, 1],
  ["a reset", Fault.reset, ["ConnectionFailed", "read ECONNRESET"], ["ConnectionFailed", "read ECONNRESET"]],
  ["a refusal", Fault.refuse("1 milli"), ["ConnectionFailed", "read ECONNRESET"], [
    "ConnectionFailed",
    "read ECONNRESET"
  ]],
  ["an endless body", Fault.endless({ pause: "5 millis" }), ["Timeout", "not finished within 400ms"], [
    "Timeout",
    "not finished within 400ms"
  ]],
  ["a giant event", Fault.giantEvent(300_000), 9, "unfit"],
  [
    "an event beyond all limits",
    Fault.giantEvent(70_000_000),
    ["InvalidResponse", "an event of more than", 1],
    "unfit"
  ],
  ["a connection that stays open", Fault.keepOpen, 8, "unfit"]
]

const overSocket = Layer.provideMerge(FetchHttpClient.layer, Emulator.layer(instant))

const inMemory = Emulator.layerMemory(instant)

for (const [where, emulator] of [["over a socket", overSocket], ["in memory", inMemory]] as const) {
  describe(`faults ${where}`, () => {
    for (const [name, fault, streamed, whole] of table) {
      it.live(`${name}: a stream`, () =>
        test(emulator, fault, streamed, (count) => Stream.runForEach(Chat.stream(request), () => Effect.sync(count))))
      if (whole === "unfit") {
        it.live(`${name}: waits for a stream while whole answers pass`, () =>
          Effect.gen(function*() {
            const { faults, requests } = yield* Emulator.Emulator
            yield* faults.next(fault)
            const response = yield* Chat.complete(request)
            assert.strictEqual(response.choices[0]?.finish_reason, "length")
            assert.deepStrictEqual(yield* faults.armed, [{ fault, times: 1 }])
            assert.isUndefined((yield* requests)[0]?.fault)
          }).pipe(Effect.provide(client(emulator))))
      } else {
        it.live(`${name}: a whole answer`, () =>
          test(emulator, fault, whole, (count) =>
            Effect.map(Chat.complete(request), (response) => {
              assert.isAbove(response.usage?.total_tokens ?? 0, 0)
              count()
            })))
      }
    }

    it.live("agents and fill-in-the-middle have them too, and a retry gets past them", () =>
      Effect.gen(function*() {
        const { faults, requests } = yield* Emulator.Emulator
        yield* faults.next(Fault.cut(), { times: 2 })
        const { messages } = ask("Hi")
        const agents = yield* Effect.flip(Agents.complete({ agent_id: "ag_emulator", messages }))
        assert.strictEqual(agents.reason._tag, "ConnectionFailed")
        const fim = yield* Effect.flip(Fim.complete({ model: "codestral-latest", prompt: "def f(" }))
        assert.strictEqual(fim.reason._tag, "ConnectionFailed")
        yield* faults.next(Fault.status(503, { retryAfter: 0 }), { times: 2 })
        yield* Chat.complete(ask("Hi"), { retry: RetryPolicy.make() })
        assert.deepStrictEqual(
          (yield* requests).map(({ fault }) => fault?.type),
          ["cut", "cut", "status", "status", undefined]
        )
      }).pipe(Effect.provide(client(emulator))))
  })
}

const request = ask("Tell me about fog", { max_tokens: 6 })

/** Services, and the emulator that they call. */
const client = <E>(
  emulator: Layer.Layer<Emulator.Emulator | HttpClient.HttpClient, E>,
  timeout: MistralClient.Options["timeout"] = {}
) =>
  Layer.mergeAll(Chat.layer, Agents.layer, Fim.layer).pipe(
    Layer.provide(Layer.unwrap(Effect.map(Emulator.Emulator, ({ apiKey, url }) =>
      MistralClient.layer({
        apiKey,
        baseUrl: url,
        retry: RetryPolicy.none,
        timeout
      })))),
    Layer.provideMerge(emulator)
  )

/** Arms a fault, makes a call, and checks its outcome. Afterwards no request is in progress and no fault is armed. */
const test = <E>(
  emulator: Layer.Layer<Emulator.Emulator | HttpClient.HttpClient, E>,
  fault: Fault.Fault,
  expected: Outcome,
  call: (count: () => void) => Effect.Effect<void, MistralError, Chat.Chat>
) =>
  Effect.gen(function*() {
    const { faults, requests } = yield* Emulator.Emulator
    yield* faults.next(fault)
    let chunks = 0
    const made = call(() => {
      chunks += 1
    })
    if (typeof expected === "number") {
      yield* made
      assert.strictEqual(chunks, expected)
    } else {
      const [reason, text, before] = expected
      const error = yield* Effect.flip(made)
      assert.strictEqual(error.reason._tag, reason)
      assert.include(error.message, text)
      if (before !== undefined) assert.strictEqual(chunks, before)
      assert.notInclude(error.message, "emulator-key")
    }
    assert.deepStrictEqual((yield* requests)[0]?.fault, fault)
    assert.deepStrictEqual(yield* faults.armed, [])
    yield* settled
    yield* Effect.retry(Chat.complete(request), { schedule: Schedule.spaced("5 millis"), times: 100 })
  }).pipe(Effect.provide(client(emulator, limits(expected))), Effect.timeout("15 seconds"))

/** Only the time limit that is expected to expire is short. */
const limits = (expected: Outcome): MistralClient.Options["timeout"] => {
  if (typeof expected === "number" || expected[0] !== "Timeout") return {}
  if (expected[1].startsWith("no first")) return { firstByte: "200 millis" }
  return expected[1].startsWith("no further") ? { idle: "400 millis" } : { total: "400 millis" }
}
