import * as RunnerHealth from "effect/cluster/RunnerHealth"
import * as Runners from "effect/cluster/Runners"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"

/**
 * Asks a process over its socket whether it lives: three times, a quarter of a second apart, for up to 2 seconds each. One that
 * was killed refuses the connection, and is known to be dead after half a second. `RunnerHealth.layerPing` takes 2.5 seconds for
 * that, in which the others may run out of work.
 */
export const runnerHealth: Layer.Layer<RunnerHealth.RunnerHealth, never, Runners.Runners> = Layer.effect(
  RunnerHealth.RunnerHealth,
  Effect.map(Runners.Runners, (runners) =>
    RunnerHealth.RunnerHealth.of({
      isAlive: (address) =>
        runners.ping(address).pipe(
          Effect.timeout("2 seconds"),
          Effect.retry({ times: 2, schedule: Schedule.spaced("250 millis") }),
          Effect.isSuccess
        )
    }))
)
