/**
 * The same input sent by Mistral's own SDK and by this library, to one local server: the bodies must be equal but for
 * the differences named below, each with its reason.
 */
import * as Chat from "@effect-mistral/chat/Chat"
import * as MistralClient from "@effect-mistral/core/MistralClient"
import * as RetryPolicy from "@effect-mistral/core/RetryPolicy"
import { assert, describe, it, layer } from "@effect/vitest"
import { Mistral } from "@mistralai/mistralai"
import type * as Sdk from "@mistralai/mistralai/models/components"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as http from "node:http"
import type { AddressInfo } from "node:net"

/** Where the bodies differ on purpose: what this library sends, what the SDK sends, and why. */
const differences: Record<string, { readonly ours: unknown; readonly sdk: unknown; readonly why: string }> = {
  "messages[].prefix": {
    ours: "absent",
    sdk: false,
    why: "The SDK adds the default to every assistant message; what the caller left out is left out here."
  },
  "messages[].tool_calls[].id": {
    ours: "absent",
    sdk: "null",
    why: "The SDK sends the text \"null\" for an id that is missing; here it is left out, as the schema allows."
  },
  "messages[].tool_calls[].type": {
    ours: "absent",
    sdk: "function",
    why: "The SDK adds the default; what the caller left out is left out here."
  },
  "messages[].tool_calls[].index": {
    ours: "absent",
    sdk: 0,
    why: "The SDK adds the default, even to several calls, which then share one index; here it is left out."
  },
  "tool_choice.type": {
    ours: "absent",
    sdk: "function",
    why: "The SDK adds the default; what the caller left out is left out here."
  },
  "prediction.type": {
    ours: "absent",
    sdk: "content",
    why: "The SDK adds the default; what the caller left out is left out here."
  },
  "prediction.content": {
    ours: "absent",
    sdk: "",
    why: "The SDK adds the default; what the caller left out is left out here."
  },
  "guardrails[].block_on_error": {
    ours: "absent",
    sdk: false,
    why: "The SDK adds the default; what the caller left out is left out here."
  },
  "guardrails[].moderation_llm_v1.model_name": {
    ours: "absent",
    sdk: "mistral-moderation-2411",
    why: "The SDK names the model that was the default when it was made; here the server chooses."
  },
  "guardrails[].moderation_llm_v1.ignore_other_categories": {
    ours: "absent",
    sdk: false,
    why: "The SDK adds the default; what the caller left out is left out here."
  },
  "guardrails[].moderation_llm_v2.model_name": {
    ours: "absent",
    sdk: "mistral-moderation-2603",
    why: "The SDK names the model that was the default when it was made; here the server chooses."
  },
  "guardrails[].moderation_llm_v2.ignore_other_categories": {
    ours: "absent",
    sdk: false,
    why: "The SDK adds the default; what the caller left out is left out here."
  }
}

layer(Layer.suspend(() => Recorder.layer), { excludeTestServices: true })("a chat request", (it) => {
  for (const [name, { differs = [], input }] of Object.entries(inputs)) {
    for (const operation of ["complete", "stream"] as const) {
      it.effect(`with ${name} is what the SDK sends (${operation})`, () =>
        Effect.gen(function*() {
          const recorder = yield* Recorder
          const [ours, sdk] = yield* recorder.both(operation, { ...request, ...input })
          const { body: ourBody, headers: _, ...our } = ours
          const { body: sdkBody, headers: __, ...their } = sdk
          assert.deepStrictEqual(our, their)
          assert.deepStrictEqual(our, { method: "POST", path: "/v1/chat/completions" })
          for (const header of ["authorization", "content-type", "accept"]) {
            assert.strictEqual(ours.headers[header], sdk.headers[header], header)
          }
          assert.deepStrictEqual(
            new Map([...compare(ourBody, sdkBody)].sort(([a], [b]) => a.localeCompare(b))),
            new Map(
              [...differs].sort((a, b) => a.localeCompare(b)).map((at) => {
                const { ours, sdk } = differences[at]!
                return [at, { ours, sdk }]
              })
            )
          )
          assert.deepStrictEqual(ourBody, { ...request, ...input, stream: operation === "stream" })
        }))
    }
  }
})

