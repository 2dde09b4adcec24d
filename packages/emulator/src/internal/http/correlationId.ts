import * as Context from "effect/Context"

/** The id under which a request is answered: what the response's `mistral-correlation-id` will be. */
export const CorrelationId = Context.Reference<string>("@effect-mistral/emulator/internal/CorrelationId", {
  defaultValue: () => ""
})
