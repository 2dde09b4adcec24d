import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** How fast answers come. */
export interface Pace {
  readonly timeToFirstToken: Duration.Duration
  /** Of one choice; `Infinity` for no delay at all. */
  readonly tokensPerSecond: number
}

/** How long a number of tokens takes. */
const delay = (pace: Pace, tokens: number): number =>
  Duration.toMillis(pace.timeToFirstToken) + tokens / pace.tokensPerSecond * 1000

/** Waits as long as it takes to generate a number of tokens. */
export const waitFor = (pace: Pace, tokens: number): Effect.Effect<void> => {
  const millis = delay(pace, tokens)
  return millis > 0 ? Effect.sleep(millis) : Effect.void
}

/**
 * Gives each item when it is due: so many milliseconds after the start. Times count from the start, so that the pace
 * holds however long the reader takes for each item.
 */
export const scheduled = <A>(
  items: ReadonlyArray<A>,
  dueAfter: (item: A) => number
): Stream.Stream<A> =>
  Stream.unwrap(
    Effect.map(Clock.currentTimeMillis, (start) =>
      Stream.mapEffect(
        Stream.fromIterable(items),
        Effect.fnUntraced(function*(item) {
          const left = start + dueAfter(item) - (yield* Clock.currentTimeMillis)
          if (left > 0) yield* Effect.sleep(left)
          return item
        })
      ))
  )

/** Gives each item when its tokens are there. */
export const paced = <A>(
  items: ReadonlyArray<A>,
  pace: Pace,
  tokensOf: (item: A) => number
): Stream.Stream<A> =>
  delay(pace, 1) === 0 ? Stream.fromIterable(items) : scheduled(items, (item) => delay(pace, tokensOf(item)))
