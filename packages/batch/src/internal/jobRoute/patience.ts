import { MistralError } from "@effect-mistral/core/MistralError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { LedgerError } from "../../BatchError.ts"
import { isTransient } from "../jobs/transient.ts"
import type { PartStopped, PartWork } from "../work/partWork.ts"

/** How a route ends without an outcome for each item. */
export type Ended = PartStopped | LedgerError

/** Runs an effect that is interrupted as soon as the part is to be left. */
export const untilStopped = <A, E>(work: PartWork, effect: Effect.Effect<A, E>): Effect.Effect<A, E | Ended> =>
  Effect.raceFirst(effect, work.stopped)

/** What `patiently` waits for. */
interface Patience {
  /** What was being done, as the begin of a sentence. */
  readonly doing: string
  /** For how many milliseconds a response that something was not found is doubted. Default: 0. */
  readonly doubtNotFound?: number | undefined
}

/**
 * Runs a request to Mistral, again and again while it fails for a reason that passes: it has hours. Each run knows how many
 * have failed before.
 *
 * *Details*: a response that cannot be read, such as a page of a proxy, is repeated five times. Any other error pauses the
 * batch, because it would meet each part; but something that was not found is given back as an error.
 */
export const patiently = <A, E>(
  work: PartWork,
  { doing, doubtNotFound = 0 }: Patience,
  request: (failures: number) => Effect.Effect<A, MistralError | E>
): Effect.Effect<A, Exclude<E, MistralError> | NotFound | Ended> => {
  const run = (failures: number, doubted: number): ReturnType<typeof patiently<A, E>> =>
    Effect.flatMap(Effect.result(request(failures)), (result) => {
      if (result._tag === "Success") return Effect.succeed(result.success)
      const error = result.failure
      // The cast is safe: a `MistralError` is handled below.
      if (!isMistralError(error)) return Effect.fail(error as Exclude<E, MistralError>)
      const isNotFound = error.reason._tag === "NotFound"
      if (isNotFound && doubted >= doubtNotFound) return Effect.fail(new NotFound(error))
      if (!isNotFound && !isWorthRepeating(error, failures)) return pauseFor(work, doing, error)
      return Effect.flatMap(delayAfter(error, failures), (delay) =>
        logFailure(work, doing, error, failures + 1).pipe(
          Effect.andThen(untilStopped(work, Effect.sleep(delay))),
          Effect.andThen(work.mayAsk),
          Effect.andThen(Effect.suspend(() => run(failures + 1, isNotFound ? doubted + delay : 0)))
        ))
    })
  return Effect.suspend(() => run(0, 0))
}

/** Mistral does not have what a request was about. */
export class NotFound {
  readonly _tag = "NotFound"
  readonly error: MistralError

  constructor(error: MistralError) {
    this.error = error
  }
}

/** Pauses the batch because of an error. */
export const pauseFor = (
  work: PartWork,
  doing: string,
  error: { readonly message: string }
): Effect.Effect<never, Ended> =>
  work.pause(`${doing} of part ${work.claim.part} failed: ${error.message}. Resume the batch when that is corrected.`)

/** Says why nothing happens, every fifth time. */
const logFailure = ({ claim }: PartWork, doing: string, error: MistralError, failures: number): Effect.Effect<void> =>
  failures % 5 > 0
    ? Effect.void
    : Effect.logWarning(
      `${doing} of part ${claim.part} of batch ${
        JSON.stringify(claim.batch.id)
      } has failed ${failures} times, and is tried `
        + `again: ${error.message}`
    )

const isMistralError = (error: unknown): error is MistralError => error instanceof MistralError

const isWorthRepeating = (error: MistralError, failures: number): boolean =>
  isTransient(error) || (error.reason._tag === "InvalidResponse" && failures < 5)

/** After 1, 2, 4 seconds and so on up to a minute, with a jitter of 20 %, but not before the server says. */
const delayAfter = ({ retryAfter }: MistralError, failures: number): Effect.Effect<number> =>
  Random.Random.useSync((random) => {
    const backoff = Math.min(2 ** failures, 60) * 1000 * (0.8 + 0.4 * random.nextDoubleUnsafe())
    return Math.max(backoff, retryAfter === undefined ? 0 : Duration.toMillis(retryAfter))
  })
