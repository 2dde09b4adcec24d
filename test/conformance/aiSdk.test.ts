/** The AI SDK with its Mistral provider, talking to the emulator. */
import { createMistral } from "@ai-sdk/mistral"
import { assert, layer } from "@effect/vitest"
import {
  APICallError,
  embed,
  embedMany,
  generateText,
  isStepCount,
  jsonSchema,
  Output,
  RetryError,
  streamText,
  tool,
  type ToolSet
} from "ai"
import { all, asked, assertSeen, emulated, isId, parameters, picture, rejection, talkWith } from "./emulated.ts"

const talk = talkWith((url, apiKey) => {
  const provider = createMistral({ apiKey, baseURL: `${url}/v1` })
  return { provider, model: provider("mistral-small-latest") }
})

// The types of `tool` do not fit `exactOptionalPropertyTypes`; the value is what the SDK's documentation shows.
const tools = {
  get_weather: tool({
    inputSchema: jsonSchema<{ readonly city: string; readonly days: number }>(parameters.get_weather as object),
    execute: async ({ city, days }) => `18 degrees in ${city} for ${days} days`
  })
} as unknown as ToolSet

const usage = {
  inputTokens: 3,
  inputTokenDetails: { noCacheTokens: 3, cacheReadTokens: undefined, cacheWriteTokens: undefined },
  outputTokens: 4,
  outputTokenDetails: { textTokens: 4, reasoningTokens: undefined },
  totalTokens: 7,
  raw: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 }
}

