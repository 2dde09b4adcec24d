import * as Endpoint from "@effect-mistral/core/Endpoint"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { invalidModel } from "../http/errorResponse.ts"
import type { Operation } from "../routing/endpointRoute.ts"
import { findModel, models } from "./models.ts"

/** `GET /v1/models`: all of them, or those of an owner (`provider`) and those with an id or alias (`model`). */
export const listModels: Operation<void> = {
  route: Endpoint.listModels,
  respond: (_, __, { query: { model, provider } }) =>
    Effect.succeed(HttpServerResponse.jsonUnsafe({
      object: "list",
      data: models.filter((one) =>
        (provider === undefined || one.owned_by === provider) &&
        (model === undefined || one === findModel(String(model)))
      )
    }))
}

/** `GET /v1/models/{model_id}`, by id or alias. */
export const fetchModel: Operation<void> = {
  route: Endpoint.fetchModel,
  respond: Effect.fnUntraced(function*(_, { model_id }) {
    const model = findModel(model_id ?? "")
    return model === undefined ? yield* invalidModel(model_id ?? "", 404) : HttpServerResponse.jsonUnsafe(model)
  })
}
