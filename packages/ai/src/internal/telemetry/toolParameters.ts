import * as Context from "effect/Context"
import * as Fiber from "effect/Fiber"
import * as Tracer from "effect/Tracer"

/** A tracer whose spans never get the arguments of a tool call. */
export const redactParameters = (tracer: Tracer.Tracer): Tracer.Tracer => ({
  context: tracer.context,
  span: (options) => {
    const span = tracer.span(options)
    const attribute = span.attribute
    // The span itself is changed, because tracers know their own spans again, as the parents of others.
    span.attribute = (name, value) =>
      attribute.call(span, name, name === parameters && isOfTool(span) ? redacted : value)
    return span
  }
})

/** Overwrites the arguments of a tool call in the span of a call, or, of a stream, in the span in which it is run. */
export const redactSpan = (span: Tracer.Span): void => {
  const fiber = Fiber.getCurrent()
  const current = fiber && Context.getOrUndefined(fiber.context, Tracer.ParentSpan)
  for (const one of [span, current]) {
    if (one?._tag === "Span" && one.attributes.has(parameters) && isOfTool(one)) {
      one.attribute(parameters, redacted)
    }
  }
}

const parameters = "parameters"
const redacted = "<redacted>"

/** Whether a span has the name of a tool: `Toolkit` sets it first, and the arguments right after it. */
const isOfTool = (span: Tracer.Span): boolean => span.attributes.has("tool")