layer(emulated, { excludeTestServices: true })("ai with @ai-sdk/mistral", (it) => {
  it.effect("generates a text", () =>
    talk(async ({ model }) => {
      const result = await generateText({ model, prompt: asked.hello })
      assert.strictEqual(result.text, "Hello, fog.")
      assert.strictEqual(result.finishReason, "stop")
      assert.deepStrictEqual<unknown>(result.usage, usage)
      assert.deepStrictEqual(result.warnings, [])
      assert.isTrue(isId(result.response.id))
      assert.strictEqual(result.response.modelId, "mistral-small-latest")
      assert.approximately(result.response.timestamp.getTime(), Date.now(), 60_000)
      assert.strictEqual(result.response.headers?.["x-ratelimit-tokens-query-cost"], "7")
    }))

  it.effect("streams a text, part by part", () =>
    talk(async ({ model }) => {
      const parts = await all(streamText({ model, prompt: asked.hello }).fullStream)
      assert.deepStrictEqual(parts.map(({ type }) => type), [
        "start",
        "start-step",
        "text-start",
        "text-delta",
        "text-delta",
        "text-delta",
        "text-delta",
        "text-end",
        "finish-step",
        "finish"
      ])
      assert.deepStrictEqual(
        parts.flatMap((part) => part.type === "text-delta" ? [part.text] : []),
        ["Hello", ",", " fog", "."]
      )
      const last = parts.at(-1)
      assert.isTrue(last?.type === "finish")
      if (last?.type !== "finish") return
      assert.strictEqual(last.finishReason, "stop")
      assert.deepStrictEqual<unknown>(last.totalUsage, usage)
    }))

  it.effect("stops at a length and at a text, and says which", () =>
    talk(async ({ model }) => {
      const short = await generateText({ model, prompt: "Tell me about fog", maxOutputTokens: 5 })
      assert.strictEqual(short.finishReason, "length")
      assert.strictEqual(short.usage.outputTokens, 5)
      const stopped = await generateText({ model, prompt: asked.hello, stopSequences: [","] })
      assert.strictEqual(stopped.text, "Hello")
      assert.strictEqual(stopped.finishReason, "stop")
    }))

  it.effect("gives the same text for the same seed", () =>
    talk(async ({ model }) => {
      const text = async (seed: number) => (await generateText({ model, prompt: "Tell me about fog", seed })).text
      assert.strictEqual(await text(1), await text(1))
      assert.notStrictEqual(await text(2), await text(1))
    }))

  it.effect("runs a tool and goes on with its result", () =>
    talk(async ({ model }) => {
      const { steps } = await generateText({
        model,
        tools,
        prompt: "Use get_weather, please",
        stopWhen: isStepCount(3)
      })
      assert.deepStrictEqual(steps.map(({ finishReason }) => finishReason), ["tool-calls", "stop"])
      const [call, result] = steps[0]?.content ?? []
      assert.isTrue(call?.type === "tool-call" && result?.type === "tool-result")
      if (call?.type !== "tool-call" || result?.type !== "tool-result") return
      assert.match(call.toolCallId, /^[A-Za-z0-9]{9}$/)
      const { city, days } = call.input as { readonly city: string; readonly days: number }
      assert.strictEqual(result.output, `18 degrees in ${city} for ${days} days`)
      assert.include(steps[1]?.text, `18 degrees in ${city} for ${days} days`)
    }))

  it.effect("streams a tool call", () =>
    talk(async ({ model }) => {
      const parts = await all(streamText({ model, tools, prompt: asked.call }).fullStream)
      const call = parts.find((part) => part.type === "tool-call")
      assert.isTrue(call?.type === "tool-call")
      if (call?.type !== "tool-call") return
      assert.deepStrictEqual([call.toolCallId, call.toolName, call.input], ["call00001", "get_weather", {
        city: "Paris"
      }])
      assert.strictEqual(
        parts.flatMap((part) => part.type === "tool-input-delta" ? [part.delta] : []).join(""),
        "{\"city\":\"Paris\"}"
      )
      const last = parts.at(-1)
      assert.isTrue(last?.type === "finish" && last.finishReason === "tool-calls")
    }))

  it.effect("calls a tool when it must", () =>
    talk(async ({ model }) => {
      const { toolCalls } = await generateText({ model, tools, prompt: "Tell me about fog", toolChoice: "required" })
      assert.deepStrictEqual(toolCalls.map(({ toolName }) => toolName), ["get_weather"])
    }))

  it.effect("generates an object that fits a schema, whole and streamed", () =>
    talk(async ({ model }) => {
      const schema = jsonSchema<{ readonly title: string; readonly minutes: number }>({
        type: "object",
        properties: { title: { type: "string" }, minutes: { type: "integer", minimum: 5, maximum: 9 } },
        required: ["title", "minutes"],
        additionalProperties: false
      })
      const request = { model, prompt: "A recipe", output: Output.object({ schema }) }
      const { output } = await generateText(request)
      assert.deepStrictEqual(Object.keys(output).sort(), ["minutes", "title"])
      assert.isString(output.title)
      assert.include([5, 6, 7, 8, 9], output.minutes)
      const streamed = streamText(request)
      const partial = await all(streamed.partialOutputStream)
      assert.deepStrictEqual(await streamed.output, output)
      assert.deepStrictEqual(partial.at(-1), output)
      assert.isAbove(partial.length, 1)
    }))

  it.effect("takes a picture in a message", () =>
    talk(async ({ model }, { lastBody }) => {
      const data = Uint8Array.from(atob(picture.slice(picture.indexOf(",") + 1)), (letter) => letter.charCodeAt(0))
      const { usage } = await generateText({
        model,
        messages: [{
          role: "user",
          content: [{ type: "text", text: "What is this?" }, { type: "file", data, mediaType: "image/png" }]
        }]
      })
      assert.strictEqual(usage.inputTokens, 1 + 4 + 256)
      assert.deepInclude(await lastBody(), {
        messages: [{
          role: "user",
          content: [{ type: "text", text: "What is this?" }, { type: "image_url", image_url: picture }]
        }]
      })
    }))

  it.effect("thinks before it speaks, whole and streamed", () =>
    talk(async ({ model }) => {
      const request = { model, prompt: asked.thinking, providerOptions: { mistral: { reasoningEffort: "high" } } }
      const whole = await generateText(request)
      assert.deepStrictEqual([whole.reasoningText, whole.text], ["Is it foggy?", "It is."])
      const parts = await all(streamText(request).fullStream)
      const joined = (type: "reasoning-delta" | "text-delta") =>
        parts.flatMap((part) => part.type === type ? [part.text] : []).join("")
      assert.deepStrictEqual([joined("reasoning-delta"), joined("text-delta")], ["Is it foggy?", "It is."])
      const kinds = parts.map(({ type }) => type)
      assert.isBelow(kinds.lastIndexOf("reasoning-delta"), kinds.indexOf("text-delta"))
    }))

  it.effect("embeds one text and many", () =>
    talk(async ({ provider }) => {
      const model = provider.embedding("mistral-embed")
      const one = await embed({ model, value: "Fog" })
      const many = await embedMany({ model, values: ["Bread", "Fog"] })
      assert.deepStrictEqual(many.embeddings[1], one.embedding)
      assert.strictEqual(one.embedding.length, 1024)
      assert.deepStrictEqual([one.usage.tokens, many.usage.tokens], [1, 2])
    }))

  it.effect("throws an APICallError for each way to be refused, and knows what may pass", () =>
    talk(async ({ model, provider }, { url }) => {
      const refused = async (request: Omit<Parameters<typeof generateText>[0], "maxRetries">) => {
        const error = await rejection(generateText({ ...request, maxRetries: 0 } as Parameters<typeof generateText>[0]))
        assert.isTrue(APICallError.isInstance(error))
        const { isRetryable, message, statusCode } = error as APICallError
        return [statusCode, message, isRetryable]
      }
      const stranger = createMistral({ apiKey: "wrong", baseURL: `${url}/v1` })("mistral-small-latest")
      assert.deepStrictEqual(await refused({ model: stranger, prompt: "Hi" }), [401, "Unauthorized", false])
      assert.deepStrictEqual(await refused({ model: provider("nothing"), prompt: "Hi" }), [
        400,
        "Invalid model: nothing",
        false
      ])
      assert.deepStrictEqual(await refused({ model, prompt: "Hi", temperature: 2 }), [
        422,
        "Unprocessable Entity",
        false
      ])
      for (const status of [429, 500, 503]) {
        assert.deepStrictEqual(await refused({ model, prompt: `Fail with ${status}` }), [
          status,
          `Failed with ${status}`,
          true
        ])
      }
    }))

  it.effect("gives the refusal of a stream as one of its parts", () =>
    talk(async ({ provider }) => {
      const { fullStream } = streamText({ model: provider("nothing"), prompt: "Hi", maxRetries: 0, onError: () => {} })
      const error = (await all(fullStream)).find((part) => part.type === "error")
      assert.isTrue(error?.type === "error" && APICallError.isInstance(error.error) && error.error.statusCode === 400)
    }))

  it.effect("tries again after a refusal that passes, and gives up on one that does not", () =>
    talk(async ({ model }) => {
      const { text } = await generateText({ model, prompt: "Busy for a moment", maxRetries: 2 })
      assert.strictEqual(text, "Here I am.")
      const error = await rejection(generateText({ model, prompt: "Never free", maxRetries: 1 }))
      assert.isTrue(RetryError.isInstance(error))
      assert.strictEqual((error as RetryError).errors.length, 2)
    }))

  it.effect("made all these calls over the socket", () => assertSeen(30))
})
