import OpenAI from "openai"
import { apiKey, type Chunk, type Client, messages, touch } from "./Client.ts"
import { perServer } from "./perServer.ts"

const sdk = perServer((baseUrl) => new OpenAI({ apiKey, baseURL: `${baseUrl}/v1` }))

export const client: Client = {
  name: "openai",
  validates: "nothing",
  stream: async (baseUrl, model, onText) => {
    const stream = await sdk(baseUrl).chat.completions.create({ model, messages, stream: true })
    for await (const chunk of stream) touch(chunk as Chunk, onText)
  },
  complete: async (baseUrl, model) => {
    const completion = await sdk(baseUrl).chat.completions.create({ model, messages })
    return completion.choices[0]!.message.content!.length
  }
}
