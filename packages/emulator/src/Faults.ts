/**
 * The armed faults of a running emulator: a program or `POST /_emulator/faults` arms them, and they apply to future
 * requests.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Fault } from "./Fault.ts"

const Positive = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))

/**
 * The requests that a fault applies to: all of them, or those with a method or a path.
 *
 * *Details*: the path is written as in the API's reference, with or without `/v1`; `{name}` matches any segment. Any
 * endpoint of `@effect-mistral/core/Endpoint` can be used here.
 *
 * @category models
 * @since 0.1.0
 */
export interface Where {
  readonly method?: string | undefined
  readonly path?: string | undefined
}

/**
 * An armed fault: it applies to the next `times` requests that it fits, or to each of them with a `probability`. `seed`
 * makes the same requests fail each time.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Armed = Schema.Struct({
  fault: Fault,
  times: Schema.optionalKey(Positive),
  probability: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))),
  seed: Schema.optionalKey(Schema.Int),
  method: Schema.optionalKey(Schema.String),
  path: Schema.optionalKey(Schema.String)
})

/**
 * An armed fault.
 *
 * @category models
 * @since 0.1.0
 */
export type Armed = typeof Armed.Type

/**
 * A fault is not valid: a value is out of range, or the fault applies to none of its requests. The message says why.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidFault
  extends Schema.TaggedError<InvalidFault>("@effect-mistral/emulator/InvalidFault")("InvalidFault", {
    message: Schema.String
  })
{}

/**
 * The armed faults of a running emulator, or of one of its scopes. `E` is a failure of the connection to the emulator, where
 * there is one.
 *
 * *Details*: a request gets the first armed fault that applies to it, in the order of arming. A fault for streams waits for
 * a stream, and a stream that gets an error response does not use it up.
 *
 * @category models
 * @since 0.1.0
 */
export interface Faults<out E = never> {
  /** Arms a fault for the next request that it fits, or for the next `times` of them. */
  readonly next: (
    fault: Fault,
    options?: { readonly times?: number | undefined; readonly where?: Where | undefined }
  ) => Effect.Effect<void, InvalidFault | E>
  /**
   * Arms a fault for each request that it fits, with a probability from 0 to 1, until `clear`. The same seed (the
   * emulator's unless set) selects the same requests.
   */
  readonly withProbability: (
    fault: Fault,
    probability: number,
    options?: { readonly seed?: number | undefined; readonly where?: Where | undefined }
  ) => Effect.Effect<void, InvalidFault | E>
  /** Arms a fault in the form of `POST /_emulator/faults`. */
  readonly arm: (armed: Armed) => Effect.Effect<void, InvalidFault | E>
  /** The armed faults, the next one first, with the remaining `times`. */
  readonly armed: Effect.Effect<ReadonlyArray<Armed>, E>
  /** Removes all armed faults. */
  readonly clear: Effect.Effect<void, E>
}
