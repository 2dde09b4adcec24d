/** Requests to endpoints that are no completions, sent by this library and by Mistral's SDK. */
import {
  Classifiers,
  type Embedding,
  Embeddings,
  MistralClient,
  Models,
  type Moderation,
  Moderations,
  Ocr,
  RetryPolicy
} from "@effect-mistral/core"
import { assert } from "@effect/vitest"
import { Mistral } from "@mistralai/mistralai"
import { Effect, Layer, Redacted } from "effect"
import { FetchHttpClient } from "effect/http"
import { chat, conversations } from "./inputs.ts"
import { ocrPairs } from "./ocrRequests.ts"
import { renamed } from "./recorder.ts"
import { recordingServer } from "./recordingServer.ts"

type Services =
  | Embeddings.Embeddings
  | Moderations.Moderations
  | Models.Models
  | Classifiers.Classifiers
  | Ocr.Ocr

/** One request by both clients. */
interface Pair {
  readonly ours: Effect.Effect<unknown, unknown, Services>
  readonly theirs: (sdk: Mistral) => Promise<unknown>
  /** The places where the bodies differ, which are in the table of differences. */
  readonly differs?: ReadonlyArray<string>
}

/** Sends a request by both clients, and gives what each of them sent. The responses are errors and of no interest. */
export const sentByBoth = Effect.fnUntraced(function*({ ours, theirs }: Pair) {
  const { take, url } = yield* recordingServer(() => ["application/json", "{}"])
  const client = MistralClient.layer({ baseUrl: url, apiKey: Redacted.make("k"), retry: RetryPolicy.none })
  yield* Effect.exit(ours).pipe(Effect.provide(
    Layer.mergeAll(
      Embeddings.layer,
      Moderations.layerOptions(unchecked),
      Models.layer,
      Classifiers.layer,
      Ocr.layer
    ).pipe(
      Layer.provide(client),
      Layer.provide(FetchHttpClient.layer)
    )
  ))
  yield* Effect.promise(() => theirs(new Mistral({ serverURL: url, apiKey: "k" })).catch(() => undefined))
  const recorded = take()
  assert.strictEqual(recorded.length, 2)
  const [one, other] = recorded
  return [one!, other!] as const
})

/** The SDK sends conversations as they are. */
const unchecked = {
  checks: { order: false, toolCalls: false, toolCallIds: false, tools: false, emptyMessage: false, lastMessage: false }
}

/** A request under the SDK's names. It says `inputs` for `input`, and its types are those of the caller here. */
const named = <Theirs>({ input, ...rest }: { readonly input: unknown }): Theirs =>
  // The SDK checks what it is given, so a wrong name does not go unnoticed.
  renamed({ ...rest, inputs: input }) as Theirs

const embedding = (request: Embedding.Request): Pair => ({
  ours: Embeddings.create(request),
  theirs: (sdk) => sdk.embeddings.create(named(request))
})

const moderation = (request: Moderation.Request): Pair => ({
  ours: Moderations.create(request),
  theirs: (sdk) => sdk.classifiers.moderate(named(request))
})

const chatModeration = (request: Moderation.ChatRequest): Pair => ({
  ours: Moderations.createChat(request),
  theirs: (sdk) => sdk.classifiers.moderateChat(named(request))
})

const texts = ["one", "", "é 漢 😀 \u2028 \" \\ \n"]

/** The pairs, by their names. */
export const pairs: Readonly<Record<string, Pair>> = {
  "embedding one text": embedding({ model: "mistral-embed", input: "Hi" }),
  "embedding several texts": embedding({ model: "mistral-embed", input: texts }),
  "embedding no text": embedding({ model: "mistral-embed", input: [] }),
  "embedding with every parameter": embedding({
    model: "codestral-embed",
    input: texts,
    metadata: { some_tenant: "t", deep_er: { still_ours: [1, null] } },
    output_dimension: 64,
    output_dtype: "ubinary",
    encoding_format: "base64"
  }),
  "embedding with null wherever it is taken": embedding({
    model: "m",
    input: "Hi",
    metadata: null,
    output_dimension: null
  }),
  ...Object.fromEntries(
    (["float", "int8", "uint8", "binary", "ubinary"] as const).map((output_dtype) => [
      `embedding as ${output_dtype}`,
      embedding({ model: "codestral-embed", input: "Hi", output_dtype, encoding_format: "float" })
    ])
  ),
  "moderating one text": moderation({ model: "mistral-moderation-latest", input: "Hi" }),
  "moderating several texts, with metadata": moderation({ model: "m", input: texts, metadata: { some_tenant: "t" } }),
  "moderating with metadata that is null": moderation({ model: "m", input: "Hi", metadata: null }),
  ...Object.fromEntries(
    Object.entries(conversations).flatMap(([name, { differs = [], input: { messages } }]) =>
      messages === undefined || differs.length > 0
        ? []
        : [[`moderating a conversation: ${name}`, chatModeration({ model: "m", input: messages })]]
    )
  ),
  "moderating several conversations": chatModeration({
    model: "m",
    input: [chat.messages, [{ role: "system", content: "Be terse." }, ...chat.messages]]
  }),
  ...ocrPairs,
  "listing models": { ours: Models.list(), theirs: (sdk) => sdk.models.list() },
  "listing the models of a provider, with a name": {
    ours: Models.list({ provider: "a b", model: "c&d=é" }),
    theirs: (sdk) => sdk.models.list({ provider: "a b", model: "c&d=é" })
  },
  ...Object.fromEntries(
    ["mistral-small-latest", "ft:open-mistral-7b:587a6b29:20240514:7e773925", "a/b", "a b?c#d", "é%20"].map((id) => [
      `fetching the model ${id}`,
      { ours: Models.fetch(id), theirs: (sdk: Mistral) => sdk.models.retrieve({ modelId: id }) }
    ])
  )
}
