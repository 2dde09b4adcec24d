/** The endpoint values of core, observability and batch, in the form in which they are compared. */
import { BatchEndpoint } from "@effect-mistral/batch"
import { Endpoint, Model } from "@effect-mistral/core"
import { ObservabilityEndpoint } from "@effect-mistral/observability"
import type * as Schema from "effect/Schema"

/** An endpoint value, as far as it is compared. */
export interface ComparedEndpoint {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly request: Schema.Top
  /** The JSON of a response. */
  readonly response?: Schema.Top | undefined
  /** The data of an event of a stream. */
  readonly event?: Schema.Top | undefined
  readonly query?: Schema.Top | undefined
}

/** An endpoint value, with the package that has it. */
export interface Served {
  readonly package: "core" | "observability" | "batch"
  readonly endpoint: ComparedEndpoint
}

const isEndpoint = (value: unknown): value is ComparedEndpoint =>
  typeof value === "object" && value !== null && "path" in value && "method" in value && "request" in value

/** The endpoint values in an object, and in the objects in it. */
const endpointsIn = (value: unknown): ReadonlyArray<ComparedEndpoint> =>
  isEndpoint(value)
    ? [value]
    : typeof value === "object" && value !== null
    ? Object.values(value).flatMap(endpointsIn)
    : []

/** Query schemas that a service checks by itself, because the endpoint has none. */
const queries: Readonly<Record<string, Schema.Top>> = { "Models.list": Model.ListQuery }

const from = (name: Served["package"], module: object): ReadonlyArray<Served> =>
  endpointsIn({ ...module }).map((endpoint) => ({
    package: name,
    endpoint: { ...endpoint, query: endpoint.query ?? queries[endpoint.name] }
  }))

/** Every endpoint value. */
export const served: ReadonlyArray<Served> = [
  ...from("core", Endpoint),
  ...from("batch", BatchEndpoint),
  ...from("observability", ObservabilityEndpoint)
]
