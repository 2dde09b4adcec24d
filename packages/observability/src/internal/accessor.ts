import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** An operation of a service as a function whose effect requires the service. */
export const effect = <Self, Shape, Args extends ReadonlyArray<unknown>, A, E>(
  service: Context.Service<Self, Shape>,
  operation: (shape: Shape) => (...args: Args) => Effect.Effect<A, E>
) =>
(...args: Args): Effect.Effect<A, E, Self> => Effect.flatMap(service, (shape) => operation(shape)(...args))

/** A streaming operation of a service as a function whose stream requires the service. */
export const stream = <Self, Shape, Args extends ReadonlyArray<unknown>, A, E>(
  service: Context.Service<Self, Shape>,
  operation: (shape: Shape) => (...args: Args) => Stream.Stream<A, E>
) =>
(...args: Args): Stream.Stream<A, E, Self> => Stream.unwrap(Effect.map(service, (shape) => operation(shape)(...args)))
