import Undici from "@effect/platform-node/Undici"
import { type Chunk, type Client, headers, messages, touch } from "./Client.ts"

const agent = new Undici.Agent()

/** The least that can be written by hand over undici's dispatcher, the lower bound of `ours-node`. It validates nothing. */
export const client: Client = {
  name: "undici",
  validates: "nothing",
  stream: (baseUrl, model, onText) => {
    const decoder = new TextDecoder()
    let rest = ""
    return dispatch(baseUrl, model, true, (bytes) => {
      const parts = (rest + decoder.decode(bytes, { stream: true })).split("\n\n")
      rest = parts.pop()!
      for (const part of parts) {
        const data = part.slice(6)
        if (data !== "[DONE]") touch(JSON.parse(data) as Chunk, onText)
      }
    })
  },
  complete: async (baseUrl, model) => {
    const pieces: Array<Uint8Array> = []
    await dispatch(baseUrl, model, false, (bytes) => pieces.push(bytes))
    const completion = JSON.parse(Buffer.concat(pieces).toString()) as {
      readonly choices: [{ readonly message: { readonly content: string } }]
    }
    return completion.choices[0].message.content.length
  }
}

const dispatch = (
  baseUrl: string,
  model: string,
  stream: boolean,
  onData: (bytes: Uint8Array) => void
): Promise<void> =>
  new Promise((resolve, reject) => {
    agent.dispatch({
      origin: baseUrl,
      path: "/v1/chat/completions",
      method: "POST",
      headers: headers(stream),
      body: JSON.stringify({ model, messages, stream })
    }, {
      onRequestStart: () => {},
      onResponseStart: () => {},
      onResponseData: (_, bytes) => onData(bytes),
      onResponseEnd: () => resolve(),
      onResponseError: (_, error) => reject(error)
    })
  })
