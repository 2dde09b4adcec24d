import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Tracer from "effect/Tracer"
import type { Endpoint } from "../../Endpoint.ts"
import type { MistralError } from "../../MistralError.ts"
import * as RequestOptions from "../../RequestOptions.ts"
import * as Telemetry from "../../Telemetry.ts"
import type { Sender } from "../attempt/attempt.ts"
import { type CallResources, sendWithRetry } from "../attempt/sendWithRetry.ts"
import { makeCall, type Target } from "../request/call.ts"
import type { Server } from "../request/server.ts"
import type { OpenResponse } from "../response/bodyReader.ts"
import { readJson } from "../response/readJson.ts"
import { jsonReader } from "../schema/jsonReader.ts"
import { type CallTelemetry, spanOf, startTelemetry } from "./callTelemetry.ts"
import { type ClientConfig, serverOf } from "./clientConfig.ts"
import { reportResponse } from "./reportResponse.ts"

/** Sends a request and reads its whole response, in one span. */
export const sendRequest = <Request, Response>(
  config: ClientConfig,
  endpoint: Endpoint<Request, Response>,
  request: Request,
  callOptions: (RequestOptions.RequestOptions & Target) | undefined
): Effect.Effect<Response, MistralError> => {
  const options = RequestOptions.resolve(config.options, callOptions)
  const server = serverOf(config, options)
  const attributes = Telemetry.requestAttributes(endpoint, request, server)
  return Effect.useSpan(
    ...spanOf(endpoint, request, options),
    (span) =>
      Effect.flatMap(startTelemetry(span, attributes, options), (telemetry) =>
        Effect.onExit(
          sendInSpan(config.sender, server, endpoint, request, options, callOptions, span, telemetry),
          (exit) => Effect.sync(() => telemetry.end(Exit.isFailure(exit) ? exit.cause : undefined))
        ))
  )
}

const sendInSpan = Effect.fnUntraced(function*<Request, Response>(
  sender: Sender,
  server: Server,
  endpoint: Endpoint<Request, Response>,
  request: Request,
  options: RequestOptions.Resolved,
  target: Target | undefined,
  span: Tracer.Span,
  telemetry: CallTelemetry
) {
  const call = yield* makeCall(endpoint, request, "application/json", server, options, target)
  const resources: CallResources = { finalizer: Effect.void, span, onRetry: telemetry.onRetry }
  const reader = jsonReader(endpoint.response, endpoint.repair)
  let head: OpenResponse
  const read = (response: OpenResponse) => readJson(call, head = response, reader, endpoint.failedChoice)
  const received = sendWithRetry(sender, call, resources, read, endpoint.retryable === "always")
  const value = yield* Effect.ensuring(received, Effect.suspend(() => resources.finalizer))
  telemetry.onValue(value, call.scrubHeader)
  yield* reportResponse(call, head!, span)
  return value
})
