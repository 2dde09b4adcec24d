import { type Batch, Batches, BatchTest, type Ledger } from "@effect-mistral/batch"
import { Effect, Layer, Option } from "effect"
import type { FakeRoute } from "./support.ts"
import { Echo } from "./support.ts"

type Definitions = ReadonlyArray<Batch.Any>

/** With the engine in memory, and without an engine. What is true for users is true of both. */
export const executions = [
  { name: "by the engine", batches: (definitions: Definitions) => Batches.layer(definitions) },
  { name: "inline", batches: (definitions: Definitions) => Batches.layerInline(definitions) }
] as const

export type Execution = typeof executions[number]

/** Provides batches over a ledger in memory. The ledger can be read, too. */
export const withBatches =
  ({ batches }: Execution, route: FakeRoute, definitions: Definitions = [Echo]) =>
  <A, E>(program: Effect.Effect<A, E, Batches.Batches | Ledger.Ledger>) =>
    Effect.provide(program, batches(definitions).pipe(Layer.provideMerge(Layer.merge(BatchTest.layer, route.layer))))

/** Waits, without a clock, until so many items of the batch `b` are answered. */
export const untilAnswered = (count: number): Effect.Effect<void, never, Batches.Batches> =>
  Effect.flatMap(
    Effect.option(Batches.status("b")),
    (report) =>
      Option.isSome(report) && report.value.answered >= count
        ? Effect.void
        : Effect.andThen(Effect.yieldNow, untilAnswered(count))
  )

/** Runs a program in a process of its own, which ends when the program does, over what other processes have left. */
export const process = <A, E, LE, R>(
  layer: Layer.Layer<Batches.Batches, LE, R>,
  program: Effect.Effect<A, E, Batches.Batches>
): Effect.Effect<A, E | LE, R> =>
  Effect.scoped(Effect.flatMap(Layer.build(layer), (context) => Effect.provide(program, context)))
