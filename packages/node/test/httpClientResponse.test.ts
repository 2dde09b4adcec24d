import { ByteSource } from "@effect-mistral/core"
import { assert, describe, it, vi } from "@effect/vitest"
import { Effect, Fiber, Option, Stream } from "effect"
import { Cookies, HttpClient, HttpClientRequest, HttpIncomingMessage, UrlParams } from "effect/http"
import { inspect } from "node:util"
import { client, FakeDispatcher, respond } from "./dispatcher.ts"

// A test that waits for something that never comes fails after two seconds.
vi.setConfig({ testTimeout: 2_000 })

describe("a response of UndiciHttpClient", () => {
  it.effect("has the status, and the headers with repeated ones joined", () =>
    Effect.gen(function*() {
      const response = yield* responseWith({ status: 404, headers: { "X-Upper": "a", "x-twice": ["a", "b"] } })
      assert.strictEqual(response.status, 404)
      assert.strictEqual(response.headers["x-upper"], "a")
      assert.strictEqual(response.headers["x-twice"], "a, b")
      assert.isTrue(Option.isNone(response.remoteAddress))
    }))

  it.effect("has the URL it was requested from, with its query and without its fragment", () =>
    Effect.gen(function*() {
      const response = yield* responseWith({}, HttpClientRequest.get("http://host/a?q=1#fragment"))
      assert.strictEqual(response.url, "http://host/a?q=1")
      assert.strictEqual(response.request.url, "http://host/a?q=1#fragment")
    }))

  it.effect("has no cookies, one, or several, with their options", () =>
    Effect.gen(function*() {
      const none = yield* responseWith({})
      assert.isTrue(Cookies.isEmpty(none.cookies))
      const one = yield* responseWith({ headers: { "set-cookie": "a=1; Path=/x" } })
      assert.deepStrictEqual(Cookies.toRecord(one.cookies), { a: "1" })
      assert.strictEqual(one.cookies.cookies["a"]?.options?.path, "/x")
      const two = yield* responseWith({ headers: { "set-cookie": ["a=1", "b=2"] } })
      assert.deepStrictEqual(Cookies.toRecord(two.cookies), { a: "1", b: "2" })
    }))

  it.effect("gives its body as often as wanted, by every accessor", () =>
    Effect.gen(function*() {
      const response = yield* responseWith({ body: `{"a":"é"}` })
      assert.deepStrictEqual(yield* response.json, { a: "é" })
      assert.strictEqual(yield* response.text, `{"a":"é"}`)
      assert.strictEqual((yield* response.arrayBuffer).byteLength, 10)
      assert.deepStrictEqual(yield* response.json, { a: "é" })
    }))

  it.effect("streams its body, and a second run finds only the end", () =>
    Effect.gen(function*() {
      const response = yield* responseWith({ body: "body" })
      assert.strictEqual(yield* Stream.mkString(Stream.decodeText(response.stream)), "body")
      assert.strictEqual(yield* Stream.mkString(Stream.decodeText(response.stream)), "")
    }))

  it.effect("without a body is an empty text, null as JSON, and an empty stream", () =>
    Effect.gen(function*() {
      const response = yield* responseWith({ status: 204 })
      assert.strictEqual(yield* response.text, "")
      assert.isNull(yield* response.json)
      assert.strictEqual((yield* response.arrayBuffer).byteLength, 0)
      const streamed = yield* responseWith({ status: 204 })
      assert.deepStrictEqual(yield* Stream.runCollect(streamed.stream), [])
    }))

  it.effect("fails with a DecodeError that has the response, where the body is not JSON", () =>
    Effect.gen(function*() {
      for (const body of ["<html>", " "]) {
        const response = yield* responseWith({ body })
        const { reason } = yield* Effect.flip(response.json)
        if (reason._tag !== "DecodeError") return assert.fail(reason._tag)
        assert.instanceOf(reason.cause, SyntaxError)
        assert.strictEqual(reason.request.url, "http://host/")
        assert.strictEqual(reason.response.status, 200)
      }
    }))

  it.effect("fails with a DecodeError where the connection is lost in the body", () =>
    Effect.gen(function*() {
      const lost = new Error("lost")
      const response = yield* execute(
        new FakeDispatcher((handler, controller) => {
          handler.onRequestStart(controller, undefined)
          handler.onResponseStart(controller, 200, {})
          handler.onResponseError(controller, lost)
        }),
        HttpClientRequest.get("http://host/")
      )
      const { reason } = yield* Effect.flip(response.text)
      assert.isTrue(reason._tag === "DecodeError" && reason.cause === lost)
    }))

  it.effect("keeps what comes after a read that was interrupted", () =>
    Effect.gen(function*() {
      const sent: Array<() => void> = []
      const http = HttpClient.withScope(
        yield* client(
          new FakeDispatcher((handler, controller) => {
            handler.onRequestStart(controller, undefined)
            handler.onResponseStart(controller, 200, {})
            sent.push(() => {
              handler.onResponseData(controller, Buffer.from("body"))
              handler.onResponseEnd(controller, {})
            })
          })
        )
      )
      const { stream } = yield* http.get("http://host/")
      const reading = yield* Effect.forkChild(Stream.runDrain(stream), { startImmediately: true })
      yield* Fiber.interrupt(reading)
      sent[0]?.()
      yield* Effect.promise(() => Promise.resolve())
      assert.strictEqual(yield* Stream.mkString(Stream.decodeText(stream)), "body")
    }).pipe(Effect.scoped))

  it.effect("offers its body as a ByteSource, which its stream reads too", () =>
    Effect.gen(function*() {
      const dispatcher = new FakeDispatcher((handler, controller) => respond(handler, controller, { body: "body" }))
      const response = yield* HttpClient.withScope(yield* client(dispatcher)).get("http://host/")
      const events: Array<string> = []
      const reader = {
        onBytes: (bytes: ByteSource.Bytes) => events.push(Buffer.concat(bytes).toString()),
        onEnd: () => events.push("end"),
        onError: () => events.push("error")
      }
      ByteSource.get(response)?.read(reader)
      ByteSource.get(response)?.read(reader)
      assert.deepStrictEqual(events, ["body", "end"])
      assert.deepStrictEqual(yield* Stream.runCollect(response.stream), [])
    }).pipe(Effect.scoped))

  it.effect("reads a form that is encoded as URL parameters", () =>
    Effect.gen(function*() {
      const response = yield* responseWith({ body: "a=1&b=%C3%A9&a=2" })
      assert.deepStrictEqual(UrlParams.getAll(yield* response.urlParamsBody, "a"), ["1", "2"])
      assert.deepStrictEqual(UrlParams.getAll(yield* response.urlParamsBody, "b"), ["é"])
    }))

  it.effect("reads form data by the boundary of its content type, and fails with a DecodeError without one", () =>
    Effect.gen(function*() {
      const body = "--x\r\ncontent-disposition: form-data; name=\"field\"\r\n\r\nvalue\r\n--x--\r\n"
      const response = yield* responseWith({ body, headers: { "content-type": "multipart/form-data; boundary=x" } })
      assert.strictEqual((yield* response.formData).get("field"), "value")
      const { reason } = yield* Effect.flip((yield* responseWith({ body })).formData)
      assert.strictEqual(reason._tag, "DecodeError")
    }))

  it.effect("cannot be upgraded, and says so", () =>
    Effect.gen(function*() {
      const response = yield* responseWith({ status: 426 })
      const { reason } = yield* Effect.flip(response.upgrade)
      assert.isTrue(
        reason._tag === "StatusCodeError" && reason.response.status === 426 &&
          reason.description === "UndiciHttpClient cannot upgrade a connection"
      )
    }))

  it.effect("is inspected with its request, status and headers, and can be piped", () =>
    Effect.gen(function*() {
      const response = yield* responseWith({ status: 404, headers: { "x-test": "yes" } })
      const json = JSON.parse(JSON.stringify(response))
      assert.strictEqual(json._id, "effect/http/HttpClientResponse")
      assert.strictEqual(json.status, 404)
      assert.strictEqual(json.request.url, "http://host/")
      assert.strictEqual(json.headers["x-test"], "yes")
      assert.include(inspect(response), "404")
      assert.strictEqual(response.pipe(({ status }) => status), 404)
      assert.isTrue(HttpIncomingMessage.isHttpIncomingMessage(response))
    }))
})

const execute = (dispatcher: FakeDispatcher, request: HttpClientRequest.HttpClientRequest) =>
  Effect.flatMap(client(dispatcher), (http) => HttpClient.withScope(http).execute(request))

const responseWith = (
  response: Parameters<typeof respond>[2],
  request: HttpClientRequest.HttpClientRequest = HttpClientRequest.get("http://host/")
) => execute(new FakeDispatcher((handler, controller) => respond(handler, controller, response)), request)
