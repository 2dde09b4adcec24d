import type * as Content from "@effect-mistral/core/Content"
import type * as Message from "@effect-mistral/core/Message"
import type { PairedTurn } from "./pairedCalls.ts"
import type { AssistantTurn } from "./turn.ts"

/** Converts turns in their final order to messages. The last one is a prefix if it is the assistant's. */
export const turnMessages = (turns: ReadonlyArray<PairedTurn>): ReadonlyArray<Message.Message> =>
  turns.flatMap((turn, at): ReadonlyArray<Message.Message> => {
    if (turn.role === "assistant") {
      const message = assistantMessage(turn)
      return [at === turns.length - 1 ? { ...message, prefix: true } : message]
    }
    return turn.role !== "tool" ? [turn] : turn.results.map(({ content, id, name }) => ({
      role: "tool",
      content,
      tool_call_id: id,
      name
    }))
  })

const assistantMessage = ({ calls, pieces, thinking }: AssistantTurn): Message.Assistant => ({
  role: "assistant",
  content: toContent(pieces),
  ...(calls.length === 0 ? undefined : {
    tool_calls: calls.map(({ args, id, name }) => ({ id, type: "function", function: { name, arguments: args } }))
  }),
  ...thinking
})

/** Text alone is a string. */
const toContent = (pieces: ReadonlyArray<Content.Content>): string | ReadonlyArray<Content.Content> => {
  const [first, second] = pieces
  return first === undefined ? "" : second === undefined && first.type === "text" ? first.text : pieces
}
