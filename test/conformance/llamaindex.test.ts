/** LlamaIndex with its Mistral provider, which uses Mistral's SDK 1. The provider has no structured output. */
import { tool } from "@llamaindex/core/tools"
import { MistralAI, MistralAIEmbedding } from "@llamaindex/mistral"
import { Mistral } from "mistralai-1"
import { z } from "zod"
import { type ClientUnderTest, testClient, type Weather, weatherDescription } from "./clientSuite.ts"

/** The provider cannot be given another server: its client is exchanged. */
const withServer = <A extends object>(made: A, serverURL: string, apiKey: string): A =>
  Object.assign(made, { session: { getClient: async () => new Mistral({ serverURL, apiKey }) } })

const client = (serverURL: string, apiKey: string): ClientUnderTest => {
  const llm = withServer(new MistralAI({ apiKey, model: "mistral-small-latest" }), serverURL, apiKey)
  const user = (content: string) => [{ role: "user" as const, content }]
  const tools = (weather: Weather) => [tool({
    name: "get_weather",
    description: weatherDescription,
    parameters: z.object({ city: z.string(), days: z.int().min(1).max(7) }),
    execute: (input) => weather(JSON.stringify(input))
  })]

  return {
    complete: async (question) => String((await llm.chat({ messages: user(question) })).message.content),
    stream: async function*(question) {
      for await (const { delta } of await llm.chat({ messages: user(question), stream: true })) yield delta
    },
    tools: async (question, weather) => {
      const { newMessages, toolCalls } = await llm.exec({ messages: user(question), tools: tools(weather) })
      if (toolCalls.length === 0) return ""
      const messages = [...user(question), ...newMessages]
      return String((await llm.chat({ messages, tools: tools(weather) })).message.content)
    },
    streamTools: async (question, weather) => {
      const first = await llm.streamExec({ messages: user(question), tools: tools(weather), stream: true })
      for await (const _ of first.stream) {
        // Reads the stream to its end, where the calls are known.
      }
      const messages = [...user(question), ...first.newMessages()]
      let text = ""
      for await (const { delta } of await llm.chat({ messages, stream: true, tools: tools(weather) })) text += delta
      return text
    },
    embed: (texts) => {
      const embedding = withServer(new MistralAIEmbedding({ apiKey }), serverURL, apiKey)
      return Promise.all(texts.map((text) => embedding.getTextEmbedding(text)))
    },
    errorOf: (error) => {
      const { body, statusCode } = error as { readonly body: string; readonly statusCode: number }
      return { status: statusCode, message: body }
    }
  }
}

testClient("@llamaindex/mistral", client, {
  lacks: {
    object: "its provider has no structured output",
    streamObject: "its provider has no structured output",
    abort: "its streams cannot be aborted, and leaving one leaves the connection open"
  }
})
