/**
 * One program over all places that serve the API, which differ by the layer of the client alone: the exact requests that each
 * of them is sent, whole and streamed.
 */
import type { MistralLanguageModel } from "@effect-mistral/ai"
import { MistralClient } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema, Stream } from "effect"
import { Chat, LanguageModel, type Prompt } from "effect/ai"
import { deliveries } from "./fixtures/deliveries.ts"
import {
  apiKey,
  azure,
  type Client,
  compatible,
  handlers,
  model,
  over,
  retry,
  sentId,
  server,
  toolkit,
  vertex
} from "./fixtures/places.ts"

/** A place that serves the API. */
interface Place {
  readonly client: Client
  readonly url: (streaming: boolean) => string
  /** The header that lets Mistral's own parameters pass. */
  readonly extra?: string
  /** The seed and the tool choices, which have other names in other places. */
  readonly seed: object
  readonly required: string
}

const places: Readonly<Record<string, Place>> = {
  "Mistral": {
    client: MistralClient.layer({ apiKey, retry }),
    url: () => "https://api.mistral.ai/v1/chat/completions",
    seed: { random_seed: 7 },
    required: "any"
  },
  "Vertex AI": {
    client: vertex,
    url: (streaming) =>
      `https://us-central1-aiplatform.googleapis.com/v1/projects/my-project/locations/us-central1/publishers/mistralai/models/${model}:${
        streaming ? "streamRawPredict" : "rawPredict"
      }`,
    seed: { random_seed: 7 },
    required: "any"
  },
  "Azure AI": {
    client: azure,
    url: () => "https://res.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview",
    extra: "pass-through",
    seed: { random_seed: 7 },
    required: "required"
  },
  "an OpenAI-compatible server": {
    client: compatible,
    url: () => "https://gateway.test/openai/v1/chat/completions",
    seed: { seed: 7 },
    required: "required"
  }
}

const config = { temperature: 0.2, max_tokens: 50, random_seed: 7, stop: ["END"] }

const strictParameters = {
  type: "object",
  properties: {
    city: { type: "string" },
    day: { anyOf: [{ type: "string" }, { type: "null" }] }
  },
  required: ["city", "day"],
  additionalProperties: false
}

for (const [name, place] of Object.entries(places)) {
  describe(name, () => {
    for (const [delivery, ask] of Object.entries(deliveries)) {
      it.effect(`is sent a conversation with tools, ${delivery}`, () =>
        Effect.gen(function*() {
          const tools = yield* toolkit
          const chat = yield* Chat.fromPrompt([{ role: "system", content: "Be brief." }])
          const first = yield* ask({ prompt: "How warm is it in Paris?", toolkit: tools, toolChoice: "required" }, chat)
          assert.deepStrictEqual(first.calls, [["get_weather", { city: "Paris" }]])
          assert.deepStrictEqual(first.callIds, ["call_abc123"])
          assert.deepStrictEqual(first.results, { call_abc123: { result: { degrees: 18 }, isFailure: false } })
          assert.strictEqual(first.finish, "tool-calls")
          const second = yield* ask({ prompt: [], toolkit: tools }, chat)
          assert.deepStrictEqual([second.text, second.finish], ["It is 18 degrees.", "stop"])

          const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
          const seen = yield* requests
          const streaming = delivery === "streamed"
          const id = sentIdOf(seen[1]?.body)
          assert.match(id, sentId)
          const question = [
            { role: "system", content: "Be brief." },
            { role: "user", content: "How warm is it in Paris?" }
          ]
          const body = {
            model,
            temperature: 0.2,
            max_tokens: 50,
            ...place.seed,
            stop: ["END"],
            tools: [{
              type: "function",
              function: {
                name: "get_weather",
                description: "The weather of a city",
                strict: true,
                parameters: strictParameters
              }
            }],
            stream: streaming
          }
          assert.deepStrictEqual(seen.map(({ body, url }) => ({ url, body })), [
            { url: place.url(streaming), body: { ...body, messages: question, tool_choice: place.required } },
            {
              url: place.url(streaming),
              body: {
                ...body,
                messages: [
                  ...question,
                  {
                    role: "assistant",
                    content: "",
                    tool_calls: [{
                      id,
                      type: "function",
                      function: { name: "get_weather", arguments: "{\"city\":\"Paris\"}" }
                    }]
                  },
                  { role: "tool", content: "{\"degrees\":18}", tool_call_id: id, name: "get_weather" }
                ],
                tool_choice: "auto"
              }
            }
          ])
          for (const { headers, method } of seen) {
            assert.deepStrictEqual(
              [method, headers.authorization, headers.accept, headers["extra-parameters"]],
              ["POST", "Bearer the-key", streaming ? "text/event-stream" : "application/json", place.extra]
            )
          }
        }).pipe(Effect.provide(handlers), Effect.provide(over(place.client, config)), Effect.provide(server)))
    }

    it.effect("is sent the schema of an object", () =>
      Effect.gen(function*() {
        const Painter = Schema.Struct({ name: Schema.String, born: Schema.optionalKey(Schema.Int) })
        const { value } = yield* LanguageModel.generateObject({
          prompt: "Who painted it?",
          schema: Painter,
          objectName: "painter"
        })
        assert.deepStrictEqual(value, { name: "Claude Monet" })
        const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
        const [seen] = yield* requests
        assert.strictEqual(seen?.url, place.url(false))
        assert.deepStrictEqual(seen?.body, {
          model,
          messages: [{ role: "user", content: "Who painted it?" }],
          response_format: {
            type: "json_schema",
            json_schema: {
              name: "painter",
              strict: true,
              schema: {
                type: "object",
                properties: {
                  name: { type: "string" },
                  born: { anyOf: [{ type: "integer" }, { type: "null" }] }
                },
                required: ["name", "born"],
                additionalProperties: false
              }
            }
          },
          stream: false
        })
      }).pipe(
        Effect.provide(over(place.client)),
        Effect.provide(ScriptedHttpClient.layer([
          ScriptedHttpClient.json(TestCompletion.response("{\"name\":\"Claude Monet\",\"born\":null}"))
        ]))
      ))

    it.effect("says in an error nothing of the key and the prompt where it refuses the key", () =>
      Effect.gen(function*() {
        for (const call of [generate, drain]) {
          const error = yield* Effect.flip(call("A secret prompt"))
          assert.strictEqual(error.reason._tag, "AuthenticationError")
          assert.isFalse(error.isRetryable)
          assert.notMatch(JSON.stringify(error) + error.message + String(error), /the-key|secret prompt/)
        }
      }).pipe(
        Effect.provide(over(place.client)),
        Effect.provide(
          ScriptedHttpClient.layer(() => ScriptedHttpClient.json({ message: "Unauthorized" }, { status: 401 }))
        )
      ))
  })
}

