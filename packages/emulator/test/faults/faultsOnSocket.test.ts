/** The effect of each fault on a real socket: the received bytes, and the state of the connection. */
import { Emulator, Fault } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import { eventsOf, type Heard, speak } from "../server/rawSocket.ts"
import { ask, instant, settled } from "../support.ts"

const whole = ask("Tell me about fog", { max_tokens: 4 })

const streamed = { ...whole, stream: true }

describe("faults on a socket", () => {
  it.live("without one, an answer comes whole or as the stream it is", () =>
    served(Effect.gen(function*() {
      const answer = yield* speak({ body: whole }, (body) => body.endsWith("}"))
      assert.strictEqual(answer.head[0], "http/1.1 200 ok")
      assert.strictEqual(answer.ending, "open")
      const stream = yield* ends({ body: streamed })
      assert.isTrue(stream.complete)
      // The role, four tokens, the finish reason, [DONE].
      assert.strictEqual(eventsOf(stream.body).length, 7)
    })))

  it.live("a status comes with its body and Retry-After", () =>
    served(Effect.gen(function*() {
      yield* arm(Fault.status(429, { retryAfter: 7 }))
      const limited = yield* ends({ body: streamed })
      assert.strictEqual(limited.head[0], "http/1.1 429 too many requests")
      assert.include(limited.head, "retry-after: 7")
      assert.include(limited.head, "content-type: application/json")
      assert.deepInclude(JSON.parse(limited.body), { type: "rate_limited", code: "1300" })
      yield* arm(Fault.status(502, { body: "<h1>Bad Gateway</h1>", contentType: "text/html" }))
      const gateway = yield* ends({ body: whole })
      assert.strictEqual(gateway.head[0], "http/1.1 502 bad gateway")
      assert.include(gateway.head, "content-type: text/html")
      assert.strictEqual(gateway.body, "<h1>Bad Gateway</h1>")
      yield* arm(Fault.status(503, { body: { message: "later" }, retryAfter: "Wed, 21 Oct 2065 07:28:00 GMT" }))
      const later = yield* ends({ path: "/v1/models", method: "GET" })
      assert.include(later.head, "retry-after: wed, 21 oct 2065 07:28:00 gmt")
      assert.strictEqual(later.body, "{\"message\":\"later\"}")
    })))

  it.live("a delay holds everything back for as long as it says, and changes nothing", () =>
    served(Effect.gen(function*() {
      const plain = yield* ends({ body: streamed })
      yield* arm(Fault.delay("80 millis"))
      const [took, heard] = yield* Effect.timed(ends({ body: streamed }))
      assert.isAtLeast(Duration.toMillis(took), 79)
      assert.deepStrictEqual(eventsOf(heard.body), eventsOf(plain.body))
    })))

  it.live("a drip sends the same body in small pieces", () =>
    served(Effect.gen(function*() {
      const plain = yield* ends({ body: streamed })
      yield* arm(Fault.drip({ bytes: 100, pause: 0 }))
      const heard = yield* ends({ body: streamed })
      assert.deepStrictEqual(eventsOf(heard.body), eventsOf(plain.body))
      const sizes = chunkSizes(heard)
      assert.isTrue(sizes.every((size) => size <= 100))
      assert.isAbove(sizes.length, heard.bytes.length / 100)
      yield* arm(Fault.drip({ bytes: 1, pause: 0 }))
      const single = yield* ends({ path: "/v1/models/mistral-embed", method: "GET" })
      assert.isTrue(chunkSizes(single).every((size) => size === 1))
      assert.strictEqual(JSON.parse(single.body).object, "model")
    })))

  it.live("a stall leaves the connection open and silent: before the headers, after bytes, after events", () =>
    served(Effect.gen(function*() {
      const plain = eventsOf((yield* ends({ body: streamed })).body)
      yield* arm(Fault.stall())
      const silent = yield* Effect.timeoutOption(speak({ body: whole }), "60 millis")
      assert.isTrue(silent._tag === "None")
      yield* arm(Fault.stall({ afterBytes: 0 }))
      const headers = yield* speak({ body: whole }, (_, text) => text.endsWith("\r\n\r\n"))
      assert.strictEqual(headers.head[0], "http/1.1 200 ok")
      assert.deepStrictEqual(yield* headers.later, { ending: "open", text: "" })
      yield* arm(Fault.stall({ afterBytes: 10 }))
      const bytes = yield* speak({ body: streamed }, (body) => body.length >= 10)
      assert.strictEqual(bytes.body, "data: {\"id")
      assert.deepStrictEqual(yield* bytes.later, { ending: "open", text: "" })
      yield* arm(Fault.stall({ afterEvents: 2 }))
      const events = yield* speak({ body: streamed }, (body) => body.split("\n\n").length > 2)
      assert.deepStrictEqual(eventsOf(events.body).slice(0, 2), plain.slice(0, 2))
      assert.deepStrictEqual(yield* events.later, { ending: "open", text: "" })
      assert.isFalse(events.complete)
    })))

  it.live("a cut closes the connection: before the headers, after bytes, after events, or at the end", () =>
    served(Effect.gen(function*() {
      const plain = eventsOf((yield* ends({ body: streamed })).body)
      yield* arm(Fault.cut())
      assert.strictEqual((yield* ends({ body: whole })).text, "")
      yield* arm(Fault.cut({ afterBytes: 0 }))
      const headers = yield* ends({ body: whole })
      assert.strictEqual(headers.head[0], "http/1.1 200 ok")
      assert.strictEqual(headers.body, "")
      assert.isFalse(headers.complete)
      yield* arm(Fault.cut({ afterBytes: 25 }))
      const bytes = yield* ends({ body: whole })
      assert.strictEqual(bytes.bytes.length, 25)
      assert.isFalse(bytes.complete)
      yield* arm(Fault.cut({ afterEvents: 3 }))
      const events = yield* ends({ body: streamed })
      assert.deepStrictEqual(eventsOf(events.body), plain.slice(0, 3))
      assert.isFalse(events.complete)
      yield* arm(Fault.cut({ afterBytes: 1_000_000 }))
      const all = yield* ends({ body: streamed })
      assert.deepStrictEqual(eventsOf(all.body), plain)
      assert.isFalse(all.complete)
    })))

  it.live("a big body is sent up to the very byte of the cut", () =>
    served(Effect.gen(function*() {
      const content = "fog and a lighthouse, ".repeat(70)
      const many = ask("Tell me about fog", { n: 128, prediction: { type: "content", content } })
      yield* arm(Fault.cut({ afterBytes: 200_001 }))
      const heard = yield* ends({ body: many })
      assert.strictEqual(heard.bytes.length, 200_001)
    })))

  it.live("a cut inside a character leaves its first byte", () =>
    served(Effect.gen(function*() {
      for (const body of [streamed, whole]) {
        yield* arm(Fault.cutCharacter)
        const heard = yield* ends({ body })
        assert.isFalse(heard.complete)
        assert.strictEqual(heard.bytes.at(-1), 0xc3)
        assert.isTrue(heard.body.endsWith("\uFFFD"))
      }
      // An existing multi-byte character is the one that is cut.
      yield* arm(Fault.cutCharacter)
      const heard = yield* ends({
        body: { ...whole, messages: [...whole.messages, { role: "assistant", content: "日本", prefix: true }] }
      })
      assert.isTrue(heard.bytes.subarray(0, -1).toString("ascii").endsWith("\"content\":\""))
      assert.strictEqual(heard.bytes.at(-1), 0xe6)
    })))

  it.live("a stream without [DONE] lacks that and nothing else", () =>
    served(Effect.gen(function*() {
      const plain = eventsOf((yield* ends({ body: streamed })).body)
      yield* arm(Fault.missingDone)
      const heard = yield* ends({ body: streamed })
      assert.isTrue(heard.complete)
      assert.deepStrictEqual(eventsOf(heard.body), plain.filter((event) => event !== "data: [DONE]\n\n"))
    })))

  it.live("an answer without its finish reason says nothing of it", () =>
    served(Effect.gen(function*() {
      yield* arm(Fault.missingFinishReason)
      const stream = yield* ends({ body: { ...streamed, n: 2 } })
      const reasons = stream.body.match(/"finish_reason":[^,}]+/g) ?? []
      assert.isAbove(reasons.length, 2)
      assert.deepStrictEqual([...new Set(reasons)], ["\"finish_reason\":null"])
      assert.include(stream.body, "\"usage\":")
      assert.isTrue(stream.body.endsWith("data: [DONE]\n\n"))
      yield* arm(Fault.missingFinishReason)
      const answer = yield* ends({ body: whole })
      assert.deepStrictEqual(Object.keys(JSON.parse(answer.body).choices[0]), ["index", "message"])
    })))

  it.live("a garbage event stands between two good ones", () =>
    served(Effect.gen(function*() {
      const plain = eventsOf((yield* ends({ body: streamed })).body)
      yield* arm(Fault.garbageEvent({ afterEvents: 2, data: "no JSON" }))
      const heard = yield* ends({ body: streamed })
      assert.deepStrictEqual(eventsOf(heard.body), [...plain.slice(0, 2), "data: no JSON\n\n", ...plain.slice(2)])
      yield* arm(Fault.garbageEvent({ afterEvents: 1000 }))
      const late = yield* ends({ body: streamed })
      assert.deepStrictEqual(eventsOf(late.body).slice(-2), ["data: {\"id\": \"4a1\n\n", "data: [DONE]\n\n"])
    })))

  it.live("an error event ends the stream", () =>
    served(Effect.gen(function*() {
      const plain = eventsOf((yield* ends({ body: streamed })).body)
      yield* arm(Fault.errorEvent({ afterEvents: 2 }))
      const heard = eventsOf((yield* ends({ body: streamed })).body)
      assert.deepStrictEqual(heard.slice(0, 2), plain.slice(0, 2))
      assert.deepStrictEqual(JSON.parse(heard[2]?.slice("data: ".length) ?? ""), {
        object: "error",
        message: "Internal server error",
        type: "internal_server_error",
        param: null,
        code: "1000"
      })
      assert.strictEqual(heard.length, 3)
      yield* arm(Fault.errorEvent({ afterEvents: 0, named: true, error: { message: "overloaded" } }))
      const named = yield* ends({ body: streamed })
      assert.strictEqual(named.body, "event: error\ndata: {\"message\":\"overloaded\"}\n\n")
      assert.isTrue(named.complete)
    })))

  it.live("a wrong content type is the only thing wrong", () =>
    served(Effect.gen(function*() {
      const plain = eventsOf((yield* ends({ body: streamed })).body)
      yield* arm(Fault.contentType())
      const heard = yield* ends({ body: streamed })
      assert.deepStrictEqual(heard.head.filter((line) => line.startsWith("content-type")), ["content-type: text/html"])
      assert.deepStrictEqual(eventsOf(heard.body), plain)
      yield* arm(Fault.contentType("text/plain"))
      const answer = yield* ends({ body: whole })
      assert.include(answer.head, "content-type: text/plain")
      assert.strictEqual(JSON.parse(answer.body).object, "chat.completion")
    })))

  it.live("an emulator that is closed ends the connections that were left open", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(Emulator.layer(instant), scope)
      const ending = yield* Effect.gen(function*() {
        for (
          const fault of [Fault.stall(), Fault.stall({ afterEvents: 1 }), Fault.keepOpen, Fault.endless()]
        ) yield* arm(fault)
        const speaking = yield* Effect.forEach([1, 2, 3, 4], () => Effect.forkChild(speak({ body: streamed })))
        const { active } = yield* Emulator.Emulator
        yield* active.pipe(Effect.repeat({ until: (count) => count === 4, schedule: Schedule.spaced("5 millis") }))
        yield* Scope.close(scope, Exit.void)
        return yield* Effect.forEach(speaking, (one) => Effect.map(Fiber.join(one), ({ ending }) => ending))
      }).pipe(Effect.provideContext(context), Effect.scoped)
      assert.isTrue(ending.every((how) => how === "end" || how === "reset"), ending.join(" "))
    }).pipe(Effect.timeout("5 seconds")))

  it.live("an emulator that is closed while it refuses does not come back", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(Emulator.layer(instant), scope)
      yield* Effect.gen(function*() {
        yield* arm(Fault.refuse("20 millis"))
        assert.strictEqual((yield* speak({ body: whole })).ending, "reset")
        yield* Scope.close(scope, Exit.void)
        yield* Effect.sleep("60 millis")
        assert.strictEqual((yield* speak({ body: whole })).ending, "refused")
      }).pipe(Effect.provideContext(context), Effect.scoped)
    }).pipe(Effect.timeout("5 seconds")))

  it.live("a reset ends the connection without a byte", () =>
    served(Effect.gen(function*() {
      yield* arm(Fault.reset)
      const heard = yield* speak({ body: streamed })
      assert.deepStrictEqual([heard.ending, heard.text], ["reset", ""])
    })))

  it.live("a refusal resets the connection, and nobody listens until it is over", () =>
    served(Effect.gen(function*() {
      yield* arm(Fault.refuse("500 millis"))
      assert.strictEqual((yield* speak({ body: whole })).ending, "reset")
      assert.strictEqual((yield* speak({ body: whole })).ending, "refused")
      const back = yield* speak({ body: whole }, (body) => body.endsWith("}")).pipe(
        Effect.repeat({ until: ({ ending }) => ending !== "refused", schedule: Schedule.spaced("10 millis") })
      )
      assert.strictEqual(back.head[0], "http/1.1 200 ok")
    })))

  it.live("an endless body goes on: a stream with its last text, another with spaces", () =>
    served(Effect.gen(function*() {
      const plain = eventsOf((yield* ends({ body: streamed })).body)
      yield* arm(Fault.endless({ pause: 0 }))
      const stream = yield* speak({ body: streamed }, (body) => body.split("\n\n").length > 100)
      const last = plain.at(-3) ?? ""
      assert.deepStrictEqual(eventsOf(stream.body).slice(0, 5), plain.slice(0, 5))
      assert.deepStrictEqual(eventsOf(stream.body).slice(5, 100), Array.from({ length: 95 }, () => last))
      yield* arm(Fault.endless({ pause: 0 }))
      const answer = yield* speak({ body: whole }, (body) => body.length > 100_000)
      assert.strictEqual(JSON.parse(answer.body).object, "chat.completion")
      assert.isFalse(answer.complete)
    })))

  it.live("a giant event has exactly the size asked for", () =>
    served(Effect.gen(function*() {
      const plain = eventsOf((yield* ends({ body: streamed })).body)
      for (const size of [1_000, 5_000_000]) {
        yield* arm(Fault.giantEvent(size, { afterEvents: 2 }))
        const heard = eventsOf((yield* ends({ body: streamed })).body)
        const giant = heard[2] ?? ""
        // The ten digits of the time are replaced by one.
        assert.strictEqual(giant.length + 9, size)
        const { content } = JSON.parse(giant.slice("data: ".length)).choices[0].delta
        // A regular expression may exceed the stack with a text of this length.
        assert.isAbove(content.length, 0)
        assert.isTrue(content === "a".repeat(content.length))
        assert.deepStrictEqual([...heard.slice(0, 2), ...heard.slice(3)], plain)
      }
    })))

  it.live("a connection can stay open after [DONE]", () =>
    served(Effect.gen(function*() {
      yield* arm(Fault.keepOpen)
      const heard = yield* speak({ body: streamed }, (body) => body.endsWith("data: [DONE]\n\n"))
      assert.deepStrictEqual(yield* heard.later, { ending: "open", text: "" })
      assert.isFalse(heard.complete)
    })))
})

