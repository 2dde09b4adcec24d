import * as Endpoint from "@effect-mistral/core/Endpoint"
import type * as Message from "@effect-mistral/core/Message"
import type * as Moderation from "@effect-mistral/core/Moderation"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Script from "../../Script.ts"
import { badRequest, ErrorResponse } from "../http/errorResponse.ts"
import type { EmulatedModel, ModelList } from "../models/modelList.ts"
import { responseFingerprint } from "../random/fingerprint.ts"
import { hexadecimal } from "../random/random.ts"
import type { Operation } from "../routing/endpointRoute.ts"
import { costHeader } from "../routing/rateLimiter.ts"
import { partFor } from "../script/answerKind.ts"
import { scriptedAnswer } from "../script/currentScript.ts"
import type { Settings } from "../settings/settings.ts"
import { messageText } from "../text/promptText.ts"
import { countTokens } from "../text/tokenizer.ts"
import { type Categories, categoriesV1, categoriesV2, categoryScores, defaultThreshold } from "./categoryScores.ts"

/** The categories of a moderation model. */
const categoriesOf = ({ like }: EmulatedModel): Categories =>
  like === "mistral-moderation-2411" ? categoriesV1 : categoriesV2

type Scores = Readonly<Record<string, number>>

const result = (category_scores: Scores): Moderation.Result => ({
  categories: Object.fromEntries(
    Object.entries(category_scores).map(([name, score]) => [name, score >= defaultThreshold])
  ),
  category_scores
})

/** How the inputs of a request get their scores: by the script, or by the words of the model's categories. */
const scoring = (
  models: ModelList,
  name: string,
  scripted: Script.Moderations | undefined
): ((text: string, index: number) => Scores) | ErrorResponse => {
  if (scripted === undefined) {
    const model = models.require(name, "moderation")
    if (model instanceof ErrorResponse) return model
    return (text) => categoryScores(text, categoriesOf(model))
  }
  // A model that the emulator does not know has the scripted categories only.
  const known = models.find(name)
  const others = Object.keys(known === undefined ? {} : categoriesOf(known)).map((category) => [category, 0])
  return (_, index) => ({ ...Object.fromEntries(others), ...partFor(scripted.moderations, index) })
}

/** The most tokens of all inputs together. The API's own bound is not known; the sentence is that of its embeddings. */
const mostTokens = 200_000

const tooManyTokens = badRequest({
  message: "Too many tokens overall, split into more batches.",
  type: "invalid_request_error",
  param: "input"
})

const moderate = Effect.fnUntraced(function*(
  models: ModelList,
  request: Moderation.Request | Moderation.ChatRequest,
  texts: ReadonlyArray<string>
) {
  const scores = scoring(models, request.model, yield* scriptedAnswer("moderations"))
  if (scores instanceof ErrorResponse) return yield* scores
  const tokens = texts.reduce((sum, text) => sum + countTokens(text), 0)
  if (tokens > mostTokens) return yield* tooManyTokens
  const usage = { prompt_tokens: tokens, completion_tokens: 0, total_tokens: tokens, request_count: texts.length }
  const response: Moderation.Response = {
    id: hexadecimal(responseFingerprint(request, 0)),
    model: request.model,
    results: texts.map((text, index) => result(scores(text, index))),
    usage
  }
  return HttpServerResponse.jsonUnsafe(response, { headers: { [costHeader]: String(tokens) } })
})

/** `POST /v1/moderations`: one result for each text. */
export const moderationsOperation = ({ models }: Settings): Operation<Moderation.Request> => ({
  route: Endpoint.createModerations,
  answers: "moderations",
  respond: (request) => moderate(models, request, typeof request.input === "string" ? [request.input] : request.input)
})

type Conversation = ReadonlyArray<Message.Message>

const isMany = (input: Moderation.ChatRequest["input"]): input is ReadonlyArray<Conversation> =>
  input.every((one) => Array.isArray(one))

/** `POST /v1/chat/moderations`: one result for each conversation, of its last message. */
export const chatModerationsOperation = ({ models }: Settings): Operation<Moderation.ChatRequest> => ({
  route: Endpoint.createChatModerations,
  answers: "moderations",
  respond: (request) => {
    const conversations = isMany(request.input) ? request.input : [request.input]
    return moderate(
      models,
      request,
      conversations.map((messages) => {
        const last = messages.at(-1)
        return last === undefined ? "" : messageText(last)
      })
    )
  }
})
