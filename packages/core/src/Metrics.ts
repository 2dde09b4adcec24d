/**
 * Metrics of operations that run a model, by OpenTelemetry's conventions for generative AI: whole and streamed completions,
 * and embeddings.
 *
 * Every call records them in Effect's registry of metrics, from which exporters and `Metric.snapshot` read. Their attributes
 * are `gen_ai.operation.name`, `gen_ai.provider.name`, `gen_ai.request.model`, `gen_ai.response.model`, `server.address`,
 * `server.port` and `unit`, by which Effect's exporter knows the unit. Further ones are set by
 * `Metric.CurrentMetricAttributes`.
 *
 * *Gotchas*: of the models that requests and responses name, the first 100 of a program are attributes, and any other is
 * `_OTHER`, so that names from outside cannot fill the memory.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics/
 * @since 0.1.0
 */
import type * as Metric from "effect/Metric"
import { histogramOf } from "./internal/client/histogram.ts"
import * as definitions from "./internal/client/metricDefinitions.ts"

/**
 * `gen_ai.client.token.usage`: the tokens of an operation, once as its input and once as its output
 * (`gen_ai.token.type`).
 *
 * *Details*: recorded when the operation ends, if the server has told its usage, also that of a stream which broke off
 * later. Embeddings have no output.
 *
 * @category metrics
 * @since 0.1.0
 */
export const tokenUsage: Metric.Histogram<number> = /* @__PURE__ */ histogramOf(definitions.tokenUsage)

/**
 * `gen_ai.client.operation.duration`: seconds from the start of an operation to its end, with all retries.
 *
 * *Details*: one that failed has `error.type`, the tag of the error's reason. One that was interrupted, or whose stream was
 * ended by its reader, is recorded without it.
 *
 * @category metrics
 * @since 0.1.0
 */
export const operationDuration: Metric.Histogram<number> = /* @__PURE__ */ histogramOf(definitions.operationDuration)

/**
 * `gen_ai.client.operation.time_to_first_chunk`: seconds from the start of an operation to the first chunk of its stream,
 * with all retries.
 *
 * @category metrics
 * @since 0.1.0
 */
export const timeToFirstChunk: Metric.Histogram<number> = /* @__PURE__ */ histogramOf(definitions.timeToFirstChunk)

/**
 * `gen_ai.client.operation.time_per_output_chunk`: seconds from one chunk of a stream to the next.
 *
 * *Details*: recorded for each chunk but the first. Chunks that come in one read of the network have no time between them.
 * The time that a reader spends between its pulls counts, as far as it delays a read.
 *
 * @category metrics
 * @since 0.1.0
 */
export const timePerOutputChunk: Metric.Histogram<number> = /* @__PURE__ */ histogramOf(definitions.timePerOutputChunk)
