import type * as RequestOptions from "@effect-mistral/core/RequestOptions"
import type * as Tracer from "effect/Tracer"

/** The options of a call whose `gen_ai.*` attributes the span of `effect/ai` has, so that tokens count once in a trace. */
export const callTelemetry = (span: Tracer.Span): RequestOptions.RequestOptions => ({ genAiSpan: span })
