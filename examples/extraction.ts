/**
 * Extraction: values of a schema out of several documents, three at a time, with the tokens that each of them cost. A
 * completion that does not fit the schema loses one document, not all of them.
 *
 * Run: npm run example -- extraction
 */
import { Chat } from "@effect-mistral/chat"
import { type Completion } from "@effect-mistral/core"
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Layer, Schema } from "effect"
import { MistralLive } from "./shared/mistral.ts"

class Invoice extends Schema.Class<Invoice>("Invoice")({
  supplier: Schema.String,
  total: Schema.Finite.annotate({ description: "The total amount, taxes included" }),
  currency: Schema.Literals(["EUR", "USD", "GBP"]),
  items: Schema.Array(Schema.Struct({ description: Schema.String, quantity: Schema.Int }))
}) {}

const documents = [
  { text: "Papeterie Monet, Lyon. Two boxes of paper and one ink pot, 48.50 euros with taxes.", max_tokens: 1024 },
  { text: "Your hosting at Northwind for November: 120 dollars.", max_tokens: 1024 },
  { text: "A contract of many pages, whose invoice is cut by the limit of tokens.", max_tokens: 8 }
]

const tokens = (response: Completion.Response | undefined) => response?.usage?.total_tokens ?? 0

/** The invoice of a document, or the reason why there is none. Both have their cost. */
const extract = ({ max_tokens, text }: typeof documents[number]) =>
  Chat.completeObject({
    model: "mistral-small-latest",
    temperature: 0,
    max_tokens,
    messages: [{ role: "system", content: "Extract the invoice." }, { role: "user", content: text }],
    schema: Invoice
  }).pipe(
    Effect.map(({ response, value }) => ({
      line: `${value.supplier}, ${value.total} ${value.currency}, ${value.items.length} items`,
      tokens: tokens(response)
    })),
    Effect.catchReason("MistralError", "InvalidOutput", ({ finishReason, response }) =>
      Effect.succeed({ line: `not read (finish reason: ${finishReason})`, tokens: tokens(response) }))
  )

const program = Effect.gen(function*() {
  const extracted = yield* Effect.forEach(documents, extract, { concurrency: 3 })
  for (const { line, tokens } of extracted) yield* Console.log(`${line}: ${tokens} tokens`)
  yield* Console.log(`in total: ${extracted.reduce((sum, { tokens }) => sum + tokens, 0)} tokens`)
})

program.pipe(
  Effect.provide(Chat.layer.pipe(Layer.provide(MistralLive))),
  NodeRuntime.runMain
)
