import type * as Script from "../../Script.ts"
import type { Random } from "../random/random.ts"
import { tokenize } from "../text/tokenizer.ts"
import { type GeneratedChoice, truncatedChoice, type UncutText, withToolCalls } from "./generatedCompletion.ts"
import { unlimitedBudget } from "./tokenBudget.ts"
import { callId, type ToolCall } from "./toolCalls.ts"

const toCall = (call: Script.ToolCall, random: Random): ToolCall => ({
  id: call.id ?? callId(random),
  function: {
    name: call.name,
    arguments: typeof call.arguments === "string" ? call.arguments : JSON.stringify(call.arguments)
  }
})

/** Makes a choice from a script's reply. If the reply has a finish reason, nothing is truncated. */
export const scriptedChoice = (
  reply: Script.Reply,
  random: Random,
  request: Pick<UncutText, "index" | "prefix" | "budget" | "stop">
): GeneratedChoice => {
  const cut = reply.finish_reason === undefined ? request : { ...request, budget: unlimitedBudget, stop: null }
  const said = truncatedChoice({ ...cut, text: reply.text ?? "", thinking: tokenize(reply.thinking ?? "") })
  const calls = (reply.tool_calls ?? []).map((call) => toCall(call, random))
  const choice = withToolCalls(said, calls, cut.budget)
  return { ...choice, finishReason: reply.finish_reason ?? choice.finishReason }
}
