/** TanStack AI with its Mistral adapter, which reads streams itself and uses Mistral's SDK for the rest. */
import { chat, embed, streamToText, toolDefinition } from "@tanstack/ai"
import { createMistralEmbedding, createMistralText } from "@tanstack/ai-mistral"
import { z } from "zod"
import { type ClientUnderTest, testClient, type Weather, weatherDescription } from "./clientSuite.ts"

const Recipe = z.object({ title: z.string(), minutes: z.int().min(5).max(90) })

const weatherTool = (weather: Weather) =>
  toolDefinition({
    name: "get_weather",
    description: weatherDescription,
    inputSchema: z.object({ city: z.string(), days: z.int().min(1).max(7) }),
    outputSchema: z.string()
  }).server(async (input) => weather(JSON.stringify(input)))

const client = (baseURL: string, apiKey: string): ClientUnderTest => {
  const adapter = createMistralText("mistral-small-latest", apiKey, { baseURL })
  const user = (content: string) => [{ role: "user" as const, content }]
  return {
    complete: (question) => streamToText(chat({ adapter, messages: user(question) })),
    stream: async function*(question, signal) {
      const abortController = new AbortController()
      signal?.addEventListener("abort", () => abortController.abort())
      for await (const event of chat({ adapter, messages: user(question), abortController })) {
        if (event.type === "TEXT_MESSAGE_CONTENT") yield event.delta
        if (event.type === "RUN_ERROR") throw event
      }
    },
    streamTools: (question, weather) =>
      streamToText(chat({ adapter, messages: user(question), tools: [weatherTool(weather)] })),
    object: (question) => chat({ adapter, messages: user(question), outputSchema: Recipe }),
    embed: async (texts) => {
      const { embeddings } = await embed({
        adapter: createMistralEmbedding("mistral-embed", apiKey, { baseURL }),
        input: [...texts]
      })
      return embeddings.map(({ vector }) => vector as ReadonlyArray<number>)
    },
    errorOf: (error) => {
      const { message } = error as Error
      const [, status] = /error (\d+):/.exec(message) ?? []
      return { status: Number(status), message }
    }
  }
}

// It sends `stream_options` with each stream.
testClient("@tanstack/ai-mistral", client, {
  emulator: { streamOptions: "accept" },
  lacks: { tools: "it streams every request with tools", streamObject: "it has no streamed objects" }
})
