/**
 * The faults to come of a running emulator: armed by a program or by `POST /_emulator/faults`, had by the requests they are
 * for.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Fault } from "./Fault.ts"

const Positive = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))

/**
 * The requests a fault is for: all of them, or those of a method or a path.
 *
 * A path is as the API documents it, with or without `/v1`; `{name}` stands for anything between two slashes. Any endpoint
 * of `@effect-mistral/core/Endpoint` can stand here.
 *
 * @category models
 * @since 0.1.0
 */
export interface Where {
  readonly method?: string | undefined
  readonly path?: string | undefined
}

/**
 * A fault that waits for requests: for the next `times` it fits, or for each with a `probability`. `seed` makes the same
 * requests fail each time.
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
 * A fault that waits for requests.
 *
 * @category models
 * @since 0.1.0
 */
export type Armed = typeof Armed.Type

/**
 * A fault that makes no sense: a value out of range, or one that no request it is for can have. The message says which.
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
 * The faults to come of a running emulator. They are served in the order they were armed: a request gets the first one
 * that is for it and fits it. One for streams waits for a stream, and is not used up by a stream that was refused.
 *
 * @category models
 * @since 0.1.0
 */
export interface Faults {
  /** Arms a fault for the next request it fits, or for the next `times`. */
  readonly next: (
    fault: Fault,
    options?: { readonly times?: number | undefined; readonly where?: Where | undefined }
  ) => Effect.Effect<void, InvalidFault>
  /**
   * Arms a fault for each request it fits, with a probability from 0 to 1, until `clear`. The same seed (the emulator's
   * unless set) picks the same ones of the requests.
   */
  readonly withProbability: (
    fault: Fault,
    probability: number,
    options?: { readonly seed?: number | undefined; readonly where?: Where | undefined }
  ) => Effect.Effect<void, InvalidFault>
  /** Arms what `POST /_emulator/faults` would. */
  readonly arm: (armed: Armed) => Effect.Effect<void, InvalidFault>
  /** The faults that still wait, the next one first, with the `times` that are left. */
  readonly armed: Effect.Effect<ReadonlyArray<Armed>>
  /** Forgets all of them. */
  readonly clear: Effect.Effect<void>
}
