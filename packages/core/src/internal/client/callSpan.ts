import type * as Tracer from "effect/Tracer"
import type { Resolved } from "../../RequestOptions.ts"
import * as Telemetry from "../../Telemetry.ts"
import type { ClientConfig } from "./clientConfig.ts"

/** The options of the span of a call. */
export const callSpanOptions = (
  { deployment }: ClientConfig,
  endpoint: Telemetry.Operation,
  request: unknown,
  options: Resolved
): Tracer.SpanOptionsNoTrace => ({
  kind: "client",
  attributes: Telemetry.requestAttributes(endpoint, request, {
    provider: deployment.provider,
    baseUrl: options.baseUrl ?? deployment.baseUrl
  })
})

/** Sets attributes of a span. */
export const annotate = (span: Tracer.Span, attributes: Telemetry.Attributes): void => {
  for (const name in attributes) span.attribute(name, attributes[name])
}
