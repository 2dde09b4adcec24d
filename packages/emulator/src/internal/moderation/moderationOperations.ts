import * as Endpoint from "@effect-mistral/core/Endpoint"
import type * as Message from "@effect-mistral/core/Message"
import type * as Moderation from "@effect-mistral/core/Moderation"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { ErrorResponse } from "../http/errorResponse.ts"
import type { EmulatedModel, ModelList } from "../models/modelList.ts"
import { responseFingerprint } from "../random/fingerprint.ts"
import { hexadecimal } from "../random/random.ts"
import type { Operation } from "../routing/endpointRoute.ts"
import { costHeader } from "../routing/rateLimiter.ts"
import type { Settings } from "../settings/settings.ts"
import { messageText } from "../text/promptText.ts"
import { countTokens } from "../text/tokenizer.ts"
import { type Categories, categoriesV1, categoriesV2, categoryScores, defaultThreshold } from "./categoryScores.ts"

/** The categories of a moderation model. */
const categoriesOf = ({ like }: EmulatedModel): Categories =>
  like === "mistral-moderation-2411" ? categoriesV1 : categoriesV2

const result = (text: string, categories: Categories): Moderation.Result => {
  const category_scores = categoryScores(text, categories)
  return {
    categories: Object.fromEntries(
      Object.entries(category_scores).map(([name, score]) => [name, score >= defaultThreshold])
    ),
    category_scores
  }
}

const moderate = Effect.fnUntraced(function*(
  models: ModelList,
  request: Moderation.Request | Moderation.ChatRequest,
  texts: ReadonlyArray<string>
) {
  const model = models.require(request.model, "moderation")
  if (model instanceof ErrorResponse) return yield* model
  const tokens = texts.reduce((sum, text) => sum + countTokens(text), 0)
  const usage = { prompt_tokens: tokens, completion_tokens: 0, total_tokens: tokens, request_count: texts.length }
  const response: Moderation.Response = {
    id: hexadecimal(responseFingerprint(request, 0)),
    model: request.model,
    results: texts.map((text) => result(text, categoriesOf(model))),
    usage
  }
  return HttpServerResponse.jsonUnsafe(response, { headers: { [costHeader]: String(tokens) } })
})

/** `POST /v1/moderations`: one result for each text. */
export const moderationsOperation = ({ models }: Settings): Operation<Moderation.Request> => ({
  route: Endpoint.createModerations,
  respond: (request) => moderate(models, request, typeof request.input === "string" ? [request.input] : request.input)
})

type Conversation = ReadonlyArray<Message.Message>

const isMany = (input: Moderation.ChatRequest["input"]): input is ReadonlyArray<Conversation> =>
  input.every((one) => Array.isArray(one))

/** `POST /v1/chat/moderations`: one result for each conversation, of its last message. */
export const chatModerationsOperation = ({ models }: Settings): Operation<Moderation.ChatRequest> => ({
  route: Endpoint.createChatModerations,
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
