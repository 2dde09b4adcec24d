/** The program of this library: an application's services, a stream, an object, a tool, embeddings, and errors by reason. */
import { Chat } from "@effect-mistral/chat"
import { Completion, Embedding, Embeddings, FetchHttpClient, Message, MistralClient, Tool } from "@effect-mistral/core"
import { Console, Effect, Layer, Schema, Stream } from "effect"

const model = "mistral-small-latest"

const Painter = Schema.Struct({ name: Schema.String, born: Schema.Int, works: Schema.Array(Schema.String) })
const City = Schema.Struct({ city: Schema.String })
const weather = Tool.fromSchema({ name: "get_weather", description: "The temperature in a city", parameters: City })

const streamed = Chat.stream({ model, messages: [Message.user("Hi")] }, { timeout: { total: "1 minute" } }).pipe(
  Stream.runForEach((chunk) => Console.log(Completion.chunkText(chunk)))
)

const painter = Chat.completeObject({ model, messages: [Message.user("Who painted this?")], schema: Painter }).pipe(
  Effect.map(({ response, value }) => `${value.name}, ${value.born}: ${response.usage?.total_tokens}`)
)

const tools = Effect.gen(function*() {
  const messages: Array<Message.Message> = [Message.user("Weather?")]
  const { choices } = yield* Chat.complete({ model, messages, tools: [weather] })
  const message = choices[0]?.message
  if (!message) return ""
  messages.push(Message.fromReceived(message))
  for (const call of message.tool_calls ?? []) {
    const { city } = yield* Tool.decodeArguments(call, City)
    messages.push(Message.toolResult(call, { city, celsius: 21 }))
  }
  return Completion.text(yield* Chat.complete({ model, messages, tools: [weather] }))
})

const vectors = Effect.map(Embeddings.create({ model: "mistral-embed", input: ["a", "b"] }), Embedding.vectors)

const program = Effect.gen(function*() {
  yield* streamed
  yield* Console.log(yield* painter, yield* tools, (yield* vectors).length)
}).pipe(
  Effect.catchReasons("MistralError", {
    RateLimit: () => Console.log("busy"),
    Authentication: (reason) => Console.log("no key", reason.message)
  })
)

const MainLive = Layer.merge(Chat.layer, Embeddings.layer).pipe(
  Layer.provide(MistralClient.layerConfig()),
  Layer.provide(FetchHttpClient.layer)
)

await Effect.runPromise(Effect.provide(program, MainLive))
