import * as Effect from "effect/Effect"
import * as Tracer from "effect/Tracer"
import type { MistralError } from "../MistralError.ts"
import * as RetryPolicy from "../RetryPolicy.ts"
import { again } from "./again.ts"
import { Attempt, type Exchange, type Opened, timeout } from "./attempt.ts"
import type { Call } from "./call.ts"
import { type Deadline, withinTotal } from "./deadline.ts"

/** What lasts as long as a call: its span, and what gives up the connection that is open, however the call ends. */
export interface Held {
  readonly span: Tracer.Span
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
): Effect.Effect<Opened, MistralError> =>
  repeat(attempt(exchange, call, deadline, held), exchange, call, deadline, held)

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
    deadline,
    held
  )

const repeat = <A>(
  attempt: Effect.Effect<A, MistralError>,
  { connections }: Exchange,
  call: Call,
  deadline: Deadline,
  { span }: Held
): Effect.Effect<A, MistralError> => {
  const once = Effect.suspend(() => connections.crowded() ? Effect.andThen(connections.giveWay, attempt) : attempt)
  const { retry } = call.options
  const attempts = retry === RetryPolicy.none ? once : Effect.catch(once, (error) =>
    Effect.provideService(
      again(error, once, retry, { idempotent: call.idempotent }),
      Tracer.ParentSpan,
      span
    ))
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
    const attempt = new Attempt(exchange, call, deadline, held.span, fiber)
    held.release = attempt.close
    return Effect.onError(attempt.open(), () => attempt.close)
  })
