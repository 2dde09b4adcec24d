import * as Agents from "@effect-mistral/agents/Agents"
import * as Chat from "@effect-mistral/chat/Chat"
import * as Classifiers from "@effect-mistral/core/Classifiers"
import type * as Completion from "@effect-mistral/core/Completion"
import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import * as Embeddings from "@effect-mistral/core/Embeddings"
import * as MistralClient from "@effect-mistral/core/MistralClient"
import * as Models from "@effect-mistral/core/Models"
import * as Moderations from "@effect-mistral/core/Moderations"
import * as Ocr from "@effect-mistral/core/Ocr"
import * as RetryPolicy from "@effect-mistral/core/RetryPolicy"
import { Emulator } from "@effect-mistral/emulator"
import * as Fim from "@effect-mistral/fim/Fim"
import * as Observability from "@effect-mistral/observability"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"

/** The options of an emulator that responds at once. */
export const instant = { timeToFirstToken: 0, tokensPerSecond: Infinity } satisfies Emulator.Options

/** The real client with the emulator's URL. */
const client = Layer.unwrap(Effect.map(
  Emulator.Emulator,
  ({ apiKey, url }) => MistralClient.layer({ apiKey, baseUrl: url, retry: RetryPolicy.none })
)).pipe(Layer.provide(FetchHttpClient.layer))

const observability = Layer.mergeAll(
  Observability.ChatCompletionEvents.layer,
  Observability.Fields.layer,
  Observability.Judges.layer,
  Observability.Campaigns.layer,
  Observability.Datasets.layer,
  Observability.DatasetRecords.layer,
  Observability.Traces.layer,
  Observability.Spans.layer,
  Observability.SpanEvaluations.layer,
  Observability.Logs.layer
)

/** The services of the real client, and the emulator that they call. */
export const local = (options: Emulator.Options = instant) =>
  Layer.provideMerge(
    Layer.provideMerge(
      Layer.mergeAll(
        Chat.layer,
        Agents.layer,
        Fim.layer,
        Embeddings.layer,
        Moderations.layer,
        Models.layer,
        Classifiers.layer,
        Ocr.layer,
        observability
      ),
      client
    ),
    Emulator.layer(options)
  )

/** A request with one user message. */
export const ask = (content: string, more?: Partial<CompletionRequest.Chat>): CompletionRequest.Chat => ({
  model: "mistral-small-latest",
  messages: [{ role: "user", content }],
  ...more
})

/**
 * A response without what differs between a whole one and an accumulated stream in the recordings: the time, `tool_calls:
 * null` of a whole text, and the empty content beside tool calls of a stream.
 */
export const comparable = (response: Completion.Response): Completion.Response => ({
  ...response,
  created: 0,
  choices: response.choices.map((choice) => {
    const { content, tool_calls, ...message } = choice.message ?? {}
    return {
      ...choice,
      message: {
        ...message,
        ...(tool_calls?.length && !content ? undefined : { content }),
        ...(tool_calls == null ? undefined : { tool_calls })
      }
    }
  })
})

/** The response to a raw request. */
export interface Raw {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly json: unknown
}

/** Sends any method, path, headers and body, also those that the client would reject. */
export const raw = (path: string, init: RequestInit = {}): Effect.Effect<Raw, never, Emulator.Emulator> =>
  Effect.flatMap(Emulator.Emulator, ({ adminKey, apiKey, url }) =>
    Effect.promise(async (signal) => {
      const key = path.startsWith("/_emulator/") ? adminKey : apiKey
      const response = await fetch(`${url}${path}`, {
        signal,
        ...init,
        headers: { authorization: `Bearer ${Redacted.value(key)}`, ...init.headers }
      })
      const text = await response.text()
      const isFile = response.headers.get("content-type") === "application/octet-stream"
      const json: unknown = !isFile && text.startsWith("{") ? JSON.parse(text) : undefined
      return { status: response.status, headers: response.headers, text, json }
    }))

/** Posts a body to an endpoint. */
export const postTo = (path: string) => (body: unknown, init?: RequestInit) =>
  raw(path, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body), ...init })

/** Posts a body to the chat endpoint. */
export const post = postTo("/v1/chat/completions")

/** The message of a response's first choice, as it was sent. */
export const messageOf = (body: unknown): unknown =>
  // The cast is safe: a test reads it of the body of a completion.
  (body as Completion.Response).choices[0]?.message

/** The chunks of a stream, as they were sent. */
export const streamOf = (request: CompletionRequest.Chat) =>
  Effect.map(
    post({ ...request, stream: true }),
    ({ text }) =>
      text.split("\n\n").filter((event) => event.startsWith("data: {")).map((event) =>
        // The cast is safe: a test reads it of a stream of chunks.
        JSON.parse(event.slice("data: ".length)) as Completion.Chunk
      )
  )

/** The details of a validation error, and the rest of the error. */
export const problemsOf = (
  body: unknown
): Record<string, unknown> & { readonly detail: ReadonlyArray<unknown> } => {
  const { message, ...rest } = body as { readonly message: { readonly detail: ReadonlyArray<unknown> } }
  return { ...rest, detail: message.detail }
}

/** Waits until the emulator has no request in progress. */
export const settled = Effect.flatMap(
  Emulator.Emulator,
  ({ active }) => active.pipe(Effect.repeat({ until: (count) => count === 0, schedule: Schedule.spaced("5 millis") }))
)
