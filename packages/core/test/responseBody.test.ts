/** The body and headers of a response, whichever way its client offers them. */
import { ByteSource, Completion, MistralClient, RetryPolicy } from "@effect-mistral/core"
import { TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { HttpClient, HttpClientError, type HttpClientRequest, HttpClientResponse } from "effect/http"
import { complete, stream } from "./fixtures/completions.ts"
import { promptly } from "./fixtures/promptly.ts"

/** One way to offer the same reads: `undefined` is a response without a body, an error breaks it off. */
type Offer = (
  request: HttpClientRequest.HttpClientRequest,
  reads: ReadonlyArray<string | Error> | undefined,
  init: ResponseInit
) => HttpClientResponse.HttpClientResponse

const offers: Record<string, Offer> = {
  "a web stream": (request, reads, init) => HttpClientResponse.fromWeb(request, new Response(webStream(reads), init)),
  "a Stream of its own": (request, reads, init) => {
    const head = HttpClientResponse.fromWeb(request, new Response(null, init))
    const missing = new HttpClientError.EmptyBodyError({ request, response: head })
    const body = reads === undefined
      ? Stream.fail(new HttpClientError.HttpClientError({ reason: missing }))
      : Stream.fromIterable(reads).pipe(
        Stream.mapEffect((read) =>
          typeof read === "string" ? Effect.succeed(encode(read)) : Effect.fail(
            new HttpClientError.HttpClientError({
              reason: new HttpClientError.DecodeError({ request, response: head, cause: read })
            })
          )
        )
      )
    return Object.create(head, { stream: { value: body } })
  },
  "a Stream in place of its ByteSource": (request, reads, init) => {
    const source: ByteSource.ByteSource = { read: () => assert.fail("read by the ByteSource") }
    const response = offers["a Stream of its own"]!(request, reads, init)
    return Object.assign(response, { [ByteSource.key]: source })
  },
  "a ByteSource": (request, reads, init) => {
    const left = [...reads ?? []]
    const source: ByteSource.ByteSource = {
      read: ({ onBytes, onEnd, onError }) => {
        const read = left.shift()
        if (read === undefined) onEnd()
        else if (typeof read === "string") onBytes([encode(read)])
        else onError(read)
        return () => {}
      }
    }
    return Object.assign(HttpClientResponse.fromWeb(request, new Response(null, init)), { [ByteSource.key]: source })
  }
}

for (const [name, offer] of Object.entries(offers)) {
  describe(`the body of a response that offers ${name}`, () => {
    const respond = (reads: ReadonlyArray<string | Error> | undefined, init: ResponseInit = eventStream) =>
      over((request) => offer(request, reads, init))

    it.effect("is read whole, though a character is cut between two reads", () =>
      Effect.gen(function*() {
        const text = JSON.stringify(TestCompletion.response("h\u00e9"))
        const answer = yield* complete(request).pipe(
          Effect.provide(
            respond([text.slice(0, 9), text.slice(9)], { headers: { "content-type": "application/json" } })
          ),
          promptly
        )
        assert.strictEqual(Completion.text(answer), "h\u00e9")
      }))

    it.effect("is read as a stream", () =>
      Effect.gen(function*() {
        const read = Completion.collect(stream(request)).pipe(
          Effect.provide(respond([event("a"), event("b") + event("c"), "data: [DONE]\n\n"]))
        )
        assert.strictEqual(Completion.text(yield* promptly(read)), "abc")
      }))

    for (const reads of [undefined, []]) {
      it.effect(`has ended where there is ${reads === undefined ? "no body" : "no read"}`, () =>
        Effect.gen(function*() {
          const { reason } = yield* promptly(
            Effect.flip(Stream.runDrain(stream(request))).pipe(
              Effect.provide(respond(reads))
            )
          )
          assert.strictEqual(reason._tag, "StreamEndedEarly")
        }))
    }

    it.effect("is a lost connection where it breaks off, with the cause, after the chunks before", () =>
      Effect.gen(function*() {
        const { reason } = yield* promptly(
          Effect.flip(Stream.runDrain(stream(request))).pipe(
            Effect.provide(respond([event("a"), new Error("reset by peer")]))
          )
        )
        assert.isTrue(reason._tag === "ConnectionLost")
        if (reason._tag !== "ConnectionLost") return
        assert.strictEqual(reason.chunks, 1)
        assert.include(reason.description, "reset by peer")
      }))

    it.effect("comes with headers that are read whatever their case", () =>
      Effect.gen(function*() {
        const error = yield* promptly(
          Effect.flip(complete(request)).pipe(
            Effect.provide(respond(["{}"], { status: 404, headers: { "Mistral-Correlation-Id": "id-1" } }))
          )
        )
        assert.strictEqual(error.requestId, "id-1")
      }))
  })
}

const request = { model: "m", messages: [{ role: "user" as const, content: "Hi" }] }

const eventStream = { headers: { "content-type": "text/event-stream" } }

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

const event = (content: string): string =>
  `data: ${
    JSON.stringify({ id: "1", model: "m", choices: [{ index: 0, delta: { content }, finish_reason: null }] })
  }\n\n`

const webStream = (reads: ReadonlyArray<string | Error> | undefined): ReadableStream<Uint8Array> | null => {
  if (reads === undefined) return null
  let next = 0
  return new ReadableStream({
    pull: (controller) => {
      const read = reads[next++]
      if (read === undefined) controller.close()
      else if (typeof read === "string") controller.enqueue(encode(read))
      else controller.error(read)
    }
  }, { highWaterMark: 0 })
}

const over = (respond: (request: HttpClientRequest.HttpClientRequest) => HttpClientResponse.HttpClientResponse) =>
  MistralClient.layer({ retry: RetryPolicy.none }).pipe(
    Layer.provide(Layer.succeed(
      HttpClient.HttpClient,
      HttpClient.make((request) => Effect.sync(() => respond(request)))
    ))
  )
