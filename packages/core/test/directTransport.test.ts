/**
 * A transport that is called back: the request it is given, the events it reports, its cancellation, and when the
 * client bypasses it.
 */
import { DirectTransport, MistralClient, RetryPolicy } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Context, Deferred, Effect, Exit, Fiber, Layer, Redacted, Stream } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { complete, stream } from "./fixtures/completions.ts"
import { join } from "./fixtures/promptly.ts"

describe("a direct transport", () => {
  it.effect("is told the services of who asks", () =>
    Effect.gen(function*() {
      class Tenant extends Context.Service<Tenant, string>()("Tenant") {}
      const { send } = transport((_, receiver) =>
        receiver.onResponse(
          answer(200, completion(Context.getOrUndefined(receiver.context, Tenant) ?? "none"))
        )
      )
      const call = complete(request).pipe(Effect.provide(services(send)))
      assert.strictEqual((yield* Effect.provideService(call, Tenant, "a")).id, "a")
      assert.strictEqual((yield* call).id, "none")
    }))

  it.effect("is given the whole request, its headers in lower case, those of the call last but for the body's own", () =>
    Effect.gen(function*() {
      const { requests, send } = transport((_, receiver) => receiver.onResponse(answer(200, whole)))
      yield* complete(request, {
        headers: { "X-Tenant": "t", "User-Agent": "mine", "Content-Type": "text/plain" }
      }).pipe(Effect.provide(services(send)))
      assert.deepStrictEqual(requests, [{
        method: "POST",
        url: "https://api.mistral.ai/v1/chat/completions",
        headers: {
          accept: "application/json",
          "user-agent": "mine",
          authorization: "Bearer secret",
          "x-tenant": "t",
          "content-type": "application/json"
        },
        body: JSON.stringify({ ...request, stream: false })
      }])
    }))

  it.effect("may answer at once or later, and is not given up once its answer was read to its end", () =>
    Effect.gen(function*() {
      for (const later of [false, true]) {
        const { cancelled, send } = transport((_, receiver) => {
          const respond = () => receiver.onResponse(answer(200, whole))
          if (later) void Promise.resolve().then(respond)
          else respond()
        })
        const response = yield* complete(request).pipe(Effect.provide(services(send)))
        assert.strictEqual(response.id, "1")
        assert.deepStrictEqual(cancelled(), 0)
      }
    }))

  it.effect("that refuses is read and given up, and the key is in nothing", () =>
    Effect.gen(function*() {
      const { cancelled, send } = transport((_, receiver) =>
        receiver.onResponse(
          answer(401, `{"message":"no such key: secret"}`, "hang", {
            "mistral-correlation-id": "a, secret",
            "retry-after": undefined
          })
        )
      )
      const refused = yield* Effect.forkChild(Effect.flip(complete(request)).pipe(Effect.provide(services(send))))
      yield* TestClock.adjust("2 seconds")
      const error = yield* join(refused)
      assert.strictEqual(error.reason._tag, "Authentication")
      assert.strictEqual(error.requestId, "a, <redacted>")
      assert.include(error.message, "no such key: <redacted>")
      assert.notInclude(JSON.stringify(error), "secret")
      assert.strictEqual(cancelled(), 1)
    }))

  it.effect("that fails is a failed connection, without the key", () =>
    Effect.gen(function*() {
      const { send } = transport((_, receiver) => receiver.onError(new Error("cannot send Bearer secret")))
      const error = yield* Effect.flip(complete(request)).pipe(Effect.provide(services(send)))
      assert.isTrue(
        error.reason._tag === "ConnectionFailed" && error.reason.description === "cannot send Bearer <redacted>"
      )
    }))

  it.effect("that throws, which it is not to do, is a defect and no failure of the connection", () =>
    Effect.gen(function*() {
      const { send } = transport(() => {
        throw new Error("broken")
      })
      const exit = yield* Effect.exit(complete(request)).pipe(Effect.provide(services(send)))
      assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause) && !Cause.hasFails(exit.cause))
      assert.include(String(exit), "broken")
    }))

  it.effect("is given up where the first byte is too late, and what it tells then is nobody's", () =>
    Effect.gen(function*() {
      const receivers: Array<DirectTransport.Receiver> = []
      yield* isTooLate((_, receiver) => void receivers.push(receiver))
      receivers[0]?.onResponse(answer(200, whole))
      receivers[0]?.onError(new Error("late"))
    }))

  it.effect("is given up where the head came and the first byte is too late", () =>
    isTooLate((_, receiver) => receiver.onResponse(answer(200, "", "hang"))))

  it.effect("that throws when it is given up changes nothing", () =>
    Effect.gen(function*() {
      const send: Send = () => () => {
        throw new Error("cannot let go")
      }
      const calling = yield* Effect.forkChild(
        Effect.exit(complete(request, { timeout: { firstByte: "1 second" } })).pipe(
          Effect.provide(services(send))
        ),
        { startImmediately: true }
      )
      yield* TestClock.adjust("1 second")
      const exit = yield* join(calling)
      assert.isTrue(Exit.isFailure(exit) && exit.cause.reasons.length === 1 && Cause.hasFails(exit.cause))
    }))

  it.effect("is given up by who stops reading, and by an interruption", () =>
    Effect.gen(function*() {
      const { cancelled, send } = transport((_, receiver) =>
        receiver.onResponse(answer(200, `data: ${chunk}\n\n`, "hang", eventStream))
      )
      yield* Stream.runDrain(Stream.take(stream(request), 1)).pipe(Effect.provide(services(send)))
      assert.strictEqual(cancelled(), 1)
      const reading = yield* Effect.forkChild(
        Stream.runDrain(stream(request)).pipe(Effect.provide(services(send))),
        { startImmediately: true }
      )
      yield* Fiber.interrupt(reading)
      assert.strictEqual(cancelled(), 2)
    }))

  it.effect("is not asked before a key that is waited for, nor after the call was over meanwhile", () =>
    Effect.gen(function*() {
      for (const end of ["key", "timeout", "interruption"] as const) {
        const key = yield* Deferred.make<Redacted.Redacted<string>>()
        const { requests, send } = transport((_, receiver) => receiver.onResponse(answer(200, whole)))
        const calling = yield* Effect.forkChild(
          Effect.exit(complete(request, { timeout: { firstByte: "1 second" } })).pipe(
            // A key that cannot be interrupted arrives although nothing waits for it any more.
            Effect.provide(services(send, { apiKey: Effect.uninterruptible(Deferred.await(key)) }))
          ),
          { startImmediately: true }
        )
        assert.lengthOf(requests, 0)
        if (end === "timeout") yield* TestClock.adjust("1 second")
        if (end === "interruption") yield* Fiber.interrupt(calling)
        yield* Deferred.succeed(key, Redacted.make("late"))
        yield* Effect.yieldNow
        if (end !== "interruption") yield* join(calling)
        assert.deepStrictEqual(
          requests.map(({ headers }) => headers["authorization"]),
          end === "key" ? ["Bearer late"] : []
        )
      }
    }))

  it.effect("that answers at once is given up by who stops reading, also where its key was waited for", () =>
    Effect.gen(function*() {
      const { cancelled, send } = transport((_, receiver) =>
        receiver.onResponse(answer(200, `data: ${chunk}\n\n`, "hang", eventStream))
      )
      const apiKey = Effect.as(Effect.yieldNow, Redacted.make("late"))
      yield* Stream.runDrain(Stream.take(stream(request), 1)).pipe(Effect.provide(services(send, { apiKey })))
      assert.strictEqual(cancelled(), 1)
    }))

  it.effect("is passed over where the client was changed, or is to trace", () =>
    Effect.gen(function*() {
      const { requests, send } = transport((_, receiver) => receiver.onResponse(answer(200, whole)))
      const changed = Layer.effect(
        HttpClient.HttpClient,
        Effect.map(HttpClient.HttpClient, HttpClient.mapRequest((request) => request))
      ).pipe(Layer.provide(httpLayer(send)))
      for (
        const live of [
          MistralClient.layer({}).pipe(Layer.provide(changed)),
          services(send, { transformClient: (client) => client }),
          // Not by Effect's functions: a copy, and an object that inherits.
          ...[
            Object.assign(HttpClient.make(() => Effect.never), http(send)),
            Object.create(http(send)) as HttpClient.HttpClient
          ]
            .map((client) => MistralClient.layer({}).pipe(Layer.provide(Layer.succeed(HttpClient.HttpClient, client)))),
          services(send, { propagateTrace: true })
        ]
      ) {
        const response = yield* complete(request).pipe(Effect.provide(live))
        assert.strictEqual(response.id, "by fiber")
      }
      assert.lengthOf(requests, 0)
    }))
})

