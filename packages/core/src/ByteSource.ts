/**
 * How a response hands its body over without a `Stream` in between.
 *
 * A transport may offer a `ByteSource` on its responses, under `ByteSource.key`; `UndiciHttpClient` of
 * `@effect-mistral/node` does. One that does not is read as a stream: nothing but speed is lost.
 *
 * @since 0.1.0
 */
import type * as Arr from "effect/Array"
import * as Predicate from "effect/Predicate"

/**
 * One read of the network: one or more pieces of it.
 *
 * @category models
 * @since 0.1.0
 */
export type Bytes = Arr.NonEmptyReadonlyArray<Uint8Array>

/**
 * Who waits for a read: told once, what came, that the body has ended, or that it broke.
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
 * A body that is read by callback. `read` tells the reader, now or later; what it returns gives the wait up. One read at
 * a time.
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
  // Whoever uses the key means this interface by it.
  Predicate.hasProperty(response, key) ? response[key] as ByteSource : undefined
