import type * as Cause from "effect/Cause"
import type * as Tracer from "effect/Tracer"
import { MistralError } from "../../MistralError.ts"
import * as Telemetry from "../../Telemetry.ts"

/** Annotates the span of a call with its error. A stream may also end by a failure of its reader, which is another error. */
export const annotateFailure = (span: Tracer.Span, cause: Cause.Cause<unknown>): void => {
  for (const reason of cause.reasons) {
    if (reason._tag === "Fail" && reason.error instanceof MistralError) {
      Telemetry.annotate(span, Telemetry.errorAttributes(reason.error))
    }
  }
}
