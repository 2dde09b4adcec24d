/** Requests that are forms: what is sent, how often, and what a failing file makes of the call. */
import { MistralClient, type MistralError, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Data, type Duration, Effect, Exit, Fiber, Layer, Option, Redacted, Schedule, Stream } from "effect"
import { HttpClient, HttpClientError, HttpClientResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { boundaryOf, countedFile, decode, encode, formOf, upload, uploadThing } from "./fixtures/files.ts"
import { apiKey, clientOver, endedBy, open, requests, within } from "./fixtures/scriptedClient.ts"
import { failure } from "./fixtures/scriptedServer.ts"
import { spanOf } from "./fixtures/spans.ts"

const { json } = ScriptedHttpClient

const capacity = json({ message: "Service tier capacity exceeded for this model.", code: "3505" }, { status: 503 })

const uploaded = json({ id: "t1" })

/** A policy that retries twice, at once. */
const twice = RetryPolicy.make({ schedule: Schedule.recurs(2) })

const issuesOf = ({ reason }: MistralError.MistralError) => reason._tag === "InvalidRequest" ? reason.issues : reason

class Broken extends Data.TaggedError("Broken")<{ readonly message: string }> {}

describe("an upload", () => {
  it.effect("sends the form with its content type, its length and the key, and returns the response", () =>
    Effect.gen(function*() {
      const content = Stream.make("one\n", "two\n").pipe(Stream.map(encode))
      const response = yield* upload({ name: "a.jsonl", content, size: 8, contentType: "application/jsonl" }, {
        headers: { "content-type": "application/json", "x-test": "yes" }
      })
      assert.deepStrictEqual(response, { id: "t1" })
      const [sent] = yield* requests
      const boundary = boundaryOf(sent!.headers["content-type"])
      const form = formOf(boundary, "a.jsonl", "one\ntwo\n", "application/jsonl")
      assert.strictEqual(decode(sent!.bytes), form)
      assert.deepInclude(sent!, { method: "POST", path: "/v1/things", body: undefined })
      assert.deepInclude(sent!.headers, {
        accept: "application/json",
        authorization: `Bearer ${apiKey}`,
        "content-length": String(form.length),
        "x-test": "yes"
      })
      assert.strictEqual(yield* open, 0)
    }).pipe(Effect.provide(clientOver([uploaded]))))

  it.effect("has no length where the size of the file is not known", () =>
    Effect.gen(function*() {
      yield* upload(countedFile("a").file)
      const [sent] = yield* requests
      assert.notProperty(sent!.headers, "content-length")
      assert.notProperty(sent!.headers, "transfer-encoding")
    }).pipe(Effect.provide(clientOver([uploaded]))))

  it.effect("is sent whole again after a 429, and after a 503 for want of capacity", () =>
    Effect.gen(function*() {
      const { file, state } = countedFile("one\n", "two\n")
      const response = yield* within(upload(file, { retry: twice }), "1 minute")
      assert.deepStrictEqual(response, { id: "t1" })
      const sent = yield* requests
      assert.lengthOf(sent, 3)
      for (const { bytes, headers } of sent) {
        assert.strictEqual(decode(bytes), formOf(boundaryOf(headers["content-type"]), "a.jsonl", "one\ntwo\n"))
      }
      assert.deepStrictEqual(state, { runs: 3, ended: 3 })
    }).pipe(Effect.provide(clientOver([json({}, { status: 429 }), capacity, uploaded]))))

  it.effect("is not sent again after a lost connection, a 500, a 503 or a time limit: the file may have been created", () =>
    Effect.gen(function*() {
      const { file, state } = countedFile("one\n")
      const tags: Array<string> = []
      for (let i = 0; i < 4; i++) {
        const error = yield* within(Effect.flip(upload(file, { retry: twice, timeout: { firstByte: 1000 } })), 1000)
        tags.push(error.reason._tag)
      }
      assert.deepStrictEqual(tags, ["ConnectionFailed", "ServerError", "ServerError", "Timeout"])
      assert.deepStrictEqual(state, { runs: 4, ended: 4 })
    }).pipe(Effect.provide(clientOver([
      ScriptedHttpClient.connectionError(new Error("ECONNRESET")),
      json({}, { status: 500 }),
      json({}, { status: 503 }),
      json({}, { delay: "1 hour" })
    ]))))

  it.effect("follows no redirect", () =>
    Effect.gen(function*() {
      const error = yield* failure(upload(countedFile("one\n").file))
      assert.strictEqual(error.status, 307)
      assert.lengthOf(yield* requests, 1)
    }).pipe(Effect.provide(clientOver([json({}, { status: 307, headers: { location: "https://elsewhere.test/" } })]))))

  const failing: Readonly<Record<string, readonly [content: Stream.Stream<Uint8Array, unknown>, message: string]>> = {
    "with an error of its own": [
      Stream.concat(Stream.succeed(encode("a")), Stream.fail(new Broken({ message: "the disk is gone" }))),
      "the disk is gone"
    ],
    "with an Error": [Stream.fail(new Error("ENOENT: no such file")), "ENOENT: no such file"],
    "with a text": [Stream.fail("broken"), "broken"],
    "with nothing to say": [Stream.fail(undefined), "no details"]
  }
  for (const [what, [content, message]] of Object.entries(failing)) {
    it.effect(`fails with InvalidRequest, once, where its file fails ${what}`, () =>
      Effect.gen(function*() {
        let runs = 0
        const counted = Stream.suspend(() => {
          runs++
          return content
        })
        const error = yield* failure(upload({ name: "a", content: counted }, { retry: twice }))
        assert.isTrue(error.reason._tag === "InvalidRequest" && error.reason.incomplete)
        assert.isFalse(error.isRetryable)
        const [issue, ...more] = issuesOf(error) as ReadonlyArray<{ readonly message: string }>
        assert.include(issue?.message, message)
        assert.lengthOf(more, 0)
        assert.include(error.message, "its body broke off")
        assert.strictEqual(runs, 1)
      }).pipe(Effect.provide(clientOver([uploaded]))))
  }

  it.effect("fails with InvalidRequest where its file has another size than it said", () =>
    Effect.gen(function*() {
      for (const [size, got] of [[3, "more"], [9, "4"]] as const) {
        const error = yield* failure(upload({ ...countedFile("ab", "cd").file, size }, { retry: twice }))
        assert.deepStrictEqual(issuesOf(error), [
          { path: ["file", "content"], message: `Expected ${size} bytes, which is its size, got ${got}` }
        ])
      }
      assert.lengthOf(yield* requests, 2)
    }).pipe(Effect.provide(clientOver([uploaded, uploaded]))))

  it.effect("fails at once where its file fails, also over a client that does not notice", () =>
    Effect.gen(function*() {
      const deaf = HttpClient.make((request) =>
        Effect.andThen(
          request.body._tag === "Stream" ? Effect.exit(Stream.runDrain(request.body.stream)) : Effect.void,
          Effect.never
        )
      )
      const layer = MistralClient.layer({ retry: RetryPolicy.none }).pipe(
        Layer.provide(Layer.succeed(HttpClient.HttpClient, deaf))
      )
      const error = yield* failure(upload({ ...countedFile("abc").file, size: 2 })).pipe(Effect.provide(layer))
      assert.strictEqual(error.reason._tag, "InvalidRequest")
    }))

  it.effect("dies where its file dies, and the defect does not hold the key", () =>
    Effect.gen(function*() {
      const content = Stream.die(new Error(`bug with ${apiKey}`))
      const exit = yield* Effect.exit(upload({ name: "a", content }))
      assert.isTrue(Exit.isFailure(exit) && Exit.hasDies(exit))
      assert.notInclude(String(exit), apiKey)
      assert.include(String(exit), "bug with")
    }).pipe(Effect.provide(clientOver([uploaded]))))

  it.effect("leaks no key in the error of a file that fails", () =>
    Effect.gen(function*() {
      const content = Stream.fail(new Error(`no access with ${apiKey}, token=abcdefghijklmnop123456`))
      const error = yield* failure(upload({ name: "a", content }))
      for (const text of [error.message, String(error), JSON.stringify(error)]) {
        assert.notInclude(text, apiKey)
        assert.notInclude(text, "abcdefghijklmnop123456")
      }
    }).pipe(Effect.provide(clientOver([uploaded]))))

  it.effect("is refused before anything is sent where a field does not fit", () =>
    Effect.gen(function*() {
      const { file, state } = countedFile("a")
      const send = (request: object, options?: MistralClient.CallOptions) =>
        MistralClient.MistralClient.use((client) => client.request(uploadThing, { file, ...request }, options))
      assert.deepStrictEqual(
        (issuesOf(yield* failure(send({ file: { ...file, contentType: "a\r\nb" } }))) as Array<object>)[0],
        { path: ["file", "contentType"], message: "Expected a media type" }
      )
      for (
        const [request, options] of [
          [{ file: { ...file, size: -1 } }],
          [{ expiry: NaN }],
          [{ unknown: 1 }],
          [{}, { extraBody: { big: 1n } }],
          [{}, { extraBody: { map: new Map() } }]
        ] as const
      ) {
        assert.strictEqual((yield* failure(send(request, options))).reason._tag, "InvalidRequest")
      }
      assert.lengthOf(yield* requests, 0)
      assert.strictEqual(state.runs, 0)
    }).pipe(Effect.provide(clientOver([]))))

  it.effect("sends the keys of extraBody as further fields", () =>
    Effect.gen(function*() {
      yield* upload(countedFile("a").file, { extraBody: { tags: ["x"] } })
      const [sent] = yield* requests
      assert.include(decode(sent!.bytes), "name=\"tags\"\r\n\r\n[\"x\"]\r\n")
    }).pipe(Effect.provide(clientOver([uploaded]))))

  it.effect("has one span, without the content and the name of its file", () =>
    Effect.gen(function*() {
      const good = yield* spanOf(upload({ ...countedFile("a secret question").file, name: "a secret question" }))
      assert.strictEqual(good.name, "Things.upload")
      assert.deepStrictEqual(good.attributes, {
        "gen_ai.provider.name": "mistral_ai",
        "server.address": "api.mistral.ai",
        "server.port": 443,
        "http.response.status_code": 200,
        "gen_ai.response.id": "t1",
        "mistral_ai.operation": "Things.upload"
      })
      const bad = yield* spanOf(upload({ name: "a", content: Stream.fail("a secret question") }))
      assert.strictEqual(bad.attributes["error.type"], "InvalidRequest")
    }).pipe(Effect.provide(clientOver([uploaded, uploaded]))))
})

/** A server that takes the body as slowly as the test says, and responds when it has it. */
const slowServer = (take: Duration.Input, response: Effect.Effect<Response> = good) => {
  const state = { taken: 0 }
  const client = HttpClient.make((request) =>
    Effect.gen(function*() {
      if (request.body._tag === "Stream") {
        yield* Stream.runForEach(request.body.stream, () =>
          Effect.suspend(() => {
            state.taken++
            return Effect.sleep(take)
          })).pipe(
            Effect.mapError((cause) =>
              new HttpClientError.HttpClientError({ reason: new HttpClientError.EncodeError({ request, cause }) })
            )
          )
      }
      return HttpClientResponse.fromWeb(request, yield* response)
    })
  )
  const layer = MistralClient.layer({ apiKey: Redacted.make(apiKey), retry: RetryPolicy.none }).pipe(
    Layer.provide(Layer.succeed(HttpClient.HttpClient, client))
  )
  return { state, layer }
}

const good = Effect.sync(() => Response.json({ id: "t1" }))

/** A file whose pieces take their time, and its end too. */
const slowFile = (pieces: number, pause: Duration.Input) => ({
  name: "a",
  content: Stream.range(1, pieces).pipe(
    Stream.rechunk(1),
    Stream.mapEffect((n) => Effect.as(Effect.sleep(pause), encode(`${n}\n`)))
  )
})

const firstByte = { timeout: { firstByte: "1 second" } } as const

describe("the limit to the first byte of an upload", () => {
  it.effect("counts from the last piece that was sent", () =>
    Effect.gen(function*() {
      const { layer, state } = slowServer("900 millis")
      const response = yield* within(upload(countedFile("a", "b", "c", "d").file, firstByte), "10 seconds").pipe(
        Effect.provide(layer)
      )
      assert.deepStrictEqual(response, { id: "t1" })
      // The four pieces of the file, and the form around them.
      assert.strictEqual(state.taken, 6)
    }))

  it.effect("does not run while the file makes its next piece", () =>
    Effect.gen(function*() {
      const { layer } = slowServer(0)
      const fiber = yield* Effect.forkChild(Effect.provide(upload(slowFile(3, "1 hour"), firstByte), layer))
      yield* TestClock.adjust("3 hours")
      assert.deepStrictEqual(yield* endedBy(fiber), { id: "t1" })
    }))

  it.effect("expires where the server no longer takes the body", () =>
    Effect.gen(function*() {
      const { layer, state } = slowServer("1 day")
      const { file, state: run } = countedFile("a", "b")
      const fiber = yield* Effect.forkChild(Effect.flip(Effect.provide(upload(file, firstByte), layer)), {
        startImmediately: true
      })
      yield* TestClock.adjust(999)
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust(1)
      const { reason } = yield* endedBy(fiber)
      assert.isTrue(reason._tag === "Timeout" && reason.phase === "firstByte")
      assert.strictEqual(state.taken, 1)
      assert.deepStrictEqual(run.runs, run.ended)
    }))

  it.effect("expires where the server has the body and does not respond", () =>
    Effect.gen(function*() {
      const { layer } = slowServer("10 millis", Effect.never)
      const error = yield* within(Effect.flip(upload(countedFile("a", "b").file, firstByte)), "1040 millis").pipe(
        Effect.provide(layer)
      )
      assert.strictEqual(error.reason._tag, "Timeout")
    }))

  it.effect("gives way to the total limit, which counts all of the upload", () =>
    Effect.gen(function*() {
      const { layer } = slowServer(0)
      const call = upload(slowFile(9, "1 minute"), { timeout: { firstByte: "1 second", total: "5 minutes" } })
      const error = yield* within(Effect.flip(call), "5 minutes").pipe(Effect.provide(layer))
      assert.isTrue(error.reason._tag === "Timeout" && error.reason.phase === "total")
    }))

  it.effect("interrupts the file when it expires, and when the call is interrupted", () =>
    Effect.gen(function*() {
      const { layer } = slowServer("1 day")
      for (const end of ["expiry", "interruption"]) {
        const { file, state } = countedFile("a", "b")
        const call = Effect.option(Effect.provide(upload(file, firstByte), layer))
        const fiber = yield* Effect.forkChild(call, { startImmediately: true })
        if (end === "expiry") yield* TestClock.adjust("1 second")
        else yield* Fiber.interrupt(fiber)
        const exit = yield* Fiber.await(fiber)
        assert.strictEqual(Exit.isSuccess(exit) && Option.isNone(exit.value), end === "expiry")
        assert.strictEqual(state.runs, state.ended)
      }
    }))
})
