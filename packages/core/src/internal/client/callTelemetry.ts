import type * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type * as Metric from "effect/Metric"
import type * as Tracer from "effect/Tracer"
import { MistralError } from "../../MistralError.ts"
import type { Resolved } from "../../RequestOptions.ts"
import * as Telemetry from "../../Telemetry.ts"
import type { CallResources } from "../attempt/sendWithRetry.ts"
import type { Scrub } from "../request/redaction.ts"
import type { EventHooks } from "../stream/eventDecoder.ts"
import { monotonicMillis } from "../timeout/attemptTimeouts.ts"
import { type BatchedSeries, batchedSeries } from "./batchedSeries.ts"
import { type Definition, histogramOf } from "./histogram.ts"
import * as metrics from "./metricDefinitions.ts"

/** The name and the options of the span of a call. `startTelemetry` gives it its attributes. */
export const spanOf = (
  endpoint: Telemetry.Operation,
  request: unknown,
  options: Resolved
): [name: string, options: Tracer.SpanOptionsNoTrace] => [
  reportsModel(options) ? Telemetry.spanName(endpoint, request) : endpoint.name,
  { kind: "client", parent: options.genAiSpan }
]

/** Whether the span of the call itself has the `gen_ai.*` attributes. */
const reportsModel = ({ genAiAttributes, genAiSpan }: Resolved): boolean => !genAiSpan && genAiAttributes !== false

/** Starts to record a call in its span. `request` are the attributes of its request. */
export const startTelemetry = (
  span: Tracer.Span,
  request: Telemetry.Attributes,
  options: Resolved
): Effect.Effect<CallTelemetry> =>
  Effect.withFiber((fiber) => Effect.succeed(new CallTelemetry(span, request, options, fiber)))

