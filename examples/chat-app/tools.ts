/** The tools that the model may call: the weather of a city, and the conversion of an amount. Both answer from a table. */
import { Message, Tool } from "@effect-mistral/core"
import { Effect, Schema } from "effect"

const Weather = Schema.Struct({ city: Schema.String.annotate({ description: "such as Zurich" }) })

const Conversion = Schema.Struct({
  amount: Schema.Finite,
  from: Schema.Literals(["EUR", "CHF", "USD"]),
  to: Schema.Literals(["EUR", "CHF", "USD"])
})

export const tools = [
  Tool.fromSchema({ name: "get_weather", description: "The weather of a city today", parameters: Weather }),
  Tool.fromSchema({ name: "convert_currency", description: "An amount in another currency", parameters: Conversion })
]

/** The error of a tool, whose message the model reads. */
class ToolFailed extends Schema.TaggedError<ToolFailed>()("ToolFailed", { message: Schema.String }) {}

const weather = new Map([
  ["Lisbon", { celsius: 24, sky: "sunny" }],
  ["Paris", { celsius: 17, sky: "cloudy" }],
  ["Zurich", { celsius: 4, sky: "rain" }]
])

/** The worth of one unit in euros. */
const rates = { EUR: 1, CHF: 1.05, USD: 0.9 }

const run = Effect.fnUntraced(function*(call: Tool.ReceivedCall) {
  switch (call.function.name) {
    case "get_weather": {
      const { city } = yield* Tool.decodeArguments(call, Weather)
      const found = weather.get(city)
      return found ?? (yield* new ToolFailed({ message: `There is no weather station in ${city}` }))
    }
    case "convert_currency": {
      const { amount, from, to } = yield* Tool.decodeArguments(call, Conversion)
      return { amount: Math.round(amount * rates[from] / rates[to] * 100) / 100, currency: to }
    }
  }
  return yield* new ToolFailed({ message: `There is no tool named ${call.function.name}` })
})

/** The outcome of a call: the message for the model, and whether the tool failed. */
export interface Outcome {
  readonly message: Message.ToolResult
  readonly failed: boolean
}

/** Runs a call. A failure is an outcome too, because the model reads it and may call again. */
export const outcomeOf = (call: Tool.ReceivedCall): Effect.Effect<Outcome> =>
  Effect.match(run(call), {
    onFailure: (error) => ({ message: Message.toolResult(call, error), failed: true }),
    onSuccess: (result) => ({ message: Message.toolResult(call, result), failed: false })
  })