const generate = (prompt: Prompt.RawInput) => Effect.asVoid(LanguageModel.generateText({ prompt }))
const drain = (prompt: Prompt.RawInput) => Stream.runDrain(LanguageModel.streamText({ prompt }))

const sentIdOf = (body: unknown): string => {
  // The cast is safe: a test compares the whole body afterwards.
  const { messages } = body as { readonly messages: ReadonlyArray<{ readonly tool_call_id?: string }> }
  return String(messages.at(-1)?.tool_call_id)
}

describe("a parameter that a place does not take", () => {
  const refused: ReadonlyArray<readonly [name: string, client: Client, config: MistralLanguageModel.ConfigOptions]> = [
    ["Vertex AI", vertex, { safe_prompt: true }],
    ["Vertex AI", vertex, { prompt_cache_key: "k" }],
    ["Vertex AI", vertex, { service_tier: "auto" }],
    ["Vertex AI", vertex, { reasoning_effort: "low" }],
    ["Azure AI", azure, { prompt_cache_key: "k" }],
    ["Azure AI", azure, { service_tier: "auto" }],
    ["An OpenAI-compatible server", compatible, { safe_prompt: true }],
    ["An OpenAI-compatible server", compatible, { guardrails: [{ moderation_llm_v2: { action: "block" } }] }],
    ["An OpenAI-compatible server", compatible, { prompt_mode: "reasoning" }]
  ]
  for (const [name, client, config] of refused) {
    const [key = ""] = Object.keys(config)
    it.effect(`is an invalid request that is not sent: ${key} to ${name}`, () =>
      Effect.gen(function*() {
        for (const call of [generate, drain]) {
          const { isRetryable, reason } = yield* Effect.flip(call("Hi"))
          assert.strictEqual(reason._tag, "InvalidRequestError")
          assert.isFalse(isRetryable)
          const description = "description" in reason ? String(reason.description) : ""
          assert.include(description, key)
          assert.include(description, name)
        }
        const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
        assert.deepStrictEqual(yield* requests, [])
      }).pipe(Effect.provide(over(client, config)), Effect.provide(ScriptedHttpClient.layer())))
  }

  const taken: ReadonlyArray<
    readonly [name: string, client: Client, config: MistralLanguageModel.ConfigOptions, sent: object]
  > = [
    ["Azure AI", azure, { safe_prompt: true }, { safe_prompt: true }],
    ["Vertex AI", vertex, { reasoning_effort: "high" }, { reasoning_effort: "high" }],
    ["an OpenAI-compatible server", compatible, { prompt_cache_key: "k" }, { prompt_cache_key: "k" }],
    ["an OpenAI-compatible server", compatible, { service_tier: "standard_only" }, { service_tier: "default" }],
    ["an OpenAI-compatible server", compatible, { safe_prompt: false }, {}],
    ["an OpenAI-compatible server", compatible, { reasoning_effort: "low" }, { reasoning_effort: "low" }],
    ["an OpenAI-compatible server", compatible, { requestOptions: { extraBody: { top_k: 5 } } }, { top_k: 5 }]
  ]
  for (const [name, client, config, sent] of taken) {
    it.effect(`is sent to ${name} where it takes it: ${JSON.stringify(config)}`, () =>
      Effect.gen(function*() {
        yield* generate("Hi")
        const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
        assert.deepStrictEqual((yield* requests).map(({ body }) => body), [
          { model, messages: [{ role: "user", content: "Hi" }], ...sent, stream: false }
        ])
      }).pipe(
        Effect.provide(over(client, config)),
        Effect.provide(ScriptedHttpClient.layer([ScriptedHttpClient.json(TestCompletion.response("Hello"))]))
      ))
  }
})
