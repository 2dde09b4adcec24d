import { createMistral } from "@ai-sdk/mistral"
import { generateText, Output, streamText } from "ai"
import type { Offers } from "../capabilities.ts"
import type { MakePeer } from "../peer.ts"

const sdk = createMistral({ apiKey: "key" })

export const offers: Offers = {
  embeddings: sdk.embeddingModel,
  fim: undefined,
  agents: undefined,
  moderation: undefined,
  ocr: undefined,
  batch: undefined,
  durable: undefined,
  events: undefined,
  telemetry: undefined,
  object: Output.object,
  // `streamText` gives `partialOutputStream` with it.
  partial: Output.object,
  emulator: undefined,
  conversations: sdk.conversation,
  audio: sdk.transcription
}

const prompt = "Count to three"

/** The AI SDK with its provider for Mistral, with its defaults. */
export const make: MakePeer = (url) => {
  const provider = createMistral({ apiKey: "key", baseURL: `${url}/v1` })
  return {
    stream: async function*(model, { signal, silence }) {
      const timeout = silence === undefined ? {} : { timeout: { chunkMs: silence } }
      const { fullStream } = streamText({
        model: provider(model),
        prompt,
        abortSignal: signal,
        ...timeout,
        onError: () => {}
      })
      for await (const part of fullStream) {
        if (part.type === "text-delta") yield part.text
        if (part.type === "error") throw part.error
        if (part.type === "abort") throw new Error(String(part.reason))
      }
    },
    complete: async (model, extra) => {
      const { content, providerMetadata, response, text } = await generateText({
        model: provider(model),
        prompt,
        ...extra
      })
      return { text, content, response, providerMetadata }
    }
  }
}
