/** What a client may offer. Each client says by which of its own exports it does; `undefined` is that it does not. */

/** A row of the comparison. */
export interface Capability {
  readonly title: string
  /** A test of this repository that shows it. */
  readonly test?: string
}

/** The rows, by the key under which each client names its export. */
export const capabilities = {
  embeddings: { title: "Embeddings", test: "packages/core/test/embedding.test.ts" },
  fim: { title: "Fill-in-the-middle", test: "packages/fim/test/fim.test.ts" },
  agents: { title: "Agents completion", test: "packages/agents/test/agents.test.ts" },
  moderation: { title: "Moderation and classification", test: "packages/core/test/classifiers.test.ts" },
  ocr: { title: "OCR", test: "packages/core/test/ocr.test.ts" },
  batch: { title: "Files and batch jobs", test: "test/batchParity.test.ts" },
  durable: {
    title: "Batches that survive a crash, in one process or many",
    test: "test/durable/kill.test.ts"
  },
  events: { title: "Chat completion events (observability)", test: "test/observabilityParity.test.ts" },
  telemetry: { title: "Judges, datasets, traces (observability)", test: "test/observabilityParity.test.ts" },
  object: { title: "Objects from a schema", test: "packages/chat/test/structuredOutput.test.ts" },
  partial: { title: "Objects that stream as they grow", test: "packages/chat/test/structuredOutput.test.ts" },
  emulator: { title: "A local server of Mistral's API for tests", test: "test/conformance/mistralai.test.ts" },
  conversations: { title: "Conversations, libraries" },
  audio: { title: "Audio: transcription, speech" }
} as const satisfies Record<string, Capability>

/** What a client offers: an export of it for each capability, or `undefined`. */
export type Offers = Readonly<Record<keyof typeof capabilities, unknown>>
