/** Mistral's own SDK, talking to the emulator: what it returns is what it would from Mistral. */
import { assert, layer } from "@effect/vitest"
import { Mistral } from "@mistralai/mistralai"
import { HTTPValidationError } from "@mistralai/mistralai/models/errors/httpvalidationerror"
import { SDKError } from "@mistralai/mistralai/models/errors/sdkerror"
import { z } from "zod"
import {
  all,
  asked,
  assertRecent,
  assertSeen,
  assertWeather,
  emulated,
  isId,
  parameters,
  picture,
  rejection,
  talkWith
} from "./emulated.ts"

const model = "mistral-small-latest"
const user = (content: string) => [{ role: "user" as const, content }]
const talk = talkWith((serverURL, apiKey) => new Mistral({ serverURL, apiKey }))

const weather = { type: "function" as const, function: { name: "get_weather", parameters: parameters.get_weather } }
const time = { type: "function" as const, function: { name: "get_time", parameters: parameters.get_time } }

layer(emulated, { excludeTestServices: true })("@mistralai/mistralai", (it) => {
  it.effect("completes a chat", () =>
    talk(async (sdk) => {
      const { created, id, ...rest } = await sdk.chat.complete({ model, messages: user(asked.hello) })
      assert.isTrue(isId(id))
      assertRecent(created)
      assert.deepStrictEqual(rest, {
        object: "chat.completion",
        model,
        usage: { promptTokens: 3, completionTokens: 4, totalTokens: 7 },
        choices: [{
          index: 0,
          message: { role: "assistant", content: "Hello, fog.", toolCalls: null, prefix: false },
          finishReason: "stop"
        }]
      })
    }))

  it.effect("streams a chat, event by event", () =>
    talk(async (sdk) => {
      const events = await all(await sdk.chat.stream({ model, messages: user(asked.hello) }))
      const [first] = events
      assert.isTrue(isId(first?.data.id))
      assertRecent(first?.data.created)
      const head = {
        id: first?.data.id,
        object: "chat.completion.chunk",
        created: first?.data.created,
        model
      }
      const choice = (delta: object, finishReason: string | null = null) => ({
        choices: [{ index: 0, delta, finishReason }]
      })
      assert.deepStrictEqual<unknown>(events.map(({ data }) => data), [
        { ...head, ...choice({ role: "assistant", content: "" }) },
        { ...head, ...choice({ content: "Hello" }) },
        { ...head, ...choice({ content: "," }) },
        { ...head, ...choice({ content: " fog" }) },
        { ...head, ...choice({ content: "." }) },
        {
          ...head,
          ...choice({ content: "" }, "stop"),
          usage: { promptTokens: 3, completionTokens: 4, totalTokens: 7 }
        }
      ])
    }))

  it.effect("streams what it completes, with the same id and usage", () =>
    talk(async (sdk) => {
      const request = { model, messages: user("Tell me about fog"), n: 2, maxTokens: 12, randomSeed: 3 }
      const whole = await sdk.chat.complete(request)
      const chunks = (await all(await sdk.chat.stream(request))).map(({ data }) => data)
      for (const { finishReason, index, message } of whole.choices) {
        const own = chunks.flatMap(({ choices }) => choices).filter((choice) => choice.index === index)
        assert.strictEqual(own.map(({ delta }) => delta.content).join(""), message?.content)
        assert.strictEqual(own.at(-1)?.finishReason, finishReason)
        assert.strictEqual(finishReason, "length")
      }
      assert.deepStrictEqual(chunks.at(-1)?.usage, whole.usage)
      assert.strictEqual(whole.usage.completionTokens, 24)
      assert.deepStrictEqual([...new Set(chunks.map(({ id }) => id))], [whole.id])
    }))

  it.effect("calls a tool, and goes on with its result", () =>
    talk(async (sdk) => {
      const request = { model, tools: [weather, time], messages: user("Use get_weather, please") }
      const { choices: [choice] } = await sdk.chat.complete(request)
      assert.strictEqual(choice?.finishReason, "tool_calls")
      const [call, ...others] = choice?.message?.toolCalls ?? []
      assert.deepStrictEqual(others, [])
      assert.match(call?.id ?? "", /^[A-Za-z0-9]{9}$/)
      assert.strictEqual(call?.type, "function")
      assert.strictEqual(call?.function.name, "get_weather")
      assertWeather(call?.function.arguments)
      const after = await sdk.chat.complete({
        ...request,
        messages: [
          ...request.messages,
          { ...choice!.message!, role: "assistant" },
          { role: "tool", name: "get_weather", toolCallId: call!.id!, content: "18 degrees" }
        ]
      })
      assert.strictEqual(after.choices[0]?.finishReason, "stop")
      assert.include(after.choices[0]?.message?.content, "18 degrees")
    }))

  it.effect("streams several tool calls, each whole", () =>
    talk(async (sdk) => {
      const events = await all(await sdk.chat.stream({ model, tools: [weather, time], messages: user(asked.calls) }))
      const last = events.at(-1)?.data
      assert.deepStrictEqual<unknown>(last?.choices, [{
        index: 0,
        delta: {
          content: null,
          toolCalls: [
            {
              id: "call00001",
              type: "function",
              function: { name: "get_weather", arguments: "{\"city\":\"Paris\"}" },
              index: 0
            },
            // The API sends neither the type nor the index of a call. The SDK takes the defaults of its schema for them.
            { id: "call00002", type: "function", function: { name: "get_time", arguments: "{}" }, index: 0 }
          ]
        },
        finishReason: "tool_calls"
      }])
      const text = events.map(({ data }) => data.choices[0]?.delta.content ?? "").join("")
      assert.strictEqual(text, "One moment.")
    }))

  it.effect("calls the tool that is chosen, any tool, or none", () =>
    talk(async (sdk) => {
      const names = async (toolChoice: "any" | "none" | { function: { name: string } }) =>
        (await sdk.chat.complete({ model, tools: [weather, time], toolChoice, messages: user("Use get_weather") }))
          .choices[0]?.message?.toolCalls?.map(({ function: { name } }) => name)
      assert.deepStrictEqual(await names({ function: { name: "get_time" } }), ["get_time"])
      assert.deepStrictEqual(await names("any"), ["get_weather"])
      assert.isUndefined(await names("none"))
    }))

  it.effect("parses an answer that fits a schema", () =>
    talk(async (sdk) => {
      const Recipe = z.object({ title: z.string(), minutes: z.int().min(5).max(90), tags: z.array(z.enum(["a", "b"])) })
      const answer = await sdk.chat.parse({ model, messages: user("A recipe"), responseFormat: Recipe })
      const { minutes, tags, title } = Recipe.parse(answer.choices?.[0]?.message?.parsed)
      assert.deepStrictEqual(
        JSON.parse(String(answer.choices?.[0]?.message?.content)),
        { title, minutes, tags }
      )
    }))

  it.effect("gives a JSON object", () =>
    talk(async (sdk) => {
      const { choices } = await sdk.chat.complete({
        model,
        messages: user("Fog as JSON"),
        responseFormat: { type: "json_object" }
      })
      assert.isObject(JSON.parse(String(choices[0]?.message?.content)))
    }))

  it.effect("takes a picture in a message", () =>
    talk(async (sdk, { lastBody }) => {
      const ask = (content: Array<{ type: "text"; text: string } | { type: "image_url"; imageUrl: string }>) =>
        sdk.chat.complete({ model, messages: [{ role: "user", content }] })
      const without = await ask([{ type: "text", text: "What is this?" }])
      const seen = await ask([{ type: "text", text: "What is this?" }, { type: "image_url", imageUrl: picture }])
      assert.strictEqual(seen.usage.promptTokens, (without.usage.promptTokens ?? 0) + 256)
      assert.deepInclude(await lastBody(), {
        messages: [{
          role: "user",
          content: [{ type: "text", text: "What is this?" }, { type: "image_url", image_url: picture }]
        }]
      })
    }))

  it.effect("gives several choices, stops at a text, and begins with a prefix", () =>
    talk(async (sdk) => {
      const several = await sdk.chat.complete({ model, messages: user("Tell me about fog"), n: 3 })
      assert.deepStrictEqual(several.choices.map(({ index }) => index), [0, 1, 2])
      assert.strictEqual(new Set(several.choices.map(({ message }) => message?.content)).size, 3)
      const stopped = await sdk.chat.complete({ model, messages: user(asked.hello), stop: [",", "x"] })
      assert.strictEqual(stopped.choices[0]?.message?.content, "Hello")
      assert.strictEqual(stopped.choices[0]?.finishReason, "stop")
      const begun = await sdk.chat.complete({
        model,
        messages: [...user("Tell me about fog"), { role: "assistant", content: "Fog is", prefix: true }]
      })
      assert.match(String(begun.choices[0]?.message?.content), /^Fog is \w/)
    }))

  it.effect("thinks before it speaks, whole and streamed", () =>
    talk(async (sdk) => {
      const request = { model, messages: user(asked.thinking), reasoningEffort: "high" as const }
      const { choices } = await sdk.chat.complete(request)
      assert.deepStrictEqual<unknown>(choices[0]?.message?.content, [
        { type: "thinking", thinking: [{ type: "text", text: "Is it foggy?" }], closed: true },
        { type: "text", text: "It is." }
      ])
      const deltas = (await all(await sdk.chat.stream(request))).map(({ data }) => data.choices[0]?.delta.content)
      assert.deepStrictEqual<unknown>(deltas.slice(1, 3), [
        [{ type: "thinking", thinking: [{ type: "text", text: "Is" }], closed: false }],
        [{ type: "thinking", thinking: [{ type: "text", text: " it" }], closed: false }]
      ])
      assert.deepStrictEqual<unknown>(deltas.slice(-4), [
        [{ type: "thinking", thinking: [], closed: true }, { type: "text", text: "It" }],
        " is",
        ".",
        ""
      ])
    }))

  it.effect("sees a completion that broke off", () =>
    talk(async (sdk) => {
      const events = await all(await sdk.chat.stream({ model, messages: user(asked.failing) }))
      assert.strictEqual(events.at(-1)?.data.choices[0]?.finishReason, "error")
    }))

  it.effect("asks an agent, whole and streamed", () =>
    talk(async (sdk) => {
      const request = { agentId: "ag_emulator", messages: user("Tell me about fog"), maxTokens: 5 }
      const whole = await sdk.agents.complete(request)
      assert.strictEqual(whole.model, "mistral-medium-latest")
      assert.strictEqual(whole.usage.completionTokens, 5)
      const chunks = await all(await sdk.agents.stream(request))
      assert.strictEqual(
        chunks.map(({ data }) => data.choices[0]?.delta.content).join(""),
        whole.choices[0]?.message?.content
      )
    }))

  it.effect("fills in between a prompt and a suffix, whole and streamed", () =>
    talk(async (sdk) => {
      const request = { model: "codestral-latest", prompt: "def add(a, b):\n    ", suffix: "\n    return total" }
      const whole = await sdk.fim.complete(request)
      const text = whole.choices[0]?.message?.content
      assert.isNotEmpty(text)
      assert.strictEqual(whole.choices[0]?.finishReason, "stop")
      const chunks = await all(await sdk.fim.stream(request))
      assert.strictEqual(chunks.map(({ data }) => data.choices[0]?.delta.content).join(""), text)
      assert.deepStrictEqual(chunks.at(-1)?.data.usage, whole.usage)
    }))

  it.effect("lists models and retrieves one", () =>
    talk(async (sdk) => {
      const list = await sdk.models.list()
      assert.strictEqual(list.object, "list")
      assert.isTrue(list.data?.some((model) => model.type === "base" && model.id === "codestral-latest"))
      const one = await sdk.models.retrieve({ modelId: "codestral-2508" })
      assert.strictEqual(one.type, "base")
      if (one.type !== "base") return
      assert.strictEqual(one.id, "codestral-2508")
      assert.isTrue(one.capabilities.completionFim)
      assert.isFalse(one.capabilities.vision)
      assert.strictEqual(one.maxContextLength, 131072)
    }))

  it.effect("embeds texts", () =>
    talk(async (sdk) => {
      const { data, id, ...rest } = await sdk.embeddings.create({
        model: "codestral-embed",
        inputs: ["Fog", "Bread"],
        outputDimension: 8
      })
      assert.isTrue(isId(id))
      assert.deepStrictEqual(rest, {
        object: "list",
        model: "codestral-embed",
        usage: { promptTokens: 2, completionTokens: 0, totalTokens: 2, promptAudioSeconds: null }
      })
      assert.deepStrictEqual(data.map(({ embedding, index, object }) => [object, index, embedding?.length]), [
        ["embedding", 0, 8],
        ["embedding", 1, 8]
      ])
    }))

  it.effect("moderates texts and chats", () =>
    talk(async (sdk) => {
      const texts = await sdk.classifiers.moderate({ model: "mistral-moderation-latest", inputs: ["bread", "kill"] })
      assert.deepStrictEqual(texts.results.map(({ categories }) => categories?.["violence_and_threats"]), [false, true])
      const chat = await sdk.classifiers.moderateChat({ model: "mistral-moderation-latest", inputs: user("kill") })
      assert.strictEqual(chat.results.length, 1)
      assert.isAbove(chat.results[0]?.categoryScores?.["violence_and_threats"] ?? 0, 0.5)
      assert.isBelow(chat.results[0]?.categoryScores?.["law"] ?? 1, 0.5)
    }))

  it.effect("throws an SDKError with status, body and headers for each way to be refused", () =>
    talk(async (sdk, { url }) => {
      const refused = async (promise: PromiseLike<unknown>) => {
        const error = await rejection(promise)
        assert.instanceOf(error, SDKError)
        assert.strictEqual(error.contentType, "application/json")
        assert.match(error.headers.get("mistral-correlation-id") ?? "", /^[0-9a-f-]{36}$/)
        return [error.statusCode, JSON.parse(error.body)] as const
      }
      const complete = (messages: Parameters<typeof sdk.chat.complete>[0]["messages"], more = {}) =>
        refused(sdk.chat.complete({ model, messages, ...more }))
      assert.deepStrictEqual(
        await refused(
          new Mistral({ serverURL: url, apiKey: "wrong" }).chat.complete({ model, messages: user("Hi") })
        ),
        [401, { detail: "Unauthorized" }]
      )
      const raw = { object: "error", param: null }
      assert.deepStrictEqual(await complete(user("Hi"), { model: "nothing" }), [400, {
        ...raw,
        message: "Invalid model: nothing",
        type: "invalid_model",
        code: "1500",
        raw_status_code: 400
      }])
      assert.deepStrictEqual(await complete([...user("Hi"), { role: "assistant", content: "Hi" }]), [400, {
        ...raw,
        message: "Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant",
        type: "invalid_request_message_order",
        code: "3230"
      }])
      assert.deepStrictEqual(
        await complete([
          { role: "assistant", toolCalls: [{ id: "call_1", function: { name: "f", arguments: "{}" } }] },
          { role: "tool", toolCallId: "call_1", content: "1" }
        ]),
        [400, {
          ...raw,
          message: "Tool call id was call_1 but must be a-z, A-Z, 0-9, with a length of 9.",
          type: "invalid_function_call",
          code: "3280",
          raw_status_code: 400
        }]
      )
      const [status, body] = await complete(user("Kill it"), { guardrails: [{ moderationLlmV2: { action: "block" } }] })
      assert.strictEqual(status, 403)
      assert.deepStrictEqual(body.error, { message: "Content blocked by guardrail", status: 403 })
      assert.strictEqual(body.guardrails.results.moderation_llm_v2.violated, true)
      assert.strictEqual((await refused(sdk.models.retrieve({ modelId: "nothing" })))[0], 404)
      assert.strictEqual((await refused(sdk.agents.complete({ agentId: "nobody", messages: user("Hi") })))[0], 404)
      for (const status of [429, 500, 503]) {
        const [found, { message }] = await complete(user(`Fail with ${status}`))
        assert.deepStrictEqual([found, message], [status, `Failed with ${status}`])
      }
    }))

  it.effect("throws an HTTPValidationError for a value out of range, at streams too", () =>
    talk(async (sdk) => {
      const wrong = { model, messages: user("Hi"), n: 0 }
      for (const promise of [sdk.chat.complete(wrong), sdk.chat.stream(wrong)]) {
        const error = await rejection(promise)
        assert.instanceOf(error, HTTPValidationError)
        assert.strictEqual(error.statusCode, 422)
        assert.deepStrictEqual(JSON.parse(error.body).message.detail, [{
          type: "greater_than_equal",
          loc: ["body", "n"],
          msg: "Input should be greater than or equal to 1",
          input: 0,
          ctx: { ge: 1 }
        }])
      }
    }))

  it.effect("tries again after a refusal that passes, if it is told to", () =>
    talk(async (sdk) => {
      const { choices } = await sdk.chat.complete({ model, messages: user("Busy for a moment") }, {
        retries: {
          strategy: "backoff",
          backoff: { initialInterval: 1, maxInterval: 2, exponent: 1, maxElapsedTime: 9000 }
        }
      })
      assert.strictEqual(choices[0]?.message?.content, "Here I am.")
    }))

  it.effect("made all these calls over the socket", () => assertSeen(40))
})