/** Runs a test against an emulator. Afterwards no request is in progress, and the emulator still responds. */
const served = <A, E>(test: Effect.Effect<A, E, Emulator.Emulator | Scope.Scope>) =>
  Effect.gen(function*() {
    const { faults } = yield* Emulator.Emulator
    yield* Effect.scoped(test)
    yield* settled
    assert.deepStrictEqual(yield* faults.armed, [])
    const after = yield* Effect.scoped(ends({ path: "/v1/models", method: "GET" }))
    assert.strictEqual(after.head[0], "http/1.1 200 ok")
  }).pipe(Effect.provide(Emulator.layer(instant)), Effect.timeout("10 seconds"))

const arm = (fault: Fault.Fault) => Effect.flatMap(Emulator.Emulator, ({ faults }) => faults.next(fault))

type Request = Parameters<typeof speak>[0]

/** Reads until the server closes the connection, which the request asks for. */
const ends = (request: Request) =>
  Effect.map(speak({ ...request, headers: { connection: "close" } }), (heard) => {
    assert.strictEqual(heard.ending, "end")
    return heard
  })

const chunkSizes = ({ text }: Heard): ReadonlyArray<number> =>
  [...text.slice(text.indexOf("\r\n\r\n")).matchAll(/\r\n([0-9a-f]+)\r\n/g)]
    .map(([, size]) => Number.parseInt(size ?? "", 16))
    .filter((size) => size > 0)
