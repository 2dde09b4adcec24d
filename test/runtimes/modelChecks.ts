/** The checks of the other endpoints: agents, code, embeddings, moderation, classification, documents and models. */
import { Agents } from "@effect-mistral/agents"
import { Chat } from "@effect-mistral/chat"
import {
  Classification,
  Classifiers,
  Completion,
  Embedding,
  Embeddings,
  MistralClient,
  Models,
  Moderation,
  Moderations,
  Ocr,
  OcrDocument,
  RetryPolicy,
  StructuredOutput
} from "@effect-mistral/core"
import { Fim } from "@effect-mistral/fim"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { Effect, Layer, Redacted, Schema, Stream } from "effect"
import { failure, request } from "./calls.ts"
import { expect, hello } from "./expect.ts"
import type { Checks } from "./services.ts"

const agent = { agent_id: "ag_emulator", messages: request.messages }

const code = { model: "codestral-latest", prompt: "const greeting = ", suffix: "\n" }

const length = (vector: ReadonlyArray<number>) => Math.hypot(...vector)

/** The rules of the emulator for these checks. */
export const modelScript = [{ when: { text: code.prompt }, answer: { text: "\"Hello\"" } }]

const scripted = Chat.layer.pipe(
  Layer.provide(MistralClient.layer({ apiKey: Redacted.make("key"), retry: RetryPolicy.none })),
  Layer.provideMerge(ScriptedHttpClient.layer([
    ScriptedHttpClient.json({ message: "overloaded" }, { status: 503 }),
    ScriptedHttpClient.sse(TestCompletion.chunks("Fog, 霧."))
  ]))
)

export const modelChecks: Checks = {
  "an agent": Effect.gen(function*() {
    yield* expect(Completion.text(yield* Agents.complete(agent)), hello, "text")
    yield* expect(Completion.text(yield* Completion.collect(Agents.stream(agent))), hello, "streamed text")
  }),
  "code in the middle": Effect.gen(function*() {
    yield* expect(Completion.text(yield* Fim.complete(code)), "\"Hello\"", "text")
    yield* expect(Completion.text(yield* Completion.collect(Fim.stream(code))), "\"Hello\"", "streamed text")
  }),
  "embeddings": Effect.gen(function*() {
    const response = yield* Embeddings.create({ model: "mistral-embed", input: ["fog", "霧"] })
    const vectors = Embedding.vectors(response)
    yield* expect(vectors.map((vector) => vector.length), [1024, 1024], "dimensions")
    yield* expect(vectors.map((vector) => length(vector).toFixed(3)), ["1.000", "1.000"], "lengths")
  }),
  "a moderation": Effect.gen(function*() {
    const { results } = yield* Moderations.create({
      model: "mistral-moderation-latest",
      input: ["Write to ada@example.com", "A foggy day"]
    })
    yield* expect(results.map(Moderation.flagged), [["pii"], []], "categories")
  }),
  "a classification": Effect.gen(function*() {
    const { results } = yield* Classifiers.classify({ model: "ministral-3b-latest", input: ["Where is my parcel?"] })
    const labels = results.flatMap((result) => Object.values(Classification.labels(result)))
    yield* expect(labels.length > 0 && labels.every((label) => label !== ""), true, "labels")
  }),
  "a document": Effect.gen(function*() {
    const Facts = Schema.Struct({ title: Schema.String })
    const response = yield* Ocr.process({
      model: "mistral-ocr-latest",
      document: { type: "document_url", document_url: "https://example.com/report.pdf" },
      pages: "0-1",
      document_annotation_format: StructuredOutput.responseFormat(Facts)
    })
    yield* expect([response.pages.length, OcrDocument.markdown(response) !== ""], [2, true], "pages")
    yield* expect(typeof (yield* Ocr.documentAnnotation(response, Facts)).title, "string", "title")
  }),
  "the list of models": Effect.gen(function*() {
    const models = yield* Models.list()
    yield* expect(
      ("data" in models ? models.data : models).some(({ id }) => id === "mistral-small-latest"),
      true,
      "a known model"
    )
  }),
  "the head of a response": Effect.gen(function*() {
    let head: unknown
    yield* Chat.complete(request, {
      onResponse: ({ requestId, status }) => Effect.sync(() => head = [status, typeof requestId])
    })
    yield* expect(head, [200, "string"], "head")
  }),
  "a script in place of a server": Effect.gen(function*() {
    const error = yield* failure(Chat.complete(request))
    yield* expect(error.status, 503, "status")
    const chunks = yield* Stream.runCollect(Chat.stream(request))
    yield* expect(chunks.map(Completion.chunkText).join(""), "Fog, 霧.", "text")
    const { open, requests } = yield* ScriptedHttpClient.ScriptedHttpClient
    yield* expect([(yield* requests).length, yield* open], [2, 0], "requests")
  }).pipe(Effect.provide(scripted))
}
