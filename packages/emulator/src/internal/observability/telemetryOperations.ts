import * as ObservabilityEndpoint from "@effect-mistral/observability/ObservabilityEndpoint"
import { type Handler, handler, type Route } from "../endpointRoute.ts"
import type { Database } from "./database.ts"
import { operation } from "./operation.ts"
import { problem } from "./problem.ts"

/** `/v1/observability/{logs,traces,spans}`. */
export const telemetryOperations = (_: Database): ReadonlyArray<Handler> =>
  [
    ...Object.values(ObservabilityEndpoint.logs),
    ...Object.values(ObservabilityEndpoint.traces),
    ...Object.values(ObservabilityEndpoint.spans),
    ...Object.values(ObservabilityEndpoint.spanEvaluations)
  ].map((route) =>
    handler(operation(route as Route<unknown>, {
      answer: () => problem(400, "FEATURE_NOT_SUPPORTED", "The emulator has no telemetry")
    }))
  )