describe("the table of differences", () => {
  it("holds none that no input shows", () => {
    const shown = new Set(Object.values(inputs).flatMap(({ differs = [] }) => differs))
    assert.deepStrictEqual([...shown].sort(), Object.keys(differences).sort())
  })

  it("is about at least twenty inputs", () => {
    assert.isAtLeast(Object.keys(inputs).length, 20)
  })
})

interface Recorded {
  readonly method: string | undefined
  readonly path: string | undefined
  readonly headers: http.IncomingHttpHeaders
  readonly body: unknown
}

/** A server that takes any chat request, and the two clients that send to it. */
class Recorder extends Context.Service<Recorder, {
  readonly both: (
    operation: "complete" | "stream",
    request: Chat.Request
  ) => Effect.Effect<readonly [ours: Recorded, sdk: Recorded]>
}>()("test/Recorder") {
  static readonly layer = Layer.effect(
    Recorder,
    Effect.gen(function*() {
      let recorded: Array<Recorded> = []
      const server = http.createServer((incoming, outgoing) => {
        const pieces: Array<Buffer> = []
        incoming.on("data", (piece: Buffer) => pieces.push(piece))
        incoming.on("end", () => {
          const body: unknown = JSON.parse(Buffer.concat(pieces).toString("utf8"))
          recorded.push({ method: incoming.method, path: incoming.url, headers: incoming.headers, body })
          const streamed = Predicate.hasProperty(body, "stream") && body.stream === true
          outgoing.writeHead(200, { "content-type": streamed ? "text/event-stream" : "application/json" })
          outgoing.end(streamed ? `data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n` : JSON.stringify(completion))
        })
      })
      yield* Effect.acquireRelease(
        Effect.callback<void>((resume) => {
          server.listen(0, "127.0.0.1", () => resume(Effect.void))
        }),
        () =>
          Effect.callback<void>((resume) => {
            server.close(() => resume(Effect.void))
            server.closeAllConnections()
          })
      )
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const sdk = new Mistral({ serverURL: url, apiKey: "k" })
      const chat = yield* Chat.make().pipe(
        Effect.provide(
          MistralClient.layer({ baseUrl: url, apiKey: Redacted.make("k"), retry: RetryPolicy.none }).pipe(
            Layer.provide(FetchHttpClient.layer)
          )
        )
      )
      return Recorder.of({
        both: Effect.fnUntraced(function*(operation, request) {
          recorded = []
          const theirs = toSdk(request)
          if (operation === "complete") {
            yield* Effect.orDie(chat.complete(request))
            yield* Effect.promise(() => sdk.chat.complete(theirs))
          } else {
            yield* Effect.orDie(Stream.runDrain(chat.stream(request)))
            yield* Effect.promise(async () => {
              for await (const _ of await sdk.chat.stream(theirs)) { /* to its end */ }
            })
          }
          const [ours, sdks] = recorded
          assert.strictEqual(recorded.length, 2)
          return [ours!, sdks!] as const
        })
      })
    })
  )
}

const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }

const completion = {
  id: "c1",
  object: "chat.completion",
  created: 1,
  model: "m",
  choices: [{ index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }],
  usage
}

const chunk = {
  id: "c1",
  object: "chat.completion.chunk",
  created: 1,
  model: "m",
  choices: [{ index: 0, delta: { role: "assistant", content: "Hi" }, finish_reason: "stop" }],
  usage
}

/** The same request under the SDK's names. It checks what it is given, so a wrong name does not go unnoticed. */
const toSdk = (request: Chat.Request): Sdk.ChatCompletionRequest => renamed(request) as Sdk.ChatCompletionRequest

