import * as Endpoint from "@effect-mistral/core/Endpoint"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { invalidModel } from "../http/errorResponse.ts"
import type { Operation } from "../routing/endpointRoute.ts"
import type { Settings } from "../settings/settings.ts"

/** `GET /v1/models`: all of them, or those of an owner (`provider`) and those with an id or alias (`model`). */
export const listModels = ({ models }: Settings): Operation<void> => ({
  route: Endpoint.listModels,
  respond: (_, __, { query: { model, provider } }) =>
    Effect.succeed(HttpServerResponse.jsonUnsafe({
      object: "list",
      data: models.all.map(({ card }) => card).filter((card) =>
        (provider === undefined || card.owned_by === provider) && (model === undefined || card.id === model)
      )
    }))
})

/** `GET /v1/models/{model_id}`, by id or alias. */
export const fetchModel = ({ models }: Settings): Operation<void> => ({
  route: Endpoint.fetchModel,
  respond: Effect.fnUntraced(function*(_, { model_id }) {
    const model = models.find(model_id ?? "")
    return model === undefined
      ? yield* invalidModel(model_id ?? "", 404)
      : HttpServerResponse.jsonUnsafe(model.card)
  })
})
