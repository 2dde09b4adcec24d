/**
 * A conversation with tools, whole and streamed: parallel calls, one that fails, arguments that do not fit, an unknown tool.
 * Without a key, a script decides which tools are called.
 *
 * Run: npm run example -- tools
 */
import { Chat } from "@effect-mistral/chat"
import { Completion, Message, Tool } from "@effect-mistral/core"
import { NodeRuntime } from "@effect/platform-node"
import { Cause, Console, Effect, Layer, Schema, Stream } from "effect"
import { scriptedMistral } from "./shared/mistral.ts"
import { toolScript } from "./shared/toolScript.ts"

const Weather = Schema.Struct({ city: Schema.String.annotate({ description: "such as Paris" }) })
const Exchange = Schema.Struct({ euros: Schema.Finite, to: Schema.Literals(["USD", "CHF"]) })
const tools = [
  Tool.fromSchema({ name: "get_weather", description: "The temperature in a city", parameters: Weather }),
  Tool.fromSchema({ name: "exchange", description: "Euros in another currency", parameters: Exchange }),
  Tool.fromSchema({ name: "get_trains", description: "The next trains" })
]

const run = Effect.fnUntraced(function*(call: Tool.ReceivedCall) {
  switch (call.function.name) {
    case "get_weather":
      return { ...(yield* Tool.decodeArguments(call, Weather)), celsius: 4 }
    case "exchange":
      return (yield* Tool.decodeArguments(call, Exchange)).euros * 0.95
    case "get_trains":
      return yield* new Cause.NoSuchElementError("There is no timetable for today")
  }
  return yield* new Cause.NoSuchElementError(`There is no tool named ${call.function.name}`)
})

const answer = (call: Tool.ReceivedCall) =>
  run(call).pipe(
    Effect.catch((error) => Effect.succeed(error)), // the model reads the error
    Effect.map((result) => Message.toolResult(call, result)),
    Effect.tap(({ content, name }) => Console.log(`${name}: ${content}`))
  )

type Send = (request: Chat.Request) => ReturnType<typeof Chat.complete>
const converse = Effect.fnUntraced(function*(send: Send) {
  const messages: Array<Message.Message> = [Message.user("What do I need for a day in Zurich?")]
  for (let round = 1;; round++) {
    const tool_choice = round < 5 ? "auto" : "none" // ends the loop
    const response = yield* send({ model: "mistral-small-latest", messages, tools, tool_choice })
    const message = response.choices[0]?.message
    if (!message?.tool_calls?.length || round === 5) return Completion.text(response)
    const results = yield* Effect.forEach(message.tool_calls, answer, { concurrency: "unbounded" })
    messages.push(Message.fromReceived(message), ...results)
  }
})

const show = (chunk: Completion.Chunk) => Effect.sync(() => process.stdout.write(Completion.chunkText(chunk)))
const streamed: Send = (request) =>
  Chat.stream(request).pipe(Stream.tap(show), Completion.collect, Effect.tap(Console.log("")))

const program = Effect.andThen(Effect.flatMap(converse(Chat.complete), Console.log), converse(streamed))
program.pipe(Effect.provide(Chat.layer.pipe(Layer.provide(scriptedMistral(toolScript)))), NodeRuntime.runMain)
