import { Mistral } from "@mistralai/mistralai"
import { apiKey, type Client, messages } from "./Client.ts"
import { perServer } from "./perServer.ts"

const sdk = perServer((serverURL) => new Mistral({ apiKey, serverURL }))

export const client: Client = {
  name: "mistralai",
  validates: "every chunk (zod), keys renamed",
  stream: async (baseUrl, model, onText) => {
    const stream = await sdk(baseUrl).chat.stream({ model, messages })
    for await (const { data } of stream) {
      const delta = data.choices[0]!.delta
      const text = delta.toolCalls ? delta.toolCalls[0]!.function.arguments : delta.content
      if (text) onText(text as string)
    }
  },
  complete: async (baseUrl, model) => {
    const completion = await sdk(baseUrl).chat.complete({ model, messages })
    return (completion.choices[0]!.message!.content as string).length
  }
}
