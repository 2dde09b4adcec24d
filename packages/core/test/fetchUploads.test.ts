/** Request bodies that are a `Stream`, as the `HttpClient` of `FetchHttpClient.layer` gives them to `fetch`. */
import { FetchHttpClient } from "@effect-mistral/core"
import { afterEach, assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Stream } from "effect"
import { HttpBody, HttpClient, HttpClientRequest } from "effect/http"
import { encode } from "./fixtures/files.ts"
import { settle } from "./fixtures/scriptedServer.ts"

const url = "https://any.test/"

/** A stream that records how many of its pieces were pulled, and how it ended. */
const recorded = (pieces: number) => {
  const state: { pulled: number; exit: Exit.Exit<unknown, unknown> | undefined } = { pulled: 0, exit: undefined }
  const stream = Stream.range(1, pieces).pipe(
    Stream.rechunk(1),
    Stream.map((n) => {
      state.pulled++
      return encode(`${n},`)
    }),
    Stream.onExit((exit) => Effect.sync(() => state.exit = exit))
  )
  return { state, stream }
}

const send = (stream: Stream.Stream<Uint8Array, unknown>, fetch: typeof globalThis.fetch, length?: number) =>
  HttpClient.execute(HttpClientRequest.post(url, { body: HttpBody.stream(stream, "text/plain", length) })).pipe(
    Effect.provide(FetchHttpClient.layer),
    Effect.provideService(FetchHttpClient.Fetch, fetch),
    Effect.provideService(HttpClient.TracerPropagationEnabled, false)
  )

const bodyOf = (init: RequestInit | undefined): ReadableStream<Uint8Array> => {
  assert.instanceOf(init?.body, ReadableStream)
  return init!.body as ReadableStream<Uint8Array>
}

afterEach(() => {
  Reflect.deleteProperty(globalThis, "document")
})

describe("a body that is a stream, over fetch,", () => {
  it.effect("is sent as a stream, with its content type and without a length", () =>
    Effect.gen(function*() {
      const sent: Array<unknown> = []
      const { state, stream } = recorded(3)
      const response = yield* send(stream, async (input, init) => {
        const request = new Request(input, init)
        sent.push(request.method, [...request.headers], (init as { duplex?: string }).duplex, await request.text())
        return new Response("got it", { status: 201 })
      }, 6)
      assert.deepStrictEqual(sent, ["POST", [["content-type", "text/plain"]], "half", "1,2,3,"])
      assert.strictEqual(response.status, 201)
      assert.isTrue(state.exit !== undefined && Exit.isSuccess(state.exit))
    }))

  it.effect("is read as fast as fetch takes it: nothing is made before it is read, and one piece for each read", () =>
    Effect.gen(function*() {
      const { state, stream } = recorded(100)
      let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
      const fiber = yield* Effect.forkChild(
        send(stream, (_, init) => {
          reader = bodyOf(init).getReader()
          return new Promise(() => {})
        }),
        { startImmediately: true }
      )
      yield* settle
      assert.strictEqual(state.pulled, 0)
      for (let read = 1; read <= 10; read++) {
        const { value } = yield* Effect.promise(() => reader!.read())
        assert.deepStrictEqual(value, encode(`${read},`))
        yield* settle
        assert.strictEqual(state.pulled, read)
      }
      yield* Fiber.interrupt(fiber)
    }))

  it.effect("gives all pieces that were made together, before it makes more", () =>
    Effect.gen(function*() {
      let made = 0
      const stream = Stream.fromEffectRepeat(Effect.sync(() => made++)).pipe(
        Stream.take(3),
        Stream.flatMap(() => Stream.make(encode("a"), encode("b")))
      )
      const text: Array<string> = []
      yield* send(stream, async (_, init) => {
        for await (const piece of bodyOf(init) as unknown as AsyncIterable<Uint8Array>) {
          text.push(`${made}${new TextDecoder().decode(piece)}`)
        }
        return new Response()
      })
      assert.deepStrictEqual(text, ["1a", "1b", "2a", "2b", "3a", "3b"])
    }))

  it.effect("is interrupted with the request, also by a fetch that takes no notice", () =>
    Effect.gen(function*() {
      const { state, stream } = recorded(100)
      const fiber = yield* Effect.forkChild(
        send(stream, (_, init) => {
          void bodyOf(init).getReader().read()
          return new Promise(() => {})
        }),
        { startImmediately: true }
      )
      yield* settle
      yield* Fiber.interrupt(fiber)
      yield* settle
      assert.isTrue(state.exit !== undefined && Exit.isFailure(state.exit) && Cause.hasInterruptsOnly(state.exit.cause))
    }))

  it.effect("is interrupted where fetch rejects, or cancels it", () =>
    Effect.gen(function*() {
      const { state, stream } = recorded(100)
      const error = yield* Effect.flip(send(stream, async (_, init) => {
        await bodyOf(init).getReader().read()
        throw new Error("ECONNRESET")
      }))
      assert.strictEqual(error.reason._tag, "TransportError")
      yield* settle
      assert.isTrue(Exit.isFailure(state.exit!))
      const other = recorded(100)
      yield* send(other.stream, async (_, init) => {
        const reader = bodyOf(init).getReader()
        await reader.read()
        await reader.cancel()
        return new Response()
      })
      yield* settle
      assert.isTrue(Exit.isFailure(other.state.exit!))
    }))

  it.effect("fails the request with an EncodeError where it fails, in the middle or at its start", () =>
    Effect.gen(function*() {
      for (const begin of [Stream.empty, Stream.make(encode("a"))]) {
        const error = yield* Effect.flip(
          send(Stream.concat(begin, Stream.fail("broken")), async (input, init) => {
            await new Request(input, init).text()
            return new Response()
          })
        )
        assert.isTrue(error.reason._tag === "EncodeError" && error.reason.cause === "broken")
      }
    }))

  it.effect("is sent as a whole in a browser, whose fetch would send another text", () =>
    Effect.gen(function*() {
      Object.defineProperty(globalThis, "document", { value: {}, configurable: true })
      const { stream } = recorded(3)
      const sent: Array<unknown> = []
      yield* send(stream, async (_, init) => {
        sent.push(init?.body, new Headers(init?.headers).get("content-type"))
        return new Response()
      })
      assert.deepStrictEqual(sent, [encode("1,2,3,"), "text/plain"])
      const failed = Stream.fail("broken")
      const error = yield* Effect.flip(send(failed, () => Promise.reject(new Error("was sent"))))
      assert.isTrue(error.reason._tag === "EncodeError" && error.reason.cause === "broken")
    }))

  it.effect("is sent as a whole where the platform makes a text of a stream, as React Native does", () =>
    Effect.gen(function*() {
      const original = globalThis.Request
      class TextRequest extends original {
        constructor(input: RequestInfo | URL, init?: RequestInit) {
          super(input, init?.body == null ? init : { ...init, body: String(init.body) })
        }
      }
      const { stream } = recorded(3)
      let body: unknown
      yield* Effect.acquireUseRelease(
        Effect.sync(() => globalThis.Request = TextRequest),
        () =>
          send(stream, async (_, init) => {
            body = init?.body
            return new Response()
          }),
        () => Effect.sync(() => globalThis.Request = original)
      )
      assert.deepStrictEqual(body, encode("1,2,3,"))
    }))
})
