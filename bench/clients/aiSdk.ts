import { createMistral } from "@ai-sdk/mistral"
import { apiKey, type Client } from "./Client.ts"
import { perServer } from "./perServer.ts"

const provider = perServer((baseUrl) => createMistral({ apiKey, baseURL: `${baseUrl}/v1` }))

const options = {
  prompt: [{ role: "user" as const, content: [{ type: "text" as const, text: "Who is the best French painter?" }] }]
}

/** The provider alone, as libraries that build on it use it. */
export const client: Client = {
  name: "ai-sdk",
  validates: "every chunk (zod)",
  stream: async (baseUrl, model, onText) => {
    const { stream } = await provider(baseUrl)(model).doStream(options)
    const reader = stream.getReader()
    while (true) {
      const { done, value } = await reader.read()
      if (done) return
      if (value.type === "text-delta" || value.type === "tool-input-delta") onText(value.delta)
      else if (value.type === "error") throw value.error
    }
  },
  complete: async (baseUrl, model) => {
    const completion = await provider(baseUrl)(model).doGenerate(options)
    const [part] = completion.content
    return part?.type === "text" ? part.text.length : 0
  }
}
