import * as Context from "effect/Context"

/** The id of the current request. The response carries it as `mistral-correlation-id`. */
export const CorrelationId = Context.Reference<string>("@effect-mistral/emulator/internal/CorrelationId", {
  defaultValue: () => ""
})
