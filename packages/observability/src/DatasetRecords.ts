/**
 * Dataset records: fetch, judge, update and delete a record by its id. `Datasets` lists and creates them.
 *
 * ```ts
 * import { DatasetRecords } from "@effect-mistral/observability"
 *
 * export const markAsHard = (recordId: string) => DatasetRecords.updateProperties(recordId, { difficulty: "hard" })
 * ```
 *
 * @see https://docs.mistral.ai/api/endpoint/beta/observability/datasets/records
 * @since 0.1.0
 */
import * as MistralClient from "@effect-mistral/core/MistralClient"
import type { MistralError } from "@effect-mistral/core/MistralError"
import type * as RequestOptions from "@effect-mistral/core/RequestOptions"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as DatasetRecord from "./DatasetRecord.ts"
import * as Accessor from "./internal/accessor.ts"
import { makeEndpointCall } from "./internal/endpointCall.ts"
import { datasetRecords as endpoints } from "./internal/endpoints/datasetRecordEndpoints.ts"
import type * as Judge from "./Judge.ts"

/**
 * The operations of the service.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** Fetches a record. */
  readonly fetch: (
    recordId: string,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<DatasetRecord.DatasetRecord, MistralError>
  /** Deletes a record. */
  readonly delete: (recordId: string, options?: RequestOptions.RequestOptions) => Effect.Effect<void, MistralError>
  /** Deletes 1 to 500 records in one request. */
  readonly bulkDelete: (
    recordIds: ReadonlyArray<string>,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<void, MistralError>
  /** Judges a record with a judge that is not stored. */
  readonly judge: (
    recordId: string,
    judgeDefinition: Judge.Definition,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Judge.Output, MistralError>
  /** Replaces the payload of a record. */
  readonly updatePayload: (
    recordId: string,
    payload: DatasetRecord.DatasetRecord["payload"],
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<void, MistralError>
  /** Replaces the properties of a record. */
  readonly updateProperties: (
    recordId: string,
    properties: NonNullable<DatasetRecord.DatasetRecord["properties"]>,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<void, MistralError>
}

/**
 * The `DatasetRecords` service.
 *
 * *When to use*: require it. In tests, replace it by
 * `Layer.mock(DatasetRecords.DatasetRecords)({ fetch: () => Effect.succeed(...) })`.
 *
 * @category services
 * @since 0.1.0
 */
export class DatasetRecords
  extends Context.Service<DatasetRecords, Service>()("@effect-mistral/observability/DatasetRecords")
{}

/**
 * Makes the service. All its calls use `options` (retry policy, timeouts, headers, base URL).
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  options?: RequestOptions.RequestOptions
): Effect.Effect<Service, never, MistralClient.MistralClient> =>
  Effect.map(MistralClient.MistralClient, (client) => {
    const call = makeEndpointCall(client, options)
    const byId = (recordId: string) => ({ params: { dataset_record_id: recordId } })
    return DatasetRecords.of({
      fetch: (recordId, callOptions) => call(endpoints.fetch, undefined, byId(recordId), callOptions),
      delete: (recordId, callOptions) => Effect.asVoid(call(endpoints.delete, undefined, byId(recordId), callOptions)),
      bulkDelete: (dataset_record_ids, callOptions) =>
        Effect.asVoid(call(endpoints.bulkDelete, { dataset_record_ids }, {}, callOptions)),
      judge: (recordId, judge_definition, callOptions) =>
        call(endpoints.judge, { judge_definition }, byId(recordId), callOptions),
      updatePayload: (recordId, payload, callOptions) =>
        Effect.asVoid(call(endpoints.updatePayload, { payload }, byId(recordId), callOptions)),
      updateProperties: (recordId, properties, callOptions) =>
        Effect.asVoid(call(endpoints.updateProperties, { properties }, byId(recordId), callOptions))
    })
  })

/**
 * A layer of the service over the `MistralClient` of the environment.
 *
 * *Details*: the layer is not memoized. Each place that provides it gets a service over its own client, so that two
 * clients in one program do not mix.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<DatasetRecords, never, MistralClient.MistralClient> = Layer.fresh(
  Layer.effect(DatasetRecords, make())
)

/**
 * A layer of the service whose calls use `options` (retry policy, timeouts, headers, base URL). Like `layer`, it is not
 * memoized.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerOptions = (
  options: RequestOptions.RequestOptions
): Layer.Layer<DatasetRecords, never, MistralClient.MistralClient> =>
  Layer.fresh(Layer.effect(DatasetRecords, make(options)))

/**
 * Fetches a record.
 *
 * @category operations
 * @since 0.1.0
 */
export const fetch = Accessor.effect(DatasetRecords, (service) => service.fetch)

const delete_ = Accessor.effect(DatasetRecords, (service) => service.delete)

export {
  /**
   * Deletes a record.
   *
   * @category operations
   * @since 0.1.0
   */
  delete_ as delete
}

/**
 * Deletes 1 to 500 records in one request.
 *
 * @category operations
 * @since 0.1.0
 */
export const bulkDelete = Accessor.effect(DatasetRecords, (service) => service.bulkDelete)

/**
 * Judges a record with a judge that is not stored.
 *
 * @category operations
 * @since 0.1.0
 */
export const judge = Accessor.effect(DatasetRecords, (service) => service.judge)

/**
 * Replaces the payload of a record.
 *
 * @category operations
 * @since 0.1.0
 */
export const updatePayload = Accessor.effect(DatasetRecords, (service) => service.updatePayload)

/**
 * Replaces the properties of a record.
 *
 * @category operations
 * @since 0.1.0
 */
export const updateProperties = Accessor.effect(DatasetRecords, (service) => service.updateProperties)
