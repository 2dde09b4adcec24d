import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { makeRandom } from "../random/random.ts"
import { scheduled } from "./schedule.ts"

/** How fast completions are sent. */
export interface Pace {
  readonly timeToFirstToken: Duration.Duration
  /** Tokens per second of one choice; `Infinity` for no delay. */
  readonly tokensPerSecond: number
  /** The largest relative deviation of each wait, from 0 to 1. */
  readonly jitter: number
  readonly seed: number
}

/**
 * When a number of tokens is generated, in milliseconds from the start; the same for the same completion and seed. It
 * must be called with ascending numbers.
 */
const timetable = (pace: Pace, id: string): (tokens: number) => number => {
  const first = Duration.toMillis(pace.timeToFirstToken)
  const each = 1000 / pace.tokensPerSecond
  if (pace.jitter === 0) return (tokens) => first + tokens * each
  const random = makeRandom(`${pace.seed}:pace:${id}`)
  const wait = (millis: number) => millis * (1 + pace.jitter * (2 * random.next() - 1))
  let at = wait(first)
  let there = 0
  return (tokens) => {
    for (; there < tokens; there++) at += wait(each)
    return at
  }
}

/** Waits for the time that a number of tokens takes. */
export const waitFor = (pace: Pace, id: string, tokens: number): Effect.Effect<void> => {
  const millis = timetable(pace, id)(tokens)
  return millis > 0 ? Effect.sleep(millis) : Effect.void
}

/** Emits each item when its tokens are generated. */
export const paced = <A>(
  items: ReadonlyArray<A>,
  pace: Pace,
  id: string,
  tokensOf: (item: A) => number
): Stream.Stream<A> =>
  Duration.isZero(pace.timeToFirstToken) && pace.tokensPerSecond === Infinity
    ? Stream.fromIterable(items)
    : Stream.suspend(() => {
      const due = timetable(pace, id)
      return scheduled(items, (item) => due(tokensOf(item)))
    })
