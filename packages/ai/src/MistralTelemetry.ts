/**
 * Spans without the arguments of tool calls.
 *
 * `Toolkit` of `effect/ai` writes the arguments of each tool call that it runs in the span around it, as the attribute
 * `parameters` beside `tool`. The model wrote them from the prompt, so they may hold what no exporter should get.
 *
 * ```ts
 * import { MistralTelemetry } from "@effect-mistral/ai"
 * import { FetchHttpClient } from "@effect-mistral/core"
 * import { Layer } from "effect"
 * import { Otlp } from "effect/observability"
 *
 * export const TelemetryLive = MistralTelemetry.layerWithoutToolParameters.pipe(
 *   Layer.provideMerge(Otlp.layerJson({ baseUrl: "http://localhost:4318", resource: { serviceName: "painters" } })),
 *   Layer.provide(FetchHttpClient.layer)
 * )
 * ```
 *
 * @since 0.1.0
 */
import * as Telemetry from "effect/ai/Telemetry"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import { redactParameters, redactSpan } from "./internal/telemetry/toolParameters.ts"

/**
 * Keeps the arguments of tool calls out of spans: the attribute `parameters` that stands beside `tool` is `<redacted>`.
 *
 * *Details*: it changes the tracer of its environment, so it holds for every span and for every call: whole and streamed
 * ones, and those that fail or are interrupted. It also provides a `CurrentSpanTransformer`, which redacts spans of other
 * tracers after a call that succeeded and after every stream. A `CurrentSpanTransformer` of its environment runs, too.
 *
 * *Gotchas*: provide the exporter to it (`Layer.provideMerge`), not beside it (`Layer.mergeAll`): without a tracer in its
 * environment only the `CurrentSpanTransformer` is left, and a call that failed keeps the arguments. The span of a call that
 * is streamed is not the one that has them: `Toolkit` writes them in the span in which the stream is run.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerWithoutToolParameters: Layer.Layer<Telemetry.CurrentSpanTransformer> = /* @__PURE__ */ Layer.fresh(
  /* @__PURE__ */ Layer.effectContext(
    /* @__PURE__ */ Effect.contextWith((environment: Context.Context<never>) => {
      const before = Context.getOption(environment, Telemetry.CurrentSpanTransformer)
      const provided = Context.make(Telemetry.CurrentSpanTransformer, (options) => {
        if (Option.isSome(before)) before.value(options)
        redactSpan(options.span)
      })
      // Without a tracer in the environment there is Effect's own alone, which exports nothing.
      return Effect.succeed(
        environment.mapUnsafe.has(Tracer.Tracer.key)
          ? Context.add(provided, Tracer.Tracer, redactParameters(Context.get(environment, Tracer.Tracer)))
          : provided
      )
    })
  )
)
