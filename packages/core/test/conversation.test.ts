import {
  AzureAi,
  Endpoint,
  Message,
  MistralClient,
  type MistralError,
  OpenAiCompatible,
  type RequestOptions,
  VertexAi
} from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted, Stream } from "effect"
import { complete, stream } from "./fixtures/completions.ts"
import { failure } from "./fixtures/scriptedServer.ts"

const user = Message.user("Hi")
const calls = (...ids: ReadonlyArray<string>) =>
  Message.assistant("", { tool_calls: ids.map((id) => ({ id, function: { name: "f", arguments: "{}" } })) })
const called = (name: string) =>
  Message.assistant("", { tool_calls: [{ id: "aaaaaaaaa", function: { name, arguments: "{}" } }] })
const result = (id: string | null) => ({ role: "tool" as const, content: "1", tool_call_id: id })

describe("a conversation", () => {
  const good: Record<string, ReadonlyArray<Message.Message>> = {
    "is sent when calls and results pair up": [
      user,
      calls("aaaaaaaaa", "bbbbbbbbb"),
      result("aaaaaaaaa"),
      result("bbbbbbbbb")
    ],
    "is sent when results come in another order": [
      user,
      calls("aaaaaaaaa", "bbbbbbbbb"),
      result("bbbbbbbbb"),
      result("aaaaaaaaa")
    ],
    "is sent when it goes on after the results": [
      user,
      calls("aaaaaaaaa"),
      result("aaaaaaaaa"),
      Message.assistant("So."),
      user
    ],
    "is sent when the last message is to be continued": [user, Message.assistant("So", { prefix: true })],
    "is sent when an answer has calls and no content": [
      user,
      { role: "assistant", tool_calls: [{ id: "aaaaaaaaa", function: { name: "f", arguments: "" } }] },
      result("aaaaaaaaa")
    ],
    "is sent when an answer has nothing but thinking": [
      user,
      Message.assistant([{ type: "thinking", thinking: [{ type: "text", text: "Hm" }] }]),
      user
    ],
    "is sent when it has only a system message": [Message.system("Say hello")],
    "is sent when it is empty": []
  }
  for (const [name, messages] of Object.entries(good)) {
    it.effect(name, () =>
      Effect.gen(function*() {
        yield* complete({ model: "m", messages })
      }).pipe(Effect.provide(scripted)))
  }

  const noId = { function: { name: "f", arguments: "{}" } }
  const bad: Record<
    string,
    readonly [ReadonlyArray<Message.Message>, path: ReadonlyArray<string | number>, check: keyof RequestOptions.Checks]
  > = {
    "with a user message directly after a tool result": [
      [user, calls("aaaaaaaaa"), result("aaaaaaaaa"), user],
      ["messages", 3, "role"],
      "order"
    ],
    "with a system message directly after a tool result": [
      [user, calls("aaaaaaaaa"), result("aaaaaaaaa"), Message.system("s"), user],
      ["messages", 3, "role"],
      "order"
    ],
    "with a result that answers no call": [
      [user, calls("aaaaaaaaa"), result("ccccccccc")],
      ["messages", 2, "tool_call_id"],
      "toolCalls"
    ],
    "with two results for one call": [
      [user, calls("aaaaaaaaa"), result("aaaaaaaaa"), result("aaaaaaaaa")],
      ["messages", 3, "tool_call_id"],
      "toolCalls"
    ],
    "with a call that has no result": [
      [user, calls("aaaaaaaaa", "bbbbbbbbb"), result("aaaaaaaaa")],
      ["messages", 1, "tool_calls"],
      "toolCalls"
    ],
    "with calls that are passed over": [[user, calls("aaaaaaaaa"), user], ["messages", 1, "tool_calls"], "toolCalls"],
    "with a result out of nowhere": [[user, result("aaaaaaaaa")], ["messages", 1], "toolCalls"],
    "with a call without an id": [
      [user, Message.assistant("", { tool_calls: [noId] }), result("aaaaaaaaa")],
      ["messages", 1, "tool_calls", 0, "id"],
      "toolCallIds"
    ],
    "with a call whose id is the text null": [
      [user, calls("aaaaaaaaa", "null"), result("aaaaaaaaa"), result("bbbbbbbbb")],
      ["messages", 1, "tool_calls", 1, "id"],
      "toolCallIds"
    ],
    "with a call whose id is empty": [
      [user, calls(""), result("aaaaaaaaa")],
      ["messages", 1, "tool_calls", 0, "id"],
      "toolCallIds"
    ],
    "with a result without an id": [
      [user, calls("aaaaaaaaa"), { role: "tool", content: "1" }],
      ["messages", 2, "tool_call_id"],
      "toolCallIds"
    ],
    "with a result whose id is null": [
      [user, calls("aaaaaaaaa"), result(null)],
      ["messages", 2, "tool_call_id"],
      "toolCallIds"
    ],
    "with two calls of the same id": [
      [user, calls("aaaaaaaaa", "aaaaaaaaa"), result("aaaaaaaaa"), result("aaaaaaaaa")],
      ["messages", 1, "tool_calls", 1, "id"],
      "toolCallIds"
    ],
    "with a call of a function whose name has a dot": [
      [user, called("weather.get"), result("aaaaaaaaa")],
      ["messages", 1, "tool_calls", 0, "function", "name"],
      "tools"
    ],
    "with an answer without content": [[user, { role: "assistant" }, user], ["messages", 1], "emptyMessage"],
    "with an answer whose content is null": [[user, Message.assistant(null), user], ["messages", 1], "emptyMessage"],
    "with an answer whose content is an empty text": [
      [user, Message.assistant(""), user],
      ["messages", 1],
      "emptyMessage"
    ],
    "with an answer whose content is an empty list": [
      [user, Message.assistant([]), user],
      ["messages", 1],
      "emptyMessage"
    ],
    "with an answer that has an empty list of calls": [
      [user, Message.assistant("", { tool_calls: [] }), user],
      ["messages", 1],
      "emptyMessage"
    ],
    "with an empty answer that is to be continued": [
      [user, Message.assistant("", { prefix: true })],
      ["messages", 1],
      "emptyMessage"
    ],
    "that ends with an answer": [[user, Message.assistant("So.")], ["messages", 1], "lastMessage"],
    "that ends with an answer that is not to be continued": [
      [user, Message.assistant("So.", { prefix: false })],
      ["messages", 1],
      "lastMessage"
    ],
    "that ends with calls": [[user, calls("aaaaaaaaa")], ["messages", 1], "lastMessage"],
    "that has only an answer": [[Message.assistant("So.")], ["messages", 0], "lastMessage"]
  }
  for (const [name, [messages, path, check]] of Object.entries(bad)) {
    it.effect(`${name} is not sent, unless the check ${check} is off`, () =>
      Effect.gen(function*() {
        const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
        const { reason } = yield* failure(complete({ model: "m", messages }))
        assert.isTrue(
          reason._tag === "InvalidRequest" &&
            reason.issues.some((issue) =>
              issue.path.join(".") === path.join(".") && issue.message.endsWith(` (check: ${check})`)
            )
        )
        assert.strictEqual((yield* failure(Stream.runDrain(stream({ model: "m", messages })))).reason._tag, reason._tag)
        const others = Object.fromEntries(Object.keys(allOff).map((name) => [name, name === check]))
        assert.strictEqual(
          (yield* failure(complete({ model: "m", messages }, { checks: others }))).reason._tag,
          reason._tag
        )
        assert.lengthOf(yield* requests, 0)
        yield* complete({ model: "m", messages }, { checks: { ...allOff, [check]: false } })
        assert.lengthOf(yield* requests, 1)
        // The server that OpenAiCompatible is for decides itself, but for calls and results that do not match.
        const elsewhere = yield* Effect.result(complete({ model: "m", messages })).pipe(
          Effect.provide(OpenAiCompatible.layer({ baseUrl: "http://localhost:8000" }))
        )
        assert.strictEqual(elsewhere._tag, check === "toolCalls" ? "Failure" : "Success")
      }).pipe(Effect.provide(scripted)))
  }

  it.effect("is not sent for an agent, either, and not to Vertex AI or Azure AI", () =>
    Effect.gen(function*() {
      const messages = [user, Message.assistant("So.")]
      const send = <R>(effect: Effect.Effect<unknown, MistralError.MistralError, R>) =>
        Effect.map(failure(effect), ({ message }) => message)
      const agents = send(
        MistralClient.MistralClient.use((client) =>
          client.request(Endpoint.agents.complete, { agent_id: "a", messages })
        )
      )
      assert.include(yield* agents, "(check: lastMessage)")
      const apiKey = Redacted.make("key")
      for (
        const layer of [
          VertexAi.layer({ projectId: "p", accessToken: apiKey }),
          AzureAi.layer({ endpoint: "https://a.test", apiKey })
        ]
      ) {
        assert.include(yield* Effect.provide(send(complete({ model: "m", messages })), layer), "(check: lastMessage)")
      }
    }).pipe(Effect.provide(scripted)))

  it.effect("is checked where a call says so, whatever the deployment says", () =>
    Effect.gen(function*() {
      const error = yield* failure(
        complete({ model: "m", messages: [Message.assistant("So.")] }, { checks: { lastMessage: true } })
      )
      assert.include(error.message, "(check: lastMessage)")
    }).pipe(Effect.provide(Layer.provideMerge(OpenAiCompatible.layer({ baseUrl: "http://localhost:8000" }), server))))

  it.effect("is checked as the client says where a call says undefined", () =>
    Effect.gen(function*() {
      yield* complete({ model: "m", messages: [Message.assistant("So.")] }, { checks: { lastMessage: undefined } })
    }).pipe(Effect.provide(Layer.provideMerge(MistralClient.layer({ checks: { lastMessage: false } }), server))))
})

const allOff: Record<keyof RequestOptions.Checks, false> = {
  order: false,
  toolCalls: false,
  toolCallIds: false,
  tools: false,
  emptyMessage: false,
  lastMessage: false,
  schemas: false
}

const server = ScriptedHttpClient.layer(({ headers }) =>
  headers["accept"] === "text/event-stream"
    ? ScriptedHttpClient.sse(TestCompletion.chunks("ok"))
    : ScriptedHttpClient.json(TestCompletion.response("ok"))
)

const scripted = Layer.provideMerge(MistralClient.layer({}), server)
