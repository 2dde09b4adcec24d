import type * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Tracer from "effect/Tracer"
import { MistralError } from "../../MistralError.ts"
import type { Resolved } from "../../RequestOptions.ts"
import * as Telemetry from "../../Telemetry.ts"
import type { CallResources } from "../attempt/sendWithRetry.ts"
import type { Scrub } from "../request/redaction.ts"
import type { EventHooks } from "../stream/eventDecoder.ts"
import { monotonicMillis } from "../timeout/attemptTimeouts.ts"
import { type Definition, type Series, seriesOf } from "./histogram.ts"
import * as metrics from "./metricDefinitions.ts"

/** The name and the options of the span of a call. `attributes` are those of its request. */
export const spanOf = (
  endpoint: Telemetry.Operation,
  request: unknown,
  attributes: Telemetry.Attributes,
  { genAiAttributes }: Resolved
): [name: string, options: Tracer.SpanOptionsNoTrace] => [
  genAiAttributes === false ? endpoint.name : Telemetry.spanName(endpoint, request),
  { kind: "client", attributes: Telemetry.visible(attributes, genAiAttributes) }
]

/** Records one call: its retries and its response in its span, and its metrics if it runs a model. */
export interface CallTelemetry
  extends Required<Pick<CallResources, "onRetry">>, Pick<EventHooks<unknown>, "choices" | "onValues">
{
  /** Records a whole response or an event of a stream. `scrub` removes the secrets of the call, which it may quote. */
  readonly onValue: (value: unknown, scrub: Scrub) => void
  /** Records the end of the call, and the error of the operation if it failed by itself. */
  readonly end: (cause?: Cause.Cause<unknown>) => void
}

/** Starts to record a call in its span. `request` are the attributes of its request. */
export const startTelemetry = (
  span: Tracer.Span,
  request: Telemetry.Attributes,
  options: Resolved
): Effect.Effect<CallTelemetry> =>
  Effect.withFiber((fiber) => {
    const clock = fiber.getRef(Clock.Clock)
    const now = () => monotonicMillis(clock)
    const operation = request["gen_ai.operation.name"]
    const startedAt = now()
    const choices = new Map<number, string | null | undefined>()
    let lastAt = startedAt
    let resends = 0
    let chunks = 0
    let toFirstChunk: number | undefined
    let perChunk: Series | undefined
    let response: Seen = {}
    let scrub: Scrub

    const clean = (value: unknown): unknown =>
      typeof value === "string" ? scrub(value) : Array.isArray(value) ? value.map(clean) : value
    const responseAttributes = (): Telemetry.Attributes => {
      const attributes = { ...Telemetry.responseAttributes(response) }
      for (const name in attributes) attributes[name] = clean(attributes[name])
      return attributes
    }
    const seriesFor = (
      metric: Definition,
      received: Telemetry.Attributes,
      further?: Telemetry.Attributes
    ): Series => {
      const all: Telemetry.Attributes = {
        ...request,
        "gen_ai.request.model": bounded(request["gen_ai.request.model"]),
        "gen_ai.response.model": bounded(received["gen_ai.response.model"]),
        ...further
      }
      const attributes: Record<string, string> = {}
      for (const name of metricAttributes) if (all[name] !== undefined) attributes[name] = String(all[name])
      return seriesOf(fiber.context, metric, attributes)
    }
    return Effect.succeed({
      choices,
      onRetry: (error, delay) => {
        const count = { "http.request.resend_count": ++resends }
        span.event("mistral_ai.retry", clock.currentTimeNanosUnsafe(), {
          ...Telemetry.errorAttributes(error),
          ...count,
          "mistral_ai.retry.delay": delay / 1000
        })
        Telemetry.annotate(span, count)
      },
      onValue: (value, scrubText) => {
        const { choices, id, model, usage }: Seen = Object(value)
        scrub = scrubText
        response = { choices, id: response.id || id, model: response.model || model, usage: usage ?? response.usage }
      },
      onValues: (count) => {
        const at = now()
        const elapsed = (at - lastAt) / 1000
        lastAt = at
        const isFirst = chunks === 0
        chunks += count
        if (isFirst) toFirstChunk = elapsed
        if (operation === undefined) return
        for (let index = isFirst ? 1 : 0; index < count; index++) {
          perChunk ??= seriesFor(metrics.timePerOutputChunk, responseAttributes())
          perChunk.update(index === 0 ? elapsed : 0, fiber.context)
        }
      },
      end: (cause) => {
        const error = cause && errorOf(cause)
        if (chunks > 0) {
          // A choice without its finish reason did not come to its end.
          const ended = [...choices].sort(([one], [other]) => one - other)
          response = { ...response, choices: ended.map(([, reason]) => ({ finish_reason: reason ?? "error" })) }
        }
        const received = responseAttributes()
        Telemetry.annotate(
          span,
          Telemetry.visible({
            ...received,
            ...chunks > 0 && {
              "gen_ai.response.time_to_first_chunk": toFirstChunk,
              "mistral_ai.response.chunks": chunks
            },
            ...error && Telemetry.errorAttributes(error)
          }, options.genAiAttributes)
        )
        if (operation === undefined) return
        const record = (metric: Definition, value: unknown, further?: Telemetry.Attributes) => {
          if (typeof value === "number") seriesFor(metric, received, further).update(value, fiber.context)
        }
        record(metrics.operationDuration, (now() - startedAt) / 1000, { "error.type": error?.reason._tag })
        record(metrics.timeToFirstChunk, toFirstChunk)
        for (const type of operation === "embeddings" ? ["input"] : ["input", "output"]) {
          record(metrics.tokenUsage, received[`gen_ai.usage.${type}_tokens`], { "gen_ai.token.type": type })
        }
      }
    })
  })

/** The parts of a response that telemetry reports. */
interface Seen {
  readonly id?: unknown
  readonly model?: unknown
  readonly usage?: unknown
  readonly choices?: unknown
}

const errorOf = (cause: Cause.Cause<unknown>): MistralError | undefined => {
  for (const reason of cause.reasons) {
    if (reason._tag === "Fail" && reason.error instanceof MistralError) return reason.error
  }
  return undefined
}

/** The attributes of metrics. */
const metricAttributes = [
  "error.type",
  "gen_ai.operation.name",
  "gen_ai.provider.name",
  "gen_ai.request.model",
  "gen_ai.response.model",
  "gen_ai.token.type",
  "server.address",
  "server.port"
]

/** The models that metrics name. */
const models = /* @__PURE__ */ new Set<unknown>()

/** The name of a model, as far as it is a text and there are not too many: each makes series that are kept. */
const bounded = (model: unknown): string | undefined => {
  if (typeof model !== "string" || model === "") return undefined
  if (models.size < 100) models.add(model)
  return models.has(model) ? model : "_OTHER"
}
