import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import type * as Script from "../Script.ts"
import { type Answer, cutText, makeAnswer } from "./answer.ts"
import { codeBetween } from "./code.ts"
import { roomFor } from "./context.ts"
import { modelFor } from "./models.ts"
import { Refusal } from "./refusal.ts"
import { scriptedChoice } from "./scriptedChoice.ts"
import { countTokens } from "./tokenizer.ts"

/** The answer to a fill-in-the-middle request, a script's if it has one, or the refusal of a model that cannot fill in. */
export const fimAnswer = (
  request: CompletionRequest.Fim,
  seed: number,
  reply: Script.Reply | undefined
): Answer | Refusal => {
  const model = reply === undefined ? modelFor(request.model, "completion_fim") : undefined
  if (model instanceof Refusal) return model
  const suffix = request.suffix ?? ""
  const promptTokens = countTokens(request.prompt) + countTokens(suffix)
  const room = roomFor(model, { prompt: promptTokens, maxTokens: request.max_tokens })
  if (room instanceof Refusal) return room
  // One more than there is room for, so that a text that is cut off is known to be.
  const minimum = Math.min(request.min_tokens ?? 0, room.tokens + 1)
  return makeAnswer(request, {
    model: request.model,
    seed,
    promptTokens,
    count: 1,
    usage: reply?.usage,
    choice: (index, random) =>
      reply !== undefined ? scriptedChoice(reply, random, { index, room, stop: request.stop }) : cutText({
        index,
        text: codeBetween(request.prompt, suffix, random, minimum),
        room,
        minimum,
        stop: request.stop
      })
  })
}
