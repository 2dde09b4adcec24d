import * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import { nullable } from "@effect-mistral/core/WireSchema"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import { chatOperation, fimOperation } from "../completion/completionOperations.ts"
import type { RecordCompletion } from "../completion/completionRecord.ts"
import { bearerToken, hasKey } from "../http/authorization.ts"
import { detail, ErrorResponse } from "../http/errorResponse.ts"
import { parseBody } from "../http/jsonBody.ts"
import { respondToBody } from "../routing/endpointRoute.ts"
import { CurrentRateLimiter } from "../routing/rateLimiter.ts"
import type { Settings } from "../settings/settings.ts"
import { deployedModel } from "./deployedModel.ts"
import { exhausted, missingToken, unknownVertexModel, type VertexMethod, wrongToken } from "./vertexErrors.ts"
import { vertexModel } from "./vertexModels.ts"

/** The chat requests of Vertex AI: without the keys that its SDKs lack, and with two efforts. */
const chatRequest = Schema.Struct({
  ...Struct.omit(CompletionRequest.Chat.fields, ["prompt_cache_key", "service_tier", "safe_prompt"]),
  reasoning_effort: nullable(Schema.Literals(["none", "high"]))
})

const fimRequest = Schema.Struct(Struct.omit(CompletionRequest.Fim.fields, ["prompt_cache_key"]))

const path = "/v1/projects/:project/locations/:location/publishers/mistralai/models/:call"

const isMethod = (text: string | undefined): text is VertexMethod =>
  text === "rawPredict" || text === "streamRawPredict"

/** The model and the method at the end of a URL: `mistral-small-2503:rawPredict`. */
const parseCall = (call: string): { readonly id: string; readonly method: VertexMethod } | undefined => {
  const at = call.lastIndexOf(":")
  const method = call.slice(at + 1)
  return at > 0 && isMethod(method) ? { id: call.slice(0, at), method } : undefined
}

/**
 * Routes the paths of Vertex AI for Mistral's models: chat and fill-in-the-middle.
 *
 * *Details*: the access token is the key of the emulator; project and location may be any. The URL decides on the model,
 * and the response has the name that the body has. A body with a prompt is fill-in-the-middle. Errors of Google's platform
 * (token, model, limits) have Google's form; those of the model have Mistral's, because its response is passed on as it is.
 */
export const vertexRoutes = (settings: Settings, record: RecordCompletion) =>
  HttpRouter.add(
    "POST",
    path,
    Effect.gen(function*() {
      const { call = "", location = "", project = "" } = yield* HttpRouter.params
      const parsed = parseCall(call)
      if (parsed === undefined) return yield* detail(404, "Not Found")
      const { id, method } = parsed
      const request = yield* HttpServerRequest.HttpServerRequest
      if (!hasKey(request, settings.apiKey)) {
        return yield* bearerToken(request) === undefined ? missingToken(method) : wrongToken(method)
      }
      yield* Effect.mapError((yield* CurrentRateLimiter).admit, () => exhausted(method, id))
      const body = parseBody(yield* request.text)
      if (body instanceof ErrorResponse) return yield* body
      const unknown = unknownVertexModel(method, { id, location, project })
      const here = { ...settings, models: deployedModel(vertexModel(id, settings.models), unknown) }
      if (Predicate.hasProperty(body.value, "prompt")) {
        const fim = fimOperation(here, record)
        return yield* respondToBody({ ...fim, route: { ...fim.route, request: fimRequest } }, body.value)
      }
      const chat = chatOperation(here, record)
      return yield* respondToBody({ ...chat, route: { ...chat.route, request: chatRequest } }, body.value)
    })
  )