const renamed = (value: unknown, key?: string, above?: string): unknown => {
  // What holds the caller's own keys is left alone.
  if (key === "metadata" || key === "arguments" || (key === "parameters" && above === "function")) return value
  if (key === "schema" && above === "json_schema") return value
  if (Array.isArray(value)) return value.map((item) => renamed(item, key, above))
  if (!Predicate.isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name === "schema" && key === "json_schema"
        ? "schemaDefinition"
        : name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
      renamed(inner, name, key)
    ])
  )
}

interface Difference {
  readonly ours: unknown
  readonly sdk: unknown
}

/** Where two bodies differ; places in arrays are one place. */
const compare = (ours: unknown, sdk: unknown, at = ""): ReadonlyMap<string, Difference> => {
  if (Array.isArray(ours) && Array.isArray(sdk) && ours.length === sdk.length) {
    return new Map(ours.flatMap((item, i) => [...compare(item, sdk[i], `${at}[]`)]))
  }
  if (isRecord(ours) && isRecord(sdk)) {
    return new Map(
      [...new Set([...Object.keys(ours), ...Object.keys(sdk)])].flatMap((key) => [
        ...compare(
          key in ours ? ours[key] : "absent",
          key in sdk ? sdk[key] : "absent",
          at === "" ? key : `${at}.${key}`
        )
      ])
    )
  }
  return JSON.stringify(ours) === JSON.stringify(sdk) ? new Map() : new Map([[at, { ours, sdk }]])
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  Predicate.isObject(value) && !Array.isArray(value)

const request: Chat.Request = { model: "mistral-small-latest", messages: [{ role: "user", content: "Hi" }] }

const weather = {
  type: "function" as const,
  function: {
    name: "weather_now",
    description: "The weather",
    strict: true,
    parameters: { type: "object", properties: { city_name: { type: "string" } }, required: ["city_name"] }
  }
}

interface Input {
  readonly input: Partial<Chat.Request>
  /** Keys of the table of differences. */
  readonly differs?: ReadonlyArray<string>
}

const inputs: Record<string, Input> = {
  "nothing but what is required": { input: {} },
  "every parameter": {
    input: {
      temperature: 0.3,
      top_p: 0.9,
      max_tokens: 64,
      stop: ["\n\n", "."],
      random_seed: 7,
      metadata: { some_tenant: "t", deep_er: { still_ours: [1, null] } },
      response_format: { type: "text" },
      tools: [weather],
      tool_choice: "auto",
      presence_penalty: 0,
      frequency_penalty: -0.5,
      n: 2,
      prediction: { type: "content", content: "So" },
      parallel_tool_calls: false,
      reasoning_effort: "high",
      prompt_mode: "reasoning",
      guardrails: [{ block_on_error: true }],
      prompt_cache_key: "k",
      service_tier: "auto",
      safe_prompt: true
    }
  },
  "null wherever it is taken": {
    input: {
      temperature: null,
      top_p: null,
      max_tokens: null,
      stop: null,
      random_seed: null,
      metadata: null,
      tools: null,
      presence_penalty: null,
      frequency_penalty: null,
      n: null,
      reasoning_effort: null,
      prompt_mode: null,
      guardrails: null,
      prompt_cache_key: null,
      service_tier: null
    }
  },
  "zeros, empty texts and empty arrays": {
    input: { temperature: 0, max_tokens: 0, random_seed: 0, stop: "", metadata: {}, tools: [], prompt_cache_key: "" }
  },
  "one stop text": { input: { stop: "." } },
  "no stop texts at all": { input: { stop: [] } },
  "a system message in pieces": {
    input: {
      messages: [{
        role: "system",
        content: [{ type: "text", text: "Be terse." }, {
          type: "thinking",
          thinking: [{ type: "text", text: "So" }],
          closed: true
        }]
      }, ...request.messages]
    }
  },
  "several turns": {
    input: {
      messages: [
        { role: "system", content: "Be terse." },
        { role: "user", content: "Hi" },
        { role: "assistant", content: "Hello" },
        { role: "user", content: "Bye" }
      ]
    },
    differs: ["messages[].prefix"]
  },
  "a prefix": {
    input: { messages: [...request.messages, { role: "assistant", content: "So", prefix: true }] }
  },
  "images": {
    input: {
      messages: [{
        role: "user",
        content: [
          { type: "text", text: "What?" },
          { type: "image_url", image_url: "https://a.test/b.png" },
          { type: "image_url", image_url: { url: "data:image/png;base64,AA==", detail: "high" } },
          { type: "image_url", image_url: { url: "u", detail: null } }
        ]
      }]
    }
  },
  "documents and files": {
    input: {
      messages: [{
        role: "user",
        content: [
          { type: "document_url", document_url: "https://a.test/b.pdf", document_name: "b" },
          { type: "document_url", document_url: "https://a.test/c.pdf", document_name: null },
          { type: "file", file_id: "e85980c9-409e-4a46-9304-36588f6292b0" }
        ]
      }]
    }
  },
  "audio": { input: { messages: [{ role: "user", content: [{ type: "input_audio", input_audio: "AAAA" }] }] } },
  "references": {
    input: { messages: [{ role: "user", content: [{ type: "reference", reference_ids: [0, "a"] }] }] }
  },
  "a content that is null": { input: { messages: [{ role: "user", content: null }] } },
  "thinking sent back": {
    input: {
      messages: [
        { role: "user", content: "2+2" },
        {
          role: "assistant",
          content: [
            {
              type: "thinking",
              thinking: [
                { type: "text", text: "4" },
                { type: "reference", reference_ids: [1] },
                { type: "tool_reference", tool: "web_search", title: "t", url: "u", favicon: null, description: null }
              ],
              signature: "sig",
              closed: true
            },
            { type: "text", text: "4" }
          ],
          prefix: false
        },
        { role: "user", content: "+2" }
      ]
    }
  },
  "thinking sent back without a word whether it is closed": {
    input: {
      messages: [
        ...request.messages,
        {
          role: "assistant",
          content: [{ type: "thinking", thinking: [{ type: "text", text: "4" }] }],
          prefix: false
        },
        ...request.messages
      ]
    }
  },
  "a function with all its keys": { input: { tools: [weather] } },
  "a function with as few keys as it may have": {
    input: { tools: [{ type: "function", function: { name: "f", parameters: {} } }] }
  },
  "every built-in tool": {
    input: {
      tools: [
        { type: "web_search" },
        {
          type: "web_search_premium",
          tool_configuration: { include: ["a"], exclude: null, requires_confirmation: ["a"] }
        },
        { type: "code_interpreter", tool_configuration: null },
        { type: "image_generation" },
        { type: "document_library", library_ids: ["06835734-9930-7a37-8000-4f8c1a5e2b3c"] },
        { type: "connector", connector_id: "mail", authorization: { type: "oauth2-token", value: "v" } },
        { type: "connector", connector_id: "crm", authorization: { type: "api-key", value: "v" } },
        { type: "connector", connector_id: "open", authorization: null }
      ]
    }
  },
  "tool_choice auto": { input: { tools: [weather], tool_choice: "auto" } },
  "tool_choice none": { input: { tools: [weather], tool_choice: "none" } },
  "tool_choice any": { input: { tools: [weather], tool_choice: "any" } },
  "tool_choice required": { input: { tools: [weather], tool_choice: "required" } },
  "tool_choice of one function": {
    input: { tools: [weather], tool_choice: { type: "function", function: { name: "weather_now" } } }
  },
  "a tool call and its result": {
    input: {
      messages: [
        ...request.messages,
        {
          role: "assistant",
          content: "",
          tool_calls: [{
            id: "abcdefghi",
            type: "function",
            function: { name: "weather_now", arguments: "{\"city_name\":\"Paris\"}" },
            index: 0
          }],
          prefix: false
        },
        { role: "tool", content: "sunny", tool_call_id: "abcdefghi", name: "weather_now" }
      ]
    }
  },
  "arguments as an object, and a result in pieces": {
    input: {
      messages: [
        ...request.messages,
        {
          role: "assistant",
          tool_calls: [{
            id: "abcdefghi",
            type: "function",
            function: { name: "weather_now", arguments: { city_name: "Paris" } },
            index: 3
          }],
          prefix: false
        },
        { role: "tool", content: [{ type: "text", text: "sunny" }], tool_call_id: "abcdefghi", name: null }
      ]
    }
  },
  "tool calls as native models send them": {
    input: {
      messages: [
        ...request.messages,
        { role: "assistant", tool_calls: [{ function: { name: "weather_now", arguments: "{}" } }] },
        { role: "tool", content: null }
      ]
    },
    differs: [
      "messages[].prefix",
      "messages[].tool_calls[].id",
      "messages[].tool_calls[].type",
      "messages[].tool_calls[].index"
    ]
  },
  "an assistant message without content or calls": {
    input: { messages: [...request.messages, { role: "assistant", content: null, tool_calls: null, prefix: false }] }
  },
  "a JSON object for an answer": { input: { response_format: { type: "json_object" } } },
  "a JSON schema for an answer": {
    input: {
      response_format: {
        type: "json_schema",
        json_schema: {
          name: "book",
          description: null,
          schema: { type: "object", properties: { first_name: { type: "string" } }, additionalProperties: false },
          strict: true
        }
      }
    }
  },
  "a JSON schema without a word on its strictness": {
    input: { response_format: { type: "json_schema", json_schema: { name: "book", schema: {} } } }
  },
  "a prediction": { input: { prediction: { type: "content", content: "So" } } },
  "a prediction of nothing": { input: { prediction: {} }, differs: ["prediction.type", "prediction.content"] },
  "an answer of no form": { input: { response_format: {} } },
  "tool_choice of one function without its type": {
    input: { tools: [weather], tool_choice: { function: { name: "weather_now" } } },
    differs: ["tool_choice.type"]
  },
  "guardrails of both generations": {
    input: {
      guardrails: [{
        block_on_error: true,
        moderation_llm_v1: {
          model_name: "m1",
          custom_category_thresholds: { sexual: 0.1, dangerous_and_criminal_content: 0.2, pii: null },
          ignore_other_categories: false,
          action: "block"
        },
        moderation_llm_v2: {
          model_name: "m2",
          custom_category_thresholds: { jailbreaking: 0.1, hate_and_discrimination: 0.3 },
          ignore_other_categories: true,
          action: "none"
        }
      }]
    }
  },
  "a guardrail with defaults": {
    input: { guardrails: [{ moderation_llm_v2: { action: "block" }, moderation_llm_v1: {} }] },
    differs: [
      "guardrails[].block_on_error",
      "guardrails[].moderation_llm_v1.model_name",
      "guardrails[].moderation_llm_v1.ignore_other_categories",
      "guardrails[].moderation_llm_v2.model_name",
      "guardrails[].moderation_llm_v2.ignore_other_categories"
    ]
  },
  "guardrails whose moderations are null": {
    input: { guardrails: [{ block_on_error: false, moderation_llm_v1: null, moderation_llm_v2: null }] }
  },
  "every reasoning effort: none": { input: { reasoning_effort: "none" } },
  "every reasoning effort: xhigh": { input: { reasoning_effort: "xhigh" } },
  "text of all planes": { input: { messages: [{ role: "user", content: "é 漢 😀 \u2028 \" \\ \n \ud800" }] } }
}
