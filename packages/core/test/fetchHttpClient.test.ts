/**
 * The client over `fetch`: it sends what Effect's own client sends, and maps every outcome of `fetch`.
 */
import { Endpoint, FetchHttpClient, MistralClient, RetryPolicy } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Redacted, Stream } from "effect"
import { FetchHttpClient as EffectFetchHttpClient, type HttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import { complete, stream } from "./fixtures/completions.ts"
import { failure } from "./fixtures/scriptedServer.ts"

describe("FetchHttpClient", () => {
  it.effect("sends what Effect's own client sends", () =>
    Effect.gen(function*() {
      for (
        const init of [
          undefined,
          { credentials: "include" as const, method: "PUT", body: "other" },
          { headers: { "X-Mode": "a", "User-Agent": "init" } },
          { headers: new Headers([["x-mode", "b"], ["accept", "text/html"]]) }
        ]
      ) {
        const sent = yield* Effect.forEach([FetchHttpClient.layer, EffectFetchHttpClient.layer], (client) =>
          Effect.gen(function*() {
            const { calls, fetch } = recorder(() =>
              Response.json(completion)
            )
            const http = client.pipe(Layer.provide(given(fetch, init)))
            yield* complete(request).pipe(Effect.provide(services(http)))
            // A request without a body. The response is not a list of models.
            yield* failure(
              MistralClient.MistralClient.use((client) => client.request(Endpoint.listModels, undefined))
            ).pipe(
              Effect.provide(MistralClient.layer({}).pipe(Layer.provide(http)))
            )
            return calls.map(describeRequest)
          }))
        assert.deepStrictEqual(sent[0]?.map(({ body }) => typeof body), ["string", "undefined"])
        assert.deepStrictEqual(sent[0], sent[1])
      }
    }))

  it.effect("gives fetch the URL as a string, and JSON as a string", () =>
    Effect.gen(function*() {
      const { calls, fetch } = recorder(() => Response.json(completion))
      yield* complete(request).pipe(Effect.provide(over(fetch)))
      assert.strictEqual(calls[0]?.input, "https://api.mistral.ai/v1/chat/completions")
      assert.deepStrictEqual(calls[0]?.init?.body, JSON.stringify({ ...request, stream: false }))
    }))

  it.effect("takes what is provided where the call is made before what the layer was made with", () =>
    Effect.gen(function*() {
      const ofLayer = recorder(() => Response.json(completion))
      const ofCall = recorder(() => Response.json({ ...completion, id: "of the call" }))
      const answer = yield* complete(request).pipe(
        Effect.provide(given(ofCall.fetch, { cache: "reload" })),
        Effect.provide(
          services(FetchHttpClient.layer.pipe(Layer.provide(given(ofLayer.fetch, { cache: "no-store" }))))
        )
      )
      assert.strictEqual(answer.id, "of the call")
      assert.lengthOf(ofLayer.calls, 0)
      assert.strictEqual(ofCall.calls[0]?.init?.cache, "reload")
    }))

  it.effect("is asked by Effect's own means where something was laid over it", () =>
    Effect.gen(function*() {
      const { calls, fetch } = recorder(() => Response.json(completion))
      yield* complete(request).pipe(Effect.provide(over(fetch, { transformClient: (client) => client })))
      assert.instanceOf(calls[0]?.input, URL)
    }))

  it.effect("streams, and leaves a body that was read to its end alone", () =>
    Effect.gen(function*() {
      const body = pushed("data: ", JSON.stringify(chunk), "\n\n", "data: [DONE]\n\n")
      const { calls, fetch } = recorder(() => new Response(body.stream, { headers: eventStream }))
      const chunks = yield* Stream.runCollect(stream(request)).pipe(Effect.provide(over(fetch)))
      assert.deepStrictEqual(chunks, [chunk])
      yield* Effect.yieldNow
      assert.isFalse(calls[0]?.init?.signal?.aborted)
      assert.isFalse(body.canceled())
    }))

  it.effect("says what a refusal says, with the headers of the answer and without the key", () =>
    Effect.gen(function*() {
      const { fetch } = recorder(() =>
        Response.json({ message: "slowly, secret" }, {
          status: 429,
          headers: { "Retry-After": "3", "Mistral-Correlation-Id": "id of secret", "x-ratelimit-limit-req-minute": "6" }
        })
      )
      const error = yield* failure(complete(request)).pipe(Effect.provide(over(fetch)))
      assert.isTrue(
        error.reason._tag === "RateLimited" && error.reason.limits?.["x-ratelimit-limit-req-minute"] === "6"
      )
      assert.strictEqual(error.requestId, "id of <redacted>")
      assert.include(error.message, "slowly, <redacted>")
    }))

  for (
    const [what, fetch] of Object.entries<typeof globalThis.fetch>({
      "rejects": () => Promise.reject(new Error("cannot send secret")),
      "throws": () => {
        throw new Error("cannot send secret")
      }
    })
  ) {
    it.effect(`a fetch that ${what} is a failed connection, without the key`, () =>
      Effect.gen(function*() {
        const { reason } = yield* failure(complete(request)).pipe(Effect.provide(over(fetch)))
        assert.isTrue(reason._tag === "ConnectionFailed" && reason.description === "cannot send <redacted>")
      }))
  }

  it.effect("an answer without a body is an empty one", () =>
    Effect.gen(function*() {
      const { fetch } = recorder(() => new Response(null, { headers: eventStream }))
      const { reason } = yield* failure(Stream.runDrain(stream(request))).pipe(Effect.provide(over(fetch)))
      assert.strictEqual(reason._tag, "StreamEndedEarly")
    }))

  it.effect("a body that breaks is a lost connection, after the chunks before it", () =>
    Effect.gen(function*() {
      const body = pushed(`data: ${JSON.stringify(chunk)}\n\n`, new Error("reset by secret"))
      const { fetch } = recorder(() => new Response(body.stream, { headers: eventStream }))
      const { reason } = yield* failure(Stream.runDrain(stream(request))).pipe(Effect.provide(over(fetch)))
      assert.isTrue(
        reason._tag === "ConnectionLost" && reason.chunks === 1 && reason.description === "reset by <redacted>"
      )
    }))

  it.effect("a request that is given up is aborted, and an answer that comes all the same is let go", () =>
    Effect.gen(function*() {
      for (const end of ["timeout", "interruption"] as const) {
        const body = pushed("late")
        let answerLate = () => {}
        const late = new Promise<Response>((resolve) => answerLate = () => resolve(new Response(body.stream)))
        const { calls, fetch } = recorder(() => late)
        const calling = yield* Effect.forkChild(
          Effect.exit(complete(request, { timeout: { firstByte: "1 second" } })).pipe(
            Effect.provide(over(fetch))
          ),
          { startImmediately: true }
        )
        const signal = calls[0]?.init?.signal
        assert.isFalse(signal?.aborted)
        yield* end === "timeout" ? TestClock.adjust("1 second") : Fiber.interrupt(calling)
        assert.isTrue(signal?.aborted)
        answerLate()
        yield* Effect.promise(() => late)
        yield* Effect.yieldNow
        assert.isTrue(body.canceled())
        yield* Fiber.await(calling)
      }
    }))

  it.effect("whoever stops reading aborts the request and lets go of its body, also of a fetch that knows no signals", () =>
    Effect.gen(function*() {
      const body = pushed(`data: ${JSON.stringify(chunk)}\n\n`, "hang")
      const { calls, fetch } = recorder(() => new Response(body.stream, { headers: eventStream }))
      yield* Stream.runDrain(Stream.take(stream(request), 1)).pipe(Effect.provide(over(fetch)))
      assert.isTrue(calls[0]?.init?.signal?.aborted)
      assert.isTrue(body.canceled())
    }))
})

const request = { model: "m", messages: [{ role: "user" as const, content: "Hi" }] }

const completion = {
  id: "1",
  model: "m",
  choices: [{ index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }]
}

const chunk = { id: "1", model: "m", choices: [{ index: 0, delta: { content: "a" }, finish_reason: null }] }

const eventStream = { "content-type": "text/event-stream" }

interface FetchCall {
  readonly input: string | URL | Request
  readonly init: RequestInit | undefined
}

/** A fetch that records its calls. */
const recorder = (respond: () => Response | Promise<Response>) => {
  const calls: Array<FetchCall> = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    calls.push({ input, init })
    return respond()
  }
  return { calls, fetch }
}

