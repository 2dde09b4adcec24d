/** Answers the last message of a conversation as a stream of events: the text as it comes, and the calls of tools. */
import { Chat } from "@effect-mistral/chat"
import { Completion, Message, type MistralError } from "@effect-mistral/core"
import { Effect, Schema, Stream } from "effect"
import { outcomeOf, tools } from "./tools.ts"

/** A conversation as the page keeps it. The system message is added here, so that the page cannot replace it. */
export const Conversation = Schema.NonEmptyArray(Schema.Union([Message.User, Message.Assistant, Message.ToolResult]))

/** An event of an answer. */
export type Event =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "call"; readonly id: string; readonly name: string; readonly arguments: string }
  | { readonly type: "result"; readonly id: string; readonly content: string; readonly failed: boolean }
  /** Messages for the page to keep: one of the model, with the results of its calls. */
  | { readonly type: "messages"; readonly messages: ReadonlyArray<Message.Message> }
  | { readonly type: "done"; readonly model: string; readonly tokens: number; readonly finishReason: string }

const system = Message.system(
  "You help people who travel. Call a tool for weather and currencies. Answer in a few sentences, as Markdown."
)

/** The number of requests for one answer. The last one may not call tools, which ends the loop. */
const maxRounds = 5

type Events = Stream.Stream<Event, MistralError.MistralError, Chat.Chat>

/** Requests a completion, and then another one as long as the model calls tools. */
export const answer = (conversation: ReadonlyArray<Message.Message>, round = 1): Events =>
  Stream.suspend(() => {
    let accumulated = Completion.emptyAccumulator
    const texts = Chat.stream({
      model: "mistral-small-latest",
      messages: [system, ...conversation],
      tools,
      tool_choice: round < maxRounds ? "auto" : "none"
    }).pipe(Stream.map((chunk): Event => {
      accumulated = Completion.append(accumulated, chunk)
      return { type: "text", text: Completion.chunkText(chunk) }
    }))
    const rest = Stream.suspend(() => finish(conversation, Completion.toResponse(accumulated), round))
    return Stream.concat(texts, rest)
  })

/** What follows the text of a response: its calls with their results and the next round, or the end. */
const finish = (conversation: ReadonlyArray<Message.Message>, response: Completion.Response, round: number): Events => {
  const [choice] = response.choices
  const message = choice?.message
  const calls = message?.tool_calls ?? []
  const asked = message === undefined || message === null ? [] : [Message.fromReceived(message)]
  if (calls.length === 0 || round === maxRounds) {
    return Stream.make<ReadonlyArray<Event>>(
      { type: "messages", messages: asked },
      {
        type: "done",
        model: response.model,
        tokens: response.usage?.completion_tokens ?? 0,
        finishReason: choice?.finish_reason ?? "stop"
      }
    )
  }
  const results: Array<Message.Message> = []
  // Mistral sends arguments as JSON text, and some servers as an object.
  const textOf = (value: unknown) => typeof value === "string" ? value : JSON.stringify(value ?? {})
  const called = Stream.fromIterable(calls).pipe(
    Stream.map((call): Event => ({
      type: "call",
      id: call.id ?? "",
      name: call.function.name,
      arguments: textOf(call.function.arguments)
    }))
  )
  const answered = Stream.fromIterable(calls).pipe(
    Stream.mapEffect((call) =>
      Effect.map(outcomeOf(call), ({ failed, message }): Event => {
        results.push(message)
        return { type: "result", id: call.id ?? "", content: String(message.content), failed }
      }), { concurrency: 4 })
  )
  const next = Stream.suspend(() => {
    const messages = [...asked, ...results]
    return Stream.concat(
      Stream.make<[Event]>({ type: "messages", messages }),
      answer([...conversation, ...messages], round + 1)
    )
  })
  return called.pipe(Stream.concat(answered), Stream.concat(next))
}
