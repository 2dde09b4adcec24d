import { Mistral } from "@mistralai/mistralai"
import type { Offers } from "../capabilities.ts"
import type { MakePeer } from "../peer.ts"

const sdk = new Mistral({ apiKey: "key" })
const observability = sdk.beta.observability

export const offers: Offers = {
  embeddings: sdk.embeddings.create,
  fim: sdk.fim.complete,
  agents: sdk.agents.complete,
  moderation: sdk.classifiers.moderate,
  ocr: sdk.ocr.process,
  batch: sdk.batch.jobs.create,
  durable: undefined,
  // Earlier versions had `chatCompletionEvents`.
  events: "chatCompletionEvents" in observability ? observability.chatCompletionEvents : undefined,
  telemetry: observability.judges.list,
  object: sdk.chat.parse,
  // `parseStream` gives the chunks of `stream`.
  partial: undefined,
  emulator: undefined,
  conversations: sdk.beta.conversations.start,
  audio: sdk.audio.transcriptions.complete
}

const messages = [{ role: "user" as const, content: "Count to three" }]

/** Mistral's own SDK with its defaults. */
export const make: MakePeer = (serverURL) => {
  const mistral = new Mistral({ apiKey: "key", serverURL })
  return {
    stream: async function*(model, { signal, silence }) {
      // With a signal the SDK has no time limit.
      const options = silence === undefined ? { fetchOptions: { signal } } : { timeoutMs: silence }
      const events = await mistral.chat.stream({ model, messages }, options)
      for await (const { data } of events) yield String(data.choices[0]?.delta.content ?? "")
    },
    complete: (model, extra) => mistral.chat.complete({ model, messages, ...extra })
  }
}
