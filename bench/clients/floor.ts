import { type Chunk, type Client, post, postWhole, touch } from "./Client.ts"

/** The least that can be written by hand over fetch. It validates nothing and supports one line ending. */
export const client: Client = {
  name: "floor",
  validates: "nothing",
  stream: async (baseUrl, model, onText) => {
    const response = await post(baseUrl, model, true)
    const decoder = new TextDecoder()
    let rest = ""
    for await (const bytes of response.body!) {
      const parts = (rest + decoder.decode(bytes, { stream: true })).split("\n\n")
      rest = parts.pop()!
      for (const part of parts) {
        const data = part.slice(6)
        if (data !== "[DONE]") touch(JSON.parse(data) as Chunk, onText)
      }
    }
  },
  complete: postWhole
}
