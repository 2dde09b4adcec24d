import { createParser } from "eventsource-parser"
import { type Chunk, type Client, post, postWhole, touch } from "./Client.ts"

export const client: Client = {
  name: "eventsource-parser",
  validates: "nothing",
  stream: async (baseUrl, model, onText) => {
    const response = await post(baseUrl, model, true)
    const decoder = new TextDecoder()
    const parser = createParser({
      onEvent: ({ data }) => {
        if (data !== "[DONE]") touch(JSON.parse(data) as Chunk, onText)
      }
    })
    for await (const bytes of response.body!) parser.feed(decoder.decode(bytes, { stream: true }))
  },
  complete: postWhole
}
