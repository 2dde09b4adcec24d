/**
 * A response body that is read by callback, without a `Stream` in between.
 *
 * A transport may offer a `ByteSource` on its responses, under `ByteSource.key`, as `UndiciHttpClient` of
 * `@effect-mistral/node` does. A response without one is read through its `Stream`, which only costs time.
 *
 * @since 0.1.0
 */
import type * as Arr from "effect/Array"
import * as Predicate from "effect/Predicate"

/**
 * The bytes of one network read, in one or more parts.
 *
 * @category models
 * @since 0.1.0
 */
export type Bytes = Arr.NonEmptyReadonlyArray<Uint8Array>

/**
 * The callbacks of a read. Exactly one of them runs, once: bytes were read, the body has ended, or reading failed.
 *
 * @category models
 * @since 0.1.0
 */
export interface Reader {
  readonly onBytes: (bytes: Bytes) => void
  readonly onEnd: () => void
  readonly onError: (error: unknown) => void
}

/**
 * A body that is read by callback.
 *
 * *Details*: `read` starts a read and returns a function that cancels it. A callback of the reader may run during `read` or
 * later. There is one read at a time. `read` must not throw: that is a defect, and an error of the connection is given to
 * `onError`.
 *
 * @category models
 * @since 0.1.0
 */
export interface ByteSource {
  readonly read: (reader: Reader) => () => void
}

/**
 * The key under which a response offers its `ByteSource`.
 *
 * @category constants
 * @since 0.1.0
 */
export const key: unique symbol = Symbol.for("@effect-mistral/core/ByteSource")

/**
 * The `ByteSource` that a response offers, if it offers one.
 *
 * @category getters
 * @since 0.1.0
 */
export const get = (response: object): ByteSource | undefined =>
  // The cast is safe: the key is only used for this interface.
  Predicate.hasProperty(response, key) ? response[key] as ByteSource : undefined