const request = { model: "m", messages: [{ role: "user" as const, content: "Hi" }] }

const completion = (id: string) =>
  JSON.stringify({ id, model: "m", choices: [{ index: 0, message: { role: "assistant", content: "Hi" } }] })

const whole = completion("1")

const chunk = JSON.stringify({
  id: "1",
  model: "m",
  choices: [{ index: 0, delta: { content: "a" }, finish_reason: null }]
})

const eventStream = { "content-type": "text/event-stream" }

/** A response whose body is one read, and then ends or not. */
const answer = (
  status: number,
  text: string,
  ending: "end" | "hang" = "end",
  headers: Readonly<Record<string, string | undefined>> = { "content-type": "application/json" }
): DirectTransport.Response => {
  const reads = text === "" ? [] : [new TextEncoder().encode(text)]
  return {
    status,
    header: (name) => headers[name],
    headers: () => headers,
    body: {
      read: ({ onBytes, onEnd }) => {
        const next = reads.shift()
        if (next !== undefined) onBytes([next])
        else if (ending === "end") onEnd()
        return () => {}
      }
    }
  }
}

type Send = DirectTransport.DirectTransport["send"]

type Respond = (...args: Parameters<Send>) => void

/** A transport that records its requests, and how often they were cancelled. */
const transport = (respond: Respond) => {
  const requests: Array<DirectTransport.Request> = []
  let cancellations = 0
  const send: Send = (request, receiver) => {
    requests.push(request)
    respond(request, receiver)
    return () => void cancellations++
  }
  return { requests, send, cancelled: () => cancellations }
}

/** A call whose first byte does not come in time ends with a timeout, and its request is cancelled once. */
const isTooLate = (respond: Respond) =>
  Effect.gen(function*() {
    const { cancelled, send } = transport(respond)
    const calling = yield* Effect.forkChild(
      Effect.flip(complete(request, { timeout: { firstByte: "1 second" } })).pipe(Effect.provide(services(send))),
      { startImmediately: true }
    )
    yield* TestClock.adjust("1 second")
    const error = yield* join(calling)
    assert.isTrue(error.reason._tag === "Timeout" && error.reason.phase === "firstByte")
    assert.strictEqual(cancelled(), 1)
  })

const http = (send: Send) =>
  DirectTransport.offer(
    HttpClient.make((request) =>
      Effect.succeed(HttpClientResponse.fromWeb(request, new Response(completion("by fiber"))))
    ),
    { send }
  )

const httpLayer = (send: Send) => Layer.succeed(HttpClient.HttpClient, http(send))

const services = (send: Send, options?: MistralClient.Options) =>
  MistralClient.layer({ apiKey: Redacted.make("secret"), retry: RetryPolicy.none, ...options }).pipe(
    Layer.provide(httpLayer(send))
  )
