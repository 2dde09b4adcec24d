import type { MistralError } from "@effect-mistral/core/MistralError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as FiberSet from "effect/FiberSet"
import * as Pull from "effect/Pull"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import type { LedgerError } from "../../BatchError.ts"
import type { PartStopped, PartWork } from "../work/partWork.ts"
import { type AskedItem, askedItem } from "./askedItem.ts"
import { type Again, type Asking, LivePart } from "./livePart.ts"
import type { TokenEstimate } from "./tokenEstimate.ts"

/** How parts are asked. `retries` are the waits between the requests of an item. */
export interface PartSettings extends Asking {
  readonly concurrency: number
  readonly retries: Schedule.Schedule<unknown, MistralError>
}

/**
 * Asks all items of a part.
 *
 * *Details*: a fiber with a permit takes one item after the other, and keeps its permit: with one permit for each item, the
 * fibers of several parts that wait for permits cost more than all else. One fiber of the part waits for a further permit at
 * a time, so that other parts and retries have their turn. An item that waits for a retry has a fiber of its own and no
 * permit, so that it holds up no other item.
 *
 * When the part is stopped, no further request is sent, those in flight finish and are written, and then it fails with the
 * reason.
 */
export const askPart = (
  work: PartWork,
  settings: PartSettings,
  estimate: TokenEstimate
): Effect.Effect<void, PartStopped | LedgerError> =>
  Effect.scoped(Effect.gen(function*() {
    const { permits, requests } = work
    const fibers = yield* FiberSet.make<void>()
    const fork = yield* FiberSet.runtime(fibers)<never>()
    const part = new LivePart(work, settings, estimate)
    /** Runs until it ends or fails. A failure stops the part. */
    const inPart = (
      ask: (fiber: Fiber.Fiber<unknown, unknown>) => Effect.Effect<void, PartStopped | LedgerError>
    ): Effect.Effect<void> =>
      Effect.withFiber((fiber) =>
        Effect.catchCause(ask(fiber), (cause) =>
          Effect.sync(() => {
            part.leave(fiber)
            part.stop(cause)
          }))
      )
    let next = 0
    let started = 0
    /** The fiber that waits for a permit to ask further items. */
    let waiting: Fiber.Fiber<unknown, unknown> | undefined
    const takeItem = (): AskedItem => {
      const item = askedItem(requests[next++]!)
      // Nothing is left for the fiber that waits, and the part does not wait for it.
      if (next === requests.length) waiting?.interruptUnsafe()
      return item
    }
    const askInTurn: Effect.Effect<void> = inPart((fiber) => {
      if (part.stopped || next >= requests.length) return Effect.void
      part.enter(waiting = fiber)
      return permits.withPermit(Effect.suspend(() => {
        part.leave(fiber)
        waiting = undefined
        let item: AskedItem
        const askItems = Effect.whileLoop({
          while: () => !part.stopped && next < requests.length,
          body: () => part.attempt(item = takeItem(), fiber),
          step: (again) => {
            if (again === undefined || part.stopped) return
            const retried = item
            fork(inPart((fiber) => askAgain(part, work, settings, retried, again, fiber)))
          }
        })
        return part.stopped || next + 1 >= requests.length || ++started >= settings.concurrency
          ? askItems
          : Effect.andThen(FiberSet.run(fibers, askInTurn), askItems)
      }))
    })
    yield* Effect.forkScoped(Effect.catchCause(work.stopped, (cause) => Effect.sync(() => part.stop(cause))))
    if (requests.length > 0) fork(askInTurn)
    yield* Effect.onInterrupt(FiberSet.awaitEmpty(fibers), () => part.cancelled)
    yield* part.end
  }))

/** Asks an item again until it has an outcome, or the part is stopped. */
const askAgain = (
  part: LivePart,
  { permits }: PartWork,
  { retries }: PartSettings,
  item: AskedItem,
  first: Again,
  fiber: Fiber.Fiber<unknown, unknown>
): Effect.Effect<void, PartStopped | LedgerError> =>
  Effect.flatMap(Schedule.toStepWithSleep(retries), (sleep) => {
    const attempt = ({ atOnce, error }: Again): Effect.Effect<void, PartStopped | LedgerError> => {
      if (part.stopped) return Effect.void
      part.enter(fiber)
      const mayAsk = atOnce ? Effect.succeed(true) : Pull.matchEffect(sleep(error), {
        onSuccess: () => Effect.succeed(true),
        onFailure: Effect.failCause,
        onDone: () => Effect.succeed(false)
      })
      return Effect.flatMap(mayAsk, (asks) => {
        if (asks) {
          return Effect.flatMap(
            permits.withPermit(Effect.suspend(() => part.attempt(item, fiber))),
            (again) => again === undefined ? Effect.void : attempt(again)
          )
        }
        part.leave(fiber)
        return part.fail(item, error)
      })
    }
    return attempt(first)
  })

/**
 * The waits before the retries of an item: those of a schedule, or the server's `Retry-After` where that is longer, with up to
 * a fifth and at most a second of it more at random, so that what was refused together does not come together.
 */
export const retriesOf = (
  schedule: Schedule.Schedule<unknown, MistralError>
): Schedule.Schedule<unknown, MistralError> =>
  Schedule.modifyDelay(
    schedule,
    ({ duration, input: { retryAfter } }) =>
      retryAfter === undefined ? Effect.succeed(duration) : atRandom((random) => {
        const millis = Duration.toMillis(retryAfter)
        return Math.max(Duration.toMillis(duration), millis + Math.min(millis / 5, 1000) * random)
      })
  )

/**
 * The waits unless a program gives others: 2, 6, 18 and 54 seconds, then a minute, each up to a fifth shorter or longer. They
 * are longer than those of a single call, because nobody waits for one item of a batch, and a server that is down comes
 * back within a minute more often than within seconds.
 */
export const defaultSchedule: Schedule.Schedule<unknown> = Schedule.exponential("2 seconds", 3).pipe(
  Schedule.modifyDelay(({ duration }) =>
    atRandom((random) => Math.min(Duration.toMillis(duration), 60_000) * (0.8 + 0.4 * random))
  )
)

const atRandom = (millis: (random: number) => number): Effect.Effect<Duration.Duration> =>
  Random.Random.useSync((random) => Duration.millis(millis(random.nextDoubleUnsafe())))
