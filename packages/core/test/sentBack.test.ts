/**
 * An answer of a server, sent back to it or to another one in the next request.
 */
import { AzureAi, Message, MistralClient, OpenAiCompatible, VertexAi } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted, Stream } from "effect"
import type { HttpClient } from "effect/http"
import { complete, stream } from "./fixtures/completions.ts"
import { goodResponse, type Script } from "./fixtures/scriptedClient.ts"

const key = Redacted.make("the-key")
const messages = [{ role: "user" as const, content: "Hi" }]

describe("the thinking of an OpenAI-compatible server", () => {
  const thinking = {
    reasoning_content: "Hm",
    reasoning: "Hm",
    reasoning_details: [{ type: "reasoning.text", text: "Hm" }]
  }
  const history = [...messages, { role: "assistant" as const, content: "So", ...thinking }, ...messages]
  const clients: Record<string, readonly [Client, sent: object]> = {
    "is sent back to the server it came from": [OpenAiCompatible.layer({ baseUrl: "http://localhost:8000" }), thinking],
    "is not sent to Mistral": [MistralClient.layer({}), {}],
    "is not sent to Vertex AI": [VertexAi.layer({ projectId: "p", accessToken: key }), {}],
    "is not sent to Azure AI": [AzureAi.layer({ endpoint: "https://res.services.ai.azure.com", apiKey: key }), {}]
  }
  for (const [name, [client, sent]] of Object.entries(clients)) {
    it.effect(name, () =>
      Effect.gen(function*() {
        const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
        yield* complete({ model: "m", messages: history })
        yield* Stream.runDrain(stream({ model: "m", messages: history }))
        for (const { body } of yield* requests) {
          assert.deepStrictEqual((body as { readonly messages: unknown }).messages, [
            ...messages,
            { role: "assistant", content: "So", ...sent },
            ...messages
          ])
        }
      }).pipe(Effect.provide(services(client))))
  }
})

describe("the calls of an OpenAI-compatible server", () => {
  it.effect("is sent an answer of its own back in a form that it takes", () =>
    Effect.gen(function*() {
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      const first = yield* complete({ model: "m", messages })
      const answer = Message.fromReceived(first.choices[0]!.message!)
      const call = answer.tool_calls![0]!
      yield* complete({ model: "m", messages: [...messages, answer, Message.toolResult(call, { a: 1 })] })
      const body: unknown = (yield* requests)[1]?.body
      assert.deepStrictEqual(body, {
        model: "m",
        stream: false,
        messages: [
          ...messages,
          {
            role: "assistant",
            content: null,
            tool_calls: [{ id: "call_1", type: "function", function: { name: "f", arguments: "{}" } }]
          },
          { role: "tool", content: "{\"a\":1}", tool_call_id: "call_1", name: "f" }
        ]
      })
    }).pipe(Effect.provide(services(OpenAiCompatible.layer({ baseUrl: "http://localhost:8000" }), () => {
      const message = {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "call_1", index: 0, function: { name: "f", arguments: "" } }]
      }
      return ScriptedHttpClient.json({
        ...TestCompletion.response("ok"),
        choices: [{ index: 0, message, finish_reason: "tool_calls" }]
      })
    }))))
})

type Client = Layer.Layer<MistralClient.MistralClient, never, HttpClient.HttpClient>

const services = (client: Client, script: Script = goodResponse) =>
  Layer.provideMerge(client, ScriptedHttpClient.layer(script))
