/** OpenAI's Agents SDK over chat completions. */
import { Emulator } from "@effect-mistral/emulator"
import { assert, layer } from "@effect/vitest"
import {
  Agent,
  MaxTurnsExceededError,
  OpenAIChatCompletionsModel,
  Runner,
  setTracingDisabled,
  tool
} from "@openai/agents"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import OpenAI from "openai"
import { z } from "zod"
import { type ClientUnderTest, testClient, type Weather, weatherDescription } from "./clientSuite.ts"

setTracingDisabled(true)

const Recipe = z.object({ title: z.string(), minutes: z.int().min(5).max(90) })

const weatherTool = (weather: Weather) =>
  tool({
    name: "get_weather",
    description: weatherDescription,
    parameters: z.object({ city: z.string(), days: z.int().min(1).max(7) }),
    execute: async (input) => weather(JSON.stringify(input))
  })

const client = (url: string, apiKey: string): ClientUnderTest => {
  const sdk = new OpenAI({ apiKey, baseURL: `${url}/v1`, maxRetries: 0 })
  const model = new OpenAIChatCompletionsModel(sdk, "mistral-small-latest")
  const runner = new Runner()
  const plain = new Agent({ name: "Assistant", model })
  const withTools = (weather: Weather) => new Agent({ name: "Assistant", model, tools: [weatherTool(weather)] })

  async function* streamed(agent: Agent, question: string, signal?: AbortSignal) {
    const stream = await runner.run(agent, question, { stream: true, ...(signal === undefined ? {} : { signal }) })
    for await (const piece of stream.toTextStream()) yield piece
    await stream.completed
  }

  return {
    complete: async (question) => (await runner.run(plain, question)).finalOutput ?? "",
    stream: (question, signal) => streamed(plain, question, signal),
    tools: async (question, weather) => (await runner.run(withTools(weather), question)).finalOutput ?? "",
    streamTools: async (question, weather) => {
      let text = ""
      for await (const piece of streamed(withTools(weather), question)) text += piece
      return text
    },
    object: async (question) =>
      (await runner.run(new Agent({ name: "Assistant", model, outputType: Recipe }), question)).finalOutput,
    errorOf: (error) => {
      const { message, status } = error as Error & { readonly status?: number }
      return { status, message }
    }
  }
}

// It reads calls with `type: "function"` only, and sends `stream_options` with each stream.
testClient("@openai/agents where calls have a type", client, {
  emulator: { toolCalls: "type", streamOptions: "accept" },
  lacks: { streamObject: "it has no streamed objects", embed: "it has no embeddings" }
})

layer(Emulator.layer({ timeToFirstToken: 0, tokensPerSecond: Infinity, streamOptions: "accept" }), {
  excludeTestServices: true
})("@openai/agents with the calls that Mistral's own models send", (it) => {
  const runTool = (key: "tools" | "streamTools") =>
    Effect.flatMap(Emulator.Emulator, ({ apiKey, url }) =>
      Effect.promise(async () => {
        const seen: Array<string> = []
        const result = await client(url, Redacted.value(apiKey))[key]!("Use get_weather, please", (args) => {
          seen.push(args)
          return "18 degrees"
        }).catch((error: unknown) => error)
        return { result, calls: seen.length }
      }))

  it.effect("does not see the call of a whole completion, as on Mistral, and asks until its turns are over", () =>
    Effect.gen(function*() {
      const { requests } = yield* Emulator.Emulator
      const before = (yield* requests).length
      const { calls, result } = yield* runTool("tools")
      assert.instanceOf(result, MaxTurnsExceededError)
      assert.strictEqual(calls, 0)
      assert.strictEqual((yield* requests).length - before, 10)
    }))

  it.effect("sees the call of a stream, where it does not look for a type", () =>
    Effect.gen(function*() {
      const { calls, result } = yield* runTool("streamTools")
      assert.strictEqual(calls, 1)
      assert.include(String(result), "18 degrees")
    }))
})
