/** What the API refuses is refused, whole and streamed, and the client's own checks agree with it row by row. */
import * as Chat from "@effect-mistral/chat/Chat"
import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import type * as RequestOptions from "@effect-mistral/core/RequestOptions"
import { Emulator } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { ask, instant, local, post, postTo } from "../support.ts"
import { models } from "./modelRefusalRows.ts"
import { accepted, conversations, type Refused, tools } from "./refusalRows.ts"

const options: Emulator.Options = { ...instant, agents: { ag: "mistral-small-latest" } }

const allOff: Required<{ readonly [Check in keyof RequestOptions.Checks]: false }> = {
  order: false,
  toolCalls: false,
  toolCallIds: false,
  tools: false,
  emptyMessage: false,
  lastMessage: false,
  schemas: false
}

/** The errors of the client for a request, whole and streamed. */
const clientErrors = (request: CompletionRequest.Chat, checks: RequestOptions.Checks) =>
  Effect.forEach(
    [Chat.complete(request, { checks }), Stream.runDrain(Chat.stream(request, { checks }))],
    (sent) => Effect.flip(sent)
  )

const seen = Effect.flatMap(Emulator.Emulator, ({ requests }) => Effect.map(requests, ({ length }) => length))

const isRefused = ({ body, client, name, request: more, source }: Refused) =>
  it.effect(`is refused with the API's own body: ${name} (${source})`, () =>
    Effect.gen(function*() {
      const request = ask("Hi", more)
      for (const sent of [request, { ...request, stream: true }]) {
        const { headers, json, status } = yield* post(sent)
        assert.deepStrictEqual(json, body)
        assert.strictEqual(status, 400)
        assert.strictEqual(headers.get("content-type"), "application/json")
      }
      const before = yield* seen
      const errors = yield* clientErrors(request, {})
      if ("check" in client) {
        for (const { message, reason } of errors) {
          assert.strictEqual(reason._tag, "InvalidRequest")
          assert.include(message, `(check: ${client.check})`)
        }
        assert.strictEqual(yield* seen, before)
      }
      // What the client leaves to the server, or is told to leave, comes back as the server's sentence.
      // It quotes no value of the request that the sentence has.
      const [serverMessage] = String(body["message"]).split(" {'")
      for (const { reason } of "check" in client ? yield* clientErrors(request, allOff) : errors) {
        assert.isTrue(reason._tag === "BadRequest" && reason.serverMessage === serverMessage, reason.message)
      }
      assert.strictEqual(yield* seen, before + 2)
    }).pipe(Effect.provide(local(options))))

describe("a conversation", () => {
  for (const row of conversations) isRefused(row)

  it.effect("is refused for an agent as it is for a model", () =>
    Effect.gen(function*() {
      for (const { body, name, request: { messages } } of conversations) {
        const refusal = yield* postTo("/v1/agents/completions")({ agent_id: "ag", messages })
        assert.deepStrictEqual(refusal.json, body, name)
      }
    }).pipe(Effect.provide(local(options))))
})

describe("a tool or a schema", () => {
  for (const row of tools) isRefused(row)
})

describe("a model that cannot", () => {
  for (const row of models) isRefused(row)
})

describe("a request that the API takes", () => {
  for (const [name, more] of Object.entries(accepted)) {
    it.effect(`is sent and answered: ${name}`, () =>
      Effect.gen(function*() {
        const request = ask("Hi", more)
        const { choices } = yield* Chat.complete(request)
        assert.isNotEmpty(choices)
        assert.isNotEmpty(yield* Stream.runCollect(Chat.stream(request)))
      }).pipe(Effect.provide(local(options))))
  }
})
