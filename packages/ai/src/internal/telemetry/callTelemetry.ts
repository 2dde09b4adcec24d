import * as Endpoint from "@effect-mistral/core/Endpoint"
import type * as RequestOptions from "@effect-mistral/core/RequestOptions"
import * as Telemetry from "@effect-mistral/core/Telemetry"
import type * as AiError from "effect/ai/AiError"
import type * as Tracer from "effect/Tracer"

/** The options of a call whose `gen_ai.*` attributes the span of `effect/ai` has, so that tokens count once in a trace. */
export const callTelemetry = (span: Tracer.Span): RequestOptions.RequestOptions => ({ genAiSpan: span })

/** Records a call that was not made, because its prompt, its tools or its schema cannot be sent: core has no span of it. */
export const recordUnsent = (
  span: Tracer.Span,
  isStream: boolean,
  parameters: object,
  reason: AiError.AiErrorReason
): void => {
  const endpoint = isStream ? Endpoint.chat.stream : Endpoint.chat.complete
  const attributes = Telemetry.requestAttributes(endpoint, parameters, noServer)
  for (const name in attributes) {
    if (name.startsWith("gen_ai.")) span.attribute(name, attributes[name])
  }
  recordFailure(span, reason)
}

/** The client alone knows the server of a call. Attributes that are empty are left out. */
const noServer: Telemetry.Server = { provider: "", address: undefined, port: undefined }

/** Records why a call failed, unless core has done so: what it got was good, and does not fit all the same. */
export const recordFailure = (span: Tracer.Span, reason: AiError.AiErrorReason): void => {
  if (!span.attributes.has("error.type")) span.attribute("error.type", reason._tag)
}
