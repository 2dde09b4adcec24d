import { createMistral } from "@ai-sdk/mistral"
import { generateText, jsonSchema, streamText, tool, type ToolSet } from "ai"
import { apiKey, type Client, messages } from "./Client.ts"
import { perServer } from "./perServer.ts"

const provider = perServer((baseUrl) => createMistral({ apiKey, baseURL: `${baseUrl}/v1` }))

// The types of `tool` do not fit `exactOptionalPropertyTypes`; the value is what the documentation shows.
const tools = { list_paintings: tool({ inputSchema: jsonSchema({ type: "object" }) }) } as unknown as ToolSet

export const client: Client = {
  name: "ai-streamText",
  validates: "every chunk (zod)",
  stream: async (baseUrl, model, onText) => {
    const result = streamText({ model: provider(baseUrl)(model), messages, tools })
    for await (const part of result.fullStream) {
      if (part.type === "text-delta") onText(part.text)
      else if (part.type === "tool-input-delta") onText(part.delta)
      else if (part.type === "error") throw part.error
    }
  },
  complete: async (baseUrl, model) => {
    const completion = await generateText({ model: provider(baseUrl)(model), messages })
    return completion.text.length
  }
}
