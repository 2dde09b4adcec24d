import type * as Script from "../Script.ts"
import { type AnswerChoice, cutText, type WholeText, withCalls } from "./answer.ts"
import { unlimited } from "./context.ts"
import type { Random } from "./random.ts"
import { tokenize } from "./tokenizer.ts"
import { callId, type ToolCall } from "./toolCalls.ts"

const toCall = (call: Script.ToolCall, index: number, random: Random): ToolCall => ({
  id: call.id ?? callId(random),
  type: "function",
  function: {
    name: call.name,
    arguments: typeof call.arguments === "string" ? call.arguments : JSON.stringify(call.arguments)
  },
  index
})

/** A choice as a script wants it. With a finish reason of the script's nothing is cut off. */
export const scriptedChoice = (
  reply: Script.Reply,
  random: Random,
  request: Pick<WholeText, "index" | "prefix" | "room" | "stop">
): AnswerChoice => {
  const cut = reply.finish_reason === undefined ? request : { ...request, room: unlimited, stop: null }
  const said = cutText({ ...cut, text: reply.text ?? "", thinking: tokenize(reply.thinking ?? "") })
  const calls = (reply.tool_calls ?? []).map((call, index) => toCall(call, index, random))
  const choice = withCalls(said, calls, cut.room)
  return { ...choice, finishReason: reply.finish_reason ?? choice.finishReason }
}
