/** The endpoints that batch jobs have. */
import { Batch, type BatchJob } from "@effect-mistral/batch"
import { Completion, Embedding, Endpoint } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { PartLedger } from "./partLedger.ts"
import { emulator, inputOf, onServer, workToEnd } from "./support.ts"

const item = Schema.Struct({ text: Schema.String })
const user = (content: string) => [{ role: "user" as const, content }]

/** What each definition asks, and what its job says of all requests. */
const definitions: Readonly<
  Record<string, readonly [Batch.Batch<{ readonly text: string }, never>["definition"], Partial<BatchJob.BatchJob>]>
> = {
  "chat completions": [
    Batch.forEndpoint(Endpoint.chat.complete, {
      name: "chat",
      item,
      request: ({ text }) => ({ model: "mistral-small-latest", messages: user(text) }),
      answer: Schema.String,
      read: Completion.text
    }).definition,
    { endpoint: "/v1/chat/completions", model: "mistral-small-latest", agent_id: null }
  ],
  "agents completions": [
    Batch.forEndpoint(Endpoint.agents.complete, {
      name: "agents",
      item,
      request: ({ text }) => ({ agent_id: "ag_emulator", messages: user(text) }),
      answer: Schema.String,
      read: Completion.text
    }).definition,
    { endpoint: "/v1/chat/completions", model: null, agent_id: "ag_emulator" }
  ],
  "fill-in-the-middle completions": [
    Batch.forEndpoint(Endpoint.fim.complete, {
      name: "fim",
      item,
      request: ({ text }) => ({ model: "codestral-latest", prompt: text }),
      answer: Schema.String,
      read: Completion.text
    }).definition,
    { endpoint: "/v1/fim/completions", model: "codestral-latest" }
  ],
  embeddings: [
    Batch.forEndpoint(Endpoint.createEmbeddings, {
      name: "embeddings",
      item,
      request: ({ text }) => ({ model: "mistral-embed", input: [text] }),
      answer: Schema.Number,
      read: (response) => Embedding.vectors(response).length
    }).definition,
    { endpoint: "/v1/embeddings", model: "mistral-embed" }
  ],
  moderations: [
    Batch.forEndpoint(Endpoint.createModerations, {
      name: "moderations",
      item,
      request: ({ text }) => ({ model: "mistral-moderation-latest", input: [text] }),
      answer: Schema.Number,
      read: ({ results }) => results.length
    }).definition,
    { endpoint: "/v1/moderations", model: "mistral-moderation-latest" }
  ],
  classifications: [
    Batch.forEndpoint(Endpoint.classify, {
      name: "classifications",
      item,
      request: ({ text }) => ({ model: "ft:classifier:emulator", input: [text] }),
      answer: Schema.Number,
      read: ({ results }) => results.length
    }).definition,
    { endpoint: "/v1/classifications", model: "ft:classifier:emulator" }
  ],
  "moderations of conversations": [
    Batch.forEndpoint(Endpoint.createChatModerations, {
      name: "chat-moderations",
      item,
      request: ({ text }) => ({ model: "mistral-moderation-latest", input: user(text) }),
      answer: Schema.Number,
      read: ({ results }) => results.length
    }).definition,
    { endpoint: "/v1/chat/moderations", model: "mistral-moderation-latest" }
  ],
  "classifications of conversations": [
    Batch.forEndpoint(Endpoint.classifyChat, {
      name: "chat-classifications",
      item,
      request: ({ text }) => ({ model: "ft:classifier:emulator", input: { messages: user(text) } }),
      answer: Schema.Number,
      read: ({ results }) => results.length
    }).definition,
    { endpoint: "/v1/chat/classifications", model: "ft:classifier:emulator" }
  ],
  documents: [
    Batch.forEndpoint(Endpoint.processOcr, {
      name: "documents",
      item,
      request: ({ text }) => ({
        model: "mistral-ocr-latest",
        document: { type: "document_url" as const, document_url: `data:text/plain;base64,${btoa(text)}` }
      }),
      answer: Schema.Number,
      read: ({ pages }) => pages.length
    }).definition,
    { endpoint: "/v1/ocr", model: "mistral-ocr-latest" }
  ]
}

describe("a job of", () => {
  for (const [name, [definition, job]] of Object.entries(definitions)) {
    it.effect(`${name} has the endpoint and the model of its requests, and answers each item`, () =>
      Effect.gen(function*() {
        const ledger = new PartLedger(definition, [{ text: "one" }, { text: "two" }])
        yield* workToEnd(ledger.claim())
        const { jobs } = yield* onServer
        assert.strictEqual(jobs.length, 1, ledger.reasons.join())
        assert.deepInclude(jobs[0], job)
        const lines = yield* inputOf(jobs[0]!)
        assert.strictEqual(lines.length, 2)
        assert.notMatch(JSON.stringify(lines), /"(model|agent_id)"/)
        assert.deepInclude(ledger.batch, { answered: 2, failed: 0 }, [...ledger.outcomes.values()][0]?.body)
      }).pipe(Effect.provide(emulator())))
  }
})
