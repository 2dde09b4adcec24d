import * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import { chatOperation } from "../completion/completionOperations.ts"
import type { RecordCompletion } from "../completion/completionRecord.ts"
import { hasKeyInAnyForm } from "../http/authorization.ts"
import { detail, ErrorResponse } from "../http/errorResponse.ts"
import { parseBody } from "../http/jsonBody.ts"
import { respondToBody } from "../routing/endpointRoute.ts"
import { CurrentRateLimiter } from "../routing/rateLimiter.ts"
import type { Settings } from "../settings/settings.ts"
import {
  extraParameters,
  missingVersion,
  tooManyRequests,
  unknownAzureModel,
  unknownVersion,
  wrongAzureKey
} from "./azureErrors.ts"
import { azureModel } from "./azureModels.ts"
import { deployedModel } from "./deployedModel.ts"

const chatRequest = Schema.Struct(Struct.omit(CompletionRequest.Chat.fields, ["prompt_cache_key", "service_tier"]))

/** The parameters of Azure's own reference. */
const ownParameters: ReadonlySet<string> = new Set([
  "model",
  "messages",
  "stream",
  "temperature",
  "top_p",
  "max_tokens",
  "stop",
  "frequency_penalty",
  "presence_penalty",
  "response_format",
  "tools",
  "tool_choice",
  "seed",
  "modalities"
])

/**
 * The body that Azure AI passes on to the model, or the error response to parameters that its API lacks.
 *
 * *Details*: the header `extra-parameters` is `pass-through` (they are passed on) or `drop` (they are left out); both have
 * an older name. `seed` becomes Mistral's `random_seed`, and `modalities` is left out: both are guesses.
 */
const passedOn = (body: unknown, extra: string | undefined): unknown => {
  if (!Predicate.isObject(body)) return body
  const { modalities: _modalities, seed, ...rest } = body
  const extras = Object.keys(rest).filter((key) => !ownParameters.has(key))
  const kept = extra === "drop" || extra === "ignore" ? Struct.omit(rest, extras) : rest
  if (kept === rest && extras.length > 0 && extra !== "pass-through" && extra !== "allow") {
    return extraParameters(extras)
  }
  return seed === undefined ? kept : { ...kept, random_seed: seed }
}

/** Fails if the request does not name a version of the API. */
const checkVersion = Effect.gen(function*() {
  const { "api-version": version } = yield* HttpServerRequest.ParsedSearchParams
  if (version === undefined || version === "") return yield* missingVersion
  if (!/^\d{4}-\d{2}-\d{2}(?:-preview)?$/.test(String(version))) return yield* unknownVersion
})

/**
 * Routes the path of Azure AI for chat, `/models/chat/completions`.
 *
 * *Details*: the key is that of the emulator, as a bearer token or in the header `api-key`. Errors of Azure's platform (key,
 * version, deployment, extra parameters, limits) have Azure's forms; those of the model have Mistral's, with the problems of
 * a 422 under `detail` alone, as in BerriAI/litellm#3899.
 */
export const azureRoutes = (settings: Settings, record: RecordCompletion) =>
  HttpRouter.add(
    "POST",
    "/models/chat/completions",
    Effect.gen(function*() {
      const request = yield* HttpServerRequest.HttpServerRequest
      if (!hasKeyInAnyForm(request, settings.apiKey)) return yield* wrongAzureKey
      yield* checkVersion
      yield* Effect.mapError((yield* CurrentRateLimiter).admit, tooManyRequests)
      const body = parseBody(yield* request.text)
      if (body instanceof ErrorResponse) return yield* body
      const value = passedOn(body.value, request.headers["extra-parameters"])
      if (value instanceof ErrorResponse) return yield* value
      const name = Predicate.hasProperty(value, "model") ? String(value.model) : ""
      const models = deployedModel(azureModel(name, settings.models), unknownAzureModel(name))
      const chat = chatOperation({ ...settings, models }, record)
      return yield* respondToBody(
        { ...chat, route: { ...chat.route, request: chatRequest }, invalid: (problems) => detail(422, problems) },
        value
      )
    })
  )
