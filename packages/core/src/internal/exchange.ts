import * as Effect from "effect/Effect"
import type { MistralError } from "../MistralError.ts"
import * as RetryPolicy from "../RetryPolicy.ts"
import { Attempt, type Exchange, type Opened, timeout } from "./attempt.ts"
import type { Call } from "./call.ts"
import { type Deadline, withinTotal } from "./deadline.ts"

/** Who must give up the connection that is open, however the call ends. */
export interface Held {
  release: Effect.Effect<void>
}

/**
 * Sends a call, again if its policy says so, until the first bytes of a good answer have come. What `held.release` says
 * then must run when the answer is over.
 */
export const open = (
  exchange: Exchange,
  call: Call,
  deadline: Deadline,
  held: Held
): Effect.Effect<Opened, MistralError> => repeat(attempt(exchange, call, deadline, held), exchange, call, deadline)

/** Sends a call, again if its policy says so, until its answer has been read. */
export const openAnd = <A>(
  read: (opened: Opened) => Effect.Effect<A, MistralError>,
  exchange: Exchange,
  call: Call,
  deadline: Deadline,
  held: Held
): Effect.Effect<A, MistralError> =>
  repeat(
    Effect.flatMap(
      attempt(exchange, call, deadline, held),
      (opened) => Effect.onError(read(opened), () => opened.close)
    ),
    exchange,
    call,
    deadline
  )

const repeat = <A>(
  attempt: Effect.Effect<A, MistralError>,
  { connections }: Exchange,
  call: Call,
  deadline: Deadline
): Effect.Effect<A, MistralError> => {
  const attempts = RetryPolicy.retry(
    Effect.suspend(() => connections.crowded() ? Effect.andThen(connections.giveWay, attempt) : attempt),
    call.options.retry,
    { repeatable: call.repeatable }
  )
  // Each attempt has its own limit to the first byte; the whole call's ends the pauses between them too.
  return withinTotal(attempts, deadline, (ranOut) => timeout(call, ranOut))
}

const attempt = (
  exchange: Exchange,
  call: Call,
  deadline: Deadline,
  held: Held
): Effect.Effect<Opened, MistralError> =>
  Effect.withFiber((fiber) => {
    const attempt = new Attempt(exchange, call, deadline, fiber)
    held.release = attempt.close
    return Effect.onError(attempt.opened, () => attempt.close)
  })
