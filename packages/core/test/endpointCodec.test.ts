/** Requests and responses that travel in files: they are written and read as the client does it. */
import {
  type Completion,
  type CompletionRequest,
  Endpoint,
  EndpointCodec,
  MistralClient,
  type MistralError,
  RetryPolicy
} from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer, Result, Schema, Stream } from "effect"
import { HttpClient } from "effect/http"
import { encode as toBytes, uploadThing } from "./fixtures/files.ts"
import { failure } from "./fixtures/scriptedServer.ts"

const chat = (request: object): CompletionRequest.Chat => ({
  model: "m",
  messages: [{ role: "user", content: "Hi" }],
  ...request
})

/** The body that the client sends for a request, or the issues with which it refuses it. */
const sent = <Request extends object, Response>(
  endpoint: Endpoint.Endpoint<Request, Response>,
  request: Request
) =>
  Effect.gen(function*() {
    const { service, client } = ScriptedHttpClient.make(() => ScriptedHttpClient.json({}, { status: 500 }))
    const layer = MistralClient.layer({ retry: RetryPolicy.none }).pipe(
      Layer.provide(Layer.succeed(HttpClient.HttpClient, client))
    )
    const error = yield* failure(
      MistralClient.MistralClient.use((one) => one.request(endpoint, request)).pipe(Effect.provide(layer))
    )
    const [first] = yield* service.requests
    return first === undefined ? issuesOf(error) : first.body
  })

const issuesOf = ({ reason }: MistralError.MistralError) => reason._tag === "InvalidRequest" ? reason.issues : reason

/** What a response makes of a call: its value, or the reason of its failure. */
const received = <Response>(endpoint: Endpoint.Endpoint<void, Response>, answer: ScriptedHttpClient.Answer) =>
  MistralClient.MistralClient.use((one) => one.request(endpoint, undefined)).pipe(
    Effect.result,
    Effect.provide(
      MistralClient.layer({ retry: RetryPolicy.none }).pipe(Layer.provide(ScriptedHttpClient.layer([answer])))
    )
  )

describe("a request that is written down", () => {
  const requests: Readonly<Record<string, CompletionRequest.Chat>> = {
    "that is plain": chat({}),
    "with keys that are undefined and null": chat({ stop: undefined, temperature: null }),
    "with text in all scripts": chat({ messages: [{ role: "user", content: "\u{1f600} \u2028 \"\\\n" }] }),
    "with the thinking of other dialects": chat({
      messages: [
        { role: "user", content: "Hi" },
        { role: "assistant", content: "So", reasoning_content: "secret" },
        { role: "user", content: "Go on" }
      ]
    }),
    "with an unknown key": chat({ temprature: 1 }),
    "with a wrong type": chat({ temperature: "hot" }),
    "with what JSON cannot express": chat({ temperature: NaN }),
    "with messages in an order that Mistral refuses": chat({
      messages: [{ role: "user", content: "Hi" }, { role: "assistant", content: "So" }]
    })
  }
  for (const [what, request] of Object.entries(requests)) {
    it.effect(`is the one that the client would send, or is refused as there: one ${what}`, () =>
      Effect.gen(function*() {
        const written = EndpointCodec.encode(Endpoint.chat.complete, request)
        assert.deepStrictEqual(
          Result.isSuccess(written) ? JSON.parse(written.success) : issuesOf(written.failure),
          yield* sent(Endpoint.chat.complete, request)
        )
        if (Result.isSuccess(written)) assert.notMatch(written.success, /[\r\n]/)
      }))
  }

  it("may leave out a check", () => {
    const request = chat({ messages: [{ role: "user", content: "Hi" }, { role: "assistant", content: "So" }] })
    assert.isTrue(Result.isFailure(EndpointCodec.encode(Endpoint.chat.complete, request)))
    const checks = { lastMessage: false }
    assert.isTrue(Result.isSuccess(EndpointCodec.encode(Endpoint.chat.complete, request, checks)))
  })

  it("names the operation in its error, and quotes no prompt", () => {
    const { failure } = EndpointCodec.encode(Endpoint.chat.complete, chat({ temperature: "a secret" })) as
      & Result.Result<never, MistralError.MistralError>
      & { readonly failure: MistralError.MistralError }
    assert.deepInclude(failure, { operation: "Chat.complete", method: "POST", path: "/v1/chat/completions" })
    assert.notInclude(failure.message, "a secret")
  })

  it("is refused for an endpoint whose requests are not JSON", () => {
    const written = EndpointCodec.encode(uploadThing, { file: { name: "a", content: Stream.succeed(toBytes("x")) } })
    assert.deepStrictEqual(Result.isFailure(written) && issuesOf(written.failure), [
      { path: [], message: "Things.upload does not take JSON" }
    ])
  })

  it("is written for every endpoint with a body", () => {
    const input = { model: "m", input: "x" }
    assert.strictEqual(
      Result.getOrThrow(EndpointCodec.encode(Endpoint.createEmbeddings, input)),
      "{\"model\":\"m\",\"input\":\"x\"}"
    )
    assert.strictEqual(
      Result.getOrThrow(EndpointCodec.encode(Endpoint.fim.complete, { model: "m", prompt: "x" })),
      "{\"model\":\"m\",\"prompt\":\"x\"}"
    )
  })
})

