/**
 * Structured output: a value of a schema, with transformed, optional and checked properties.
 *
 * Run: npm run example -- ai-generate-object
 */
import { MistralLanguageModel } from "@effect-mistral/ai"
import { NodeRuntime } from "@effect/platform-node"
import { Console, DateTime, Effect, Layer, Schema } from "effect"
import { LanguageModel } from "effect/ai"
import { MistralLive } from "./shared/mistral.ts"

class Invoice extends Schema.Class<Invoice>("Invoice")({
  seller: Schema.String.annotate({ description: "The name of the company that sends the invoice" }),
  due: Schema.DateTimeUtcFromString,
  total: Schema.Finite.annotate({ description: "The sum with taxes" }),
  currency: Schema.Literals(["EUR", "USD", "GBP"]),
  discount: Schema.optionalKey(Schema.Finite),
  items: Schema.Array(Schema.Struct({ name: Schema.String, count: Schema.Int }))
}) {
  get text() {
    return `${this.seller}: ${this.total} ${this.currency}, due ${DateTime.formatIsoDateUtc(this.due)}`
  }
}

const letter = "Atelier Lune, Lyon. Two lamps and a chair, 480 euros with taxes, to be paid until 1 March 2027."

const program = Effect.gen(function*() {
  const { usage, value: invoice } = yield* LanguageModel.generateObject({
    objectName: "invoice",
    prompt: `Extract the invoice: ${letter}`,
    schema: Invoice
  })
  yield* Console.log(invoice.text)
  yield* Console.log(`${invoice.items.length} items, ${usage.outputTokens.total} tokens`)
}).pipe(
  // An invoice that does not fit the schema, for example because `max_tokens` cut it.
  Effect.catchReason("AiError", "StructuredOutputError", ({ description }) => Console.error(`not read: ${description}`))
)

const ModelLive = MistralLanguageModel.model("mistral-small-latest").pipe(Layer.provide(MistralLive))

program.pipe(Effect.provide(ModelLive), NodeRuntime.runMain)