/** Records one call: its retries and its response in its span, and its metrics if it runs a model. */
export class CallTelemetry
  implements Pick<CallResources, "onRetry">, Pick<EventHooks<unknown>, "choices" | "onValues">
{
  readonly choices = new Map<number, string | null | undefined>()
  readonly #span: Tracer.Span
  readonly #request: Telemetry.Attributes
  readonly #options: Resolved
  readonly #fiber: Fiber.Fiber<unknown, unknown>
  readonly #clock: Clock.Clock
  readonly #startedAt: number
  #lastAt: number
  #resends = 0
  #chunks = 0
  #toFirstChunk: number | undefined
  #perChunk: BatchedSeries | undefined
  #response: Seen = {}
  #scrub: Scrub | undefined

  constructor(
    span: Tracer.Span,
    request: Telemetry.Attributes,
    options: Resolved,
    fiber: Fiber.Fiber<unknown, unknown>
  ) {
    this.#span = span
    this.#request = request
    this.#options = options
    this.#fiber = fiber
    this.#clock = fiber.getRef(Clock.Clock)
    this.#startedAt = this.#lastAt = monotonicMillis(this.#clock)
    this.#annotate(request)
  }

  readonly onRetry = (error: MistralError, delay: number): void => {
    const count = { "http.request.resend_count": ++this.#resends }
    this.#span.event("mistral_ai.retry", this.#clock.currentTimeNanosUnsafe(), {
      ...Telemetry.errorAttributes(error),
      ...count,
      "mistral_ai.retry.delay": delay / 1000
    })
    Telemetry.annotate(this.#span, count)
  }

  /** Records a whole response or an event of a stream. `scrub` removes the secrets of the call, which it may quote. */
  onValue(value: unknown, scrub: Scrub): void {
    const { choices, id, model, usage }: Seen = Object(value)
    const seen = this.#response
    const counts: Record<string, unknown> = { ...seen.usage }
    // Counts are cumulative, and some proxies end a stream with a usage of zeros, which undoes none.
    for (const name in usage) counts[name] = usage[name] || (counts[name] ?? usage[name])
    this.#scrub = scrub
    this.#response = { choices, id: seen.id || id, model: seen.model || model, usage: counts }
  }

  readonly onValues = (count: number): void => {
    const now = monotonicMillis(this.#clock)
    const elapsed = (now - this.#lastAt) / 1000
    this.#lastAt = now
    const isFirst = this.#chunks === 0
    this.#chunks += count
    if (isFirst) this.#toFirstChunk = elapsed
    if (this.#chunks === 1 || this.#operation === undefined) return
    const { timePerOutputChunk } = metrics
    const series = this.#perChunk ??= batchedSeries(
      this.#histogram(timePerOutputChunk, this.#responseAttributes()["gen_ai.response.model"]),
      timePerOutputChunk.boundaries,
      this.#fiber.context
    )
    // Chunks that came in one read of the network have no time between them.
    if (!isFirst) series.add(elapsed, 1)
    if (count > 1) series.add(0, count - 1)
  }

  /** Records the end of the call, and the error of the operation if it failed by itself. */
  end(cause?: Cause.Cause<unknown>): void {
    const error = cause && errorOf(cause)
    if (this.#chunks > 0) {
      // A choice without its finish reason did not come to its end.
      const ended = [...this.choices].sort(([one], [other]) => one - other)
      this.#response = {
        ...this.#response,
        choices: ended.map(([, reason]) => ({ finish_reason: reason ?? "error" }))
      }
    }
    const response = this.#responseAttributes()
    this.#annotate(response)
    if (this.#chunks > 0) {
      this.#annotate({
        "gen_ai.response.time_to_first_chunk": this.#toFirstChunk,
        "mistral_ai.response.chunks": this.#chunks
      })
    }
    if (error !== undefined) this.#annotate(Telemetry.errorAttributes(error))
    if (this.#operation === undefined) return
    const model = response["gen_ai.response.model"]
    const record = (metric: Definition, value: unknown, type?: string, reason?: string) => {
      if (typeof value === "number") {
        this.#histogram(metric, model, type, reason).updateUnsafe(value, this.#fiber.context)
      }
    }
    const seconds = (monotonicMillis(this.#clock) - this.#startedAt) / 1000
    record(metrics.operationDuration, seconds, undefined, error?.reason._tag)
    record(metrics.timeToFirstChunk, this.#toFirstChunk)
    record(metrics.tokenUsage, response["gen_ai.usage.input_tokens"], "input")
    if (this.#operation !== "embeddings") {
      record(metrics.tokenUsage, response["gen_ai.usage.output_tokens"], "output")
    }
  }

  get #operation(): unknown {
    return this.#request["gen_ai.operation.name"]
  }

  #annotate(attributes: Telemetry.Attributes): void {
    const { genAiSpan } = this.#options
    for (const name in attributes) {
      const value = attributes[name]
      if (genAiSpan && /^(gen_ai|server|error)\./.test(name)) genAiSpan.attribute(name, value)
      if (!name.startsWith("gen_ai.") || reportsModel(this.#options)) this.#span.attribute(name, value)
    }
  }

  #responseAttributes(): Telemetry.Attributes {
    const attributes = { ...Telemetry.responseAttributes(this.#response) }
    const clean = (value: unknown): unknown =>
      typeof value === "string" ? this.#scrub!(value) : Array.isArray(value) ? value.map(clean) : value
    for (const name in attributes) attributes[name] = clean(attributes[name])
    return attributes
  }

  #histogram(metric: Definition, model: unknown, type?: string, reason?: string): Metric.Histogram<number> {
    const request = this.#request
    return histogramOf(metric, {
      "error.type": reason,
      "gen_ai.operation.name": this.#operation,
      "gen_ai.provider.name": request["gen_ai.provider.name"],
      "gen_ai.request.model": bounded(request["gen_ai.request.model"]),
      "gen_ai.response.model": bounded(model),
      "gen_ai.token.type": type,
      "server.address": request["server.address"],
      "server.port": request["server.port"]
    })
  }
}

/** The parts of a response that telemetry reports. */
interface Seen {
  readonly id?: unknown
  readonly model?: unknown
  readonly usage?: Readonly<Record<string, unknown>> | null
  readonly choices?: unknown
}

const errorOf = (cause: Cause.Cause<unknown>): MistralError | undefined => {
  for (const reason of cause.reasons) {
    if (reason._tag === "Fail" && reason.error instanceof MistralError) return reason.error
  }
  return undefined
}

/** The models that metrics name. */
const models = /* @__PURE__ */ new Set<unknown>()

/** The name of a model, as far as it is a text and there are not too many: each makes series that are kept. */
const bounded = (model: unknown): string | undefined => {
  if (typeof model !== "string" || model === "") return undefined
  if (models.size < 100) models.add(model)
  return models.has(model) ? model : "_OTHER"
}