describe("a response that was stored", () => {
  const { operation: _, ...chat } = Endpoint.chat.complete
  const endpoint: Endpoint.Endpoint<void, Completion.Response> = { ...chat, method: "GET", request: Schema.Void }
  const good = TestCompletion.response("Monet")
  const { usage: __, ...withoutUsage } = good
  const responses: Readonly<Record<string, EndpointCodec.StoredResponse>> = {
    "that is good": { status: 200, body: good },
    "in which something is missing that can be added": { status: 200, body: withoutUsage },
    "that reports an error with a good status": { status: 200, body: { object: "error", message: "no", code: "3000" } },
    "of another schema": { status: 200, body: { id: "x" } },
    "without choices": { status: 200, body: { ...good, choices: [] } },
    "whose choice has failed": {
      status: 200,
      body: { ...good, choices: [{ ...good.choices[0], finish_reason: "error" }] }
    },
    "that is null": { status: 200, body: null },
    "with the status 400": { status: 400, body: { object: "error", message: "bad", type: "invalid_request_error" } },
    "with the status 401": { status: 401, body: { detail: "Unauthorized" } },
    "with the status 404": { status: 404, body: { message: "no such model" } },
    "with the status 422": { status: 422, body: { detail: [{ loc: ["body", "model"], msg: "missing", type: "x" }] } },
    "with the status 429": {
      status: 429,
      body: { message: "slow down" },
      headers: { "retry-after": "3", "x-request-id": "r1", "x-ratelimit-limit-req-minute": "60" }
    },
    "with the status 500 and no body": { status: 500, body: "" },
    "with the status 503 and text": { status: 503, body: "overloaded" }
  }
  for (const [what, response] of Object.entries(responses)) {
    it.effect(`is read as the client would read it: one ${what}`, () =>
      Effect.gen(function*() {
        const { body, headers = {}, status } = response
        const text = typeof body === "string" ? body : JSON.stringify(body)
        const live = yield* received(
          endpoint,
          ScriptedHttpClient.bytes(text === "" ? [] : [text], {
            status,
            headers: { "content-type": "application/json", ...headers } as Record<string, string>
          })
        )
        const stored = EndpointCodec.decode(endpoint, response)
        assert.strictEqual(stored._tag, live._tag)
        if (Result.isSuccess(stored) && Result.isSuccess(live)) assert.deepStrictEqual(stored.success, live.success)
        else if (Result.isFailure(stored) && Result.isFailure(live)) {
          assert.deepStrictEqual(stored.failure.message, live.failure.message)
          assert.deepStrictEqual(stored.failure.reason, live.failure.reason)
        }
      }))
  }

  it("has a delay from its own time where retry-after is a date, and none without that time", () => {
    const headers = { "retry-after": "Thu, 01 Jan 1970 00:01:40 GMT" }
    const delay = (receivedAt?: number) => {
      const read = EndpointCodec.decode(endpoint, { status: 429, body: {}, headers, receivedAt })
      const reason = Result.isFailure(read) ? read.failure.reason : undefined
      const after = reason?._tag === "RateLimited" ? reason.retryAfter : undefined
      return after && Duration.toMillis(after)
    }
    assert.strictEqual(delay(40_000), 60_000)
    assert.strictEqual(delay(), 0)
  })
})
