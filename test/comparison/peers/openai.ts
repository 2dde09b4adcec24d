import OpenAI from "openai"
import type { Offers } from "../capabilities.ts"
import type { MakePeer } from "../peer.ts"

const sdk = new OpenAI({ apiKey: "key" })

// What Mistral's API has under the same path. Its batch jobs, files and moderations have other requests than OpenAI's.
export const offers: Offers = {
  embeddings: sdk.embeddings.create,
  fim: undefined,
  agents: undefined,
  moderation: undefined,
  ocr: undefined,
  batch: undefined,
  durable: undefined,
  events: undefined,
  telemetry: undefined,
  object: sdk.chat.completions.parse,
  // The event `content.delta` of this stream has `parsed`.
  partial: sdk.chat.completions.stream,
  emulator: undefined,
  conversations: undefined,
  audio: undefined
}

const messages = [{ role: "user" as const, content: "Count to three" }]

/** OpenAI's SDK with its defaults and Mistral's base URL. */
export const make: MakePeer = (url) => {
  const openai = new OpenAI({ apiKey: "key", baseURL: `${url}/v1` })
  return {
    stream: async function*(model, { signal, silence }) {
      const timeout = silence === undefined ? {} : { timeout: silence }
      const chunks = await openai.chat.completions.create({ model, messages, stream: true }, { ...timeout, signal })
      for await (const chunk of chunks) yield chunk.choices[0]?.delta.content ?? ""
    },
    complete: (model, extra) => openai.chat.completions.create({ model, messages, ...extra })
  }
}
