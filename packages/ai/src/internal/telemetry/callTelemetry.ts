import type * as RequestOptions from "@effect-mistral/core/RequestOptions"
import type * as Tracer from "effect/Tracer"

/** The options of a call whose `gen_ai.*` attributes belong to the span of the model, so that tokens count once in a trace. */
export const callTelemetry = (_span: Tracer.Span): RequestOptions.RequestOptions => ({ genAiAttributes: false })
