import { ChatMistralAI, MistralAI, MistralAIEmbeddings } from "@langchain/mistralai"
import type { Offers } from "../capabilities.ts"
import type { MakePeer } from "../peer.ts"

export const offers: Offers = {
  embeddings: MistralAIEmbeddings,
  fim: MistralAI,
  agents: undefined,
  moderation: undefined,
  ocr: undefined,
  batch: undefined,
  durable: undefined,
  events: undefined,
  telemetry: undefined,
  object: ChatMistralAI.prototype.withStructuredOutput,
  partial: undefined,
  emulator: undefined,
  conversations: undefined,
  audio: undefined
}

/** LangChain's chat model of Mistral with its defaults. */
export const make: MakePeer = (serverURL) => {
  const modelOf = (model: string, extra: Readonly<Record<string, unknown>> = {}) =>
    new ChatMistralAI({ apiKey: "key", serverURL, model, ...extra })
  return {
    stream: async function*(model, { signal, silence }) {
      const timeout = silence === undefined ? {} : { timeout: silence }
      for await (const chunk of await modelOf(model).stream("Count to three", { signal, ...timeout })) yield chunk.text
    },
    complete: (model, extra, once) =>
      modelOf(model, once ? { ...extra, maxRetries: 0 } : extra).invoke("Count to three")
  }
}
