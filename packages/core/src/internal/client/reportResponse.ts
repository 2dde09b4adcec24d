import * as Effect from "effect/Effect"
import * as Tracer from "effect/Tracer"
import * as Telemetry from "../../Telemetry.ts"
import type { Call } from "../request/call.ts"
import type { OpenResponse } from "../response/bodyReader.ts"
import { responseMetadata } from "../response/responseHeaders.ts"

/** Annotates the span of a call with the head of its good response, and gives that to `onResponse`. */
export const reportResponse = (call: Call, response: OpenResponse, span: Tracer.Span): Effect.Effect<unknown> => {
  if (span.sampled) {
    Telemetry.annotate(
      span,
      Telemetry.headAttributes(response, (name) => {
        const value = response.header(name)
        return value === undefined ? undefined : call.scrubHeader(value)
      })
    )
  }
  const { onResponse } = call.options
  return onResponse === undefined ? Effect.void : Effect.provideService(
    Effect.suspend(() => onResponse(responseMetadata(call, response))),
    Tracer.ParentSpan,
    span
  )
}