/** A request as the network would see it, and the other options it was made with. */
const describeRequest = ({ init, input }: FetchCall) => {
  const { body, headers, signal, ...rest } = init ?? {}
  return {
    url: String(input),
    headers: Object.fromEntries(new Headers(headers)),
    body: body === undefined || body === null ? undefined : textOf(body as string | Uint8Array),
    signal: signal instanceof AbortSignal,
    // Effect's client sets it on every request.
    rest: Object.fromEntries(Object.entries(rest).filter(([name]) => name !== "duplex"))
  }
}

const textOf = (body: string | Uint8Array): string => typeof body === "string" ? body : new TextDecoder().decode(body)

/** A body that gives each text in a read of its own, and then ends, breaks or, after `"hang"`, does not end. */
const pushed = (...pieces: ReadonlyArray<string | Error>) => {
  let canceled = false
  let next = 0
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const piece = pieces[next++]
      if (piece === undefined) return controller.close()
      if (piece === "hang") return new Promise(() => {})
      if (typeof piece === "string") return controller.enqueue(new TextEncoder().encode(piece))
      controller.error(piece)
    },
    cancel: () => {
      canceled = true
    }
  }, { highWaterMark: 0 })
  return { stream, canceled: () => canceled }
}

const given = (fetch: typeof globalThis.fetch, init?: RequestInit): Layer.Layer<never> => {
  const layer = Layer.succeed(FetchHttpClient.Fetch, fetch)
  return init === undefined ? layer : Layer.merge(layer, Layer.succeed(FetchHttpClient.RequestInit, init))
}

const services = (http: Layer.Layer<HttpClient.HttpClient>, options?: MistralClient.Options) =>
  MistralClient.layer({ apiKey: Redacted.make("secret"), retry: RetryPolicy.none, ...options }).pipe(
    Layer.provide(http)
  )

const over = (fetch: typeof globalThis.fetch, options?: MistralClient.Options) =>
  services(FetchHttpClient.layer.pipe(Layer.provide(given(fetch))), options)
