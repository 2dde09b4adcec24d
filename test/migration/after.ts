/** The same program with this library. */
import { Chat } from "@effect-mistral/chat"
import { Completion, Embedding, Embeddings, Message, Models, Tool } from "@effect-mistral/core"
import { Effect, Schema } from "effect"
import { articles, deliveryDays, similarity } from "./shared.ts"

const model = "mistral-small-latest"

const Delivery = Schema.Struct({ city: Schema.String })
const tools = [
  Tool.fromSchema({ name: "delivery_days", description: "The days of a delivery", parameters: Delivery })
]

const nearest = Effect.fnUntraced(function*(question: string) {
  const response = yield* Embeddings.create({ model: "mistral-embed", input: [question, ...articles] })
  const [asked = [], ...vectors] = Embedding.vectors(response)
  const scores = vectors.map((vector) => similarity(asked, vector))
  return articles[scores.indexOf(Math.max(...scores))]!
})

export const answer = Effect.fnUntraced(function*(question: string) {
  const article = yield* nearest(question)
  const messages: ReadonlyArray<Message.Message> = [
    { role: "system", content: `Answer by this article: ${article}` },
    { role: "user", content: question }
  ]

  const response = yield* Chat.complete({ model, messages, tools, tool_choice: "any" })
  const message = response.choices[0]!.message!
  const results = yield* Effect.forEach(
    message.tool_calls ?? [],
    (call) =>
      Effect.map(Tool.decodeArguments(call, Delivery), ({ city }) => Message.toolResult(call, deliveryDays(city)))
  )

  const streamed = yield* Chat.stream({
    model,
    messages: [...messages, Message.fromReceived(message), ...results],
    tools
  }).pipe(Completion.collect)
  return {
    article,
    results: results.map(({ content }) => content),
    text: Completion.text(streamed),
    tokens: streamed.usage?.total_tokens ?? 0
  }
})

export const contextLength = (modelId: string) =>
  Models.fetch(modelId).pipe(
    Effect.map(({ max_context_length }) => max_context_length),
    Effect.catchReason("MistralError", "NotFound", () => Effect.undefined)
  )
