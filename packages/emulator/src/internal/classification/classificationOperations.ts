import type * as Classification from "@effect-mistral/core/Classification"
import * as Endpoint from "@effect-mistral/core/Endpoint"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { ErrorResponse } from "../http/errorResponse.ts"
import { responseFingerprint } from "../random/fingerprint.ts"
import { hexadecimal } from "../random/random.ts"
import type { Operation } from "../routing/endpointRoute.ts"
import { costHeader } from "../routing/rateLimiter.ts"
import { partFor } from "../script/answerKind.ts"
import { scriptedAnswer } from "../script/currentScript.ts"
import type { Settings } from "../settings/settings.ts"
import { messageText } from "../text/promptText.ts"
import { countTokens } from "../text/tokenizer.ts"
import { labelScores, targetsOf } from "./classifierTargets.ts"

/** Fine-tuned classifiers are no models of the list: any id of their form is one. */
const isFineTuned = (model: string): boolean => model.startsWith("ft:classifier:")

const classify = Effect.fnUntraced(function*(
  { models, seed }: Settings,
  request: Classification.Request | Classification.ChatRequest,
  texts: ReadonlyArray<string>
) {
  const scripted = yield* scriptedAnswer("classifications")
  if (scripted === undefined && !isFineTuned(request.model)) {
    const model = models.require(request.model, "classification")
    if (model instanceof ErrorResponse) return yield* model
  }
  const targets = targetsOf(request.model, seed)
  const response: Classification.Response = {
    id: hexadecimal(responseFingerprint(request, seed)),
    model: request.model,
    results: texts.map((text, index) =>
      scripted !== undefined
        ? Object.fromEntries(
          Object.entries(partFor(scripted.classifications, index)).map(([name, scores]) => [name, { scores }])
        )
        : Object.fromEntries(targets.map(([name, labels]) => [
          name,
          { scores: labelScores(text, labels, `${seed}:${request.model}:${name}`) }
        ]))
    )
  }
  const tokens = texts.reduce((sum, text) => sum + countTokens(text), 0)
  return HttpServerResponse.jsonUnsafe(response, { headers: { [costHeader]: String(tokens) } })
})

/** `POST /v1/classifications`: one result for each text. */
export const classificationsOperation = (settings: Settings): Operation<Classification.Request> => ({
  route: Endpoint.classify,
  answers: "classifications",
  respond: (request) => classify(settings, request, typeof request.input === "string" ? [request.input] : request.input)
})

const isMany = (input: Classification.ChatRequest["input"]): input is ReadonlyArray<Classification.Conversation> =>
  Array.isArray(input)

/** `POST /v1/chat/classifications`: one result for each conversation, of all its messages. */
export const chatClassificationsOperation = (settings: Settings): Operation<Classification.ChatRequest> => ({
  route: Endpoint.classifyChat,
  answers: "classifications",
  respond: (request) => {
    const conversations = isMany(request.input) ? request.input : [request.input]
    return classify(settings, request, conversations.map(({ messages }) => messages.map(messageText).join("\n")))
  }
})
