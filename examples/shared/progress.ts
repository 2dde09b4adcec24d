/** A progress display for programs that take long: one line of the terminal, which each step overwrites. */
import { Effect, Stream } from "effect"

/** How far a program has come: a share from 0 to 1, and a text beside the bar. */
export interface Progress {
  readonly share: number
  readonly text: string
}

/** Writes to standard error, so that standard output has results only, and only if a person reads it. */
const write = (text: string) =>
  Effect.sync(() => {
    if (process.stderr.isTTY) process.stderr.write(text)
  })

/** Goes to the beginning of the line and clears it. */
const clearLine = "\r\x1b[K"

const bar = ({ share, text }: Progress) => {
  const done = Math.min(1, Math.max(0, share))
  return `${clearLine}[${"#".repeat(Math.round(done * 30)).padEnd(30, ".")}] ${Math.round(done * 100)} %  ${text}`
}

/** Shows how far a stream has come with each element, and clears the line when the stream ends. */
export const withProgress =
  <A>(progress: (element: A, count: number) => Progress) => <E, R>(stream: Stream.Stream<A, E, R>) =>
    Stream.suspend(() => {
      let count = 0
      return stream.pipe(
        Stream.tap((element) => write(bar(progress(element, ++count)))),
        Stream.ensuring(write(clearLine))
      )
    })

/** Shows each second how long an effect has been running, and clears the line when it ends. */
export const withElapsedTime = (text: string) => <A, E, R>(effect: Effect.Effect<A, E, R>) => {
  const ticks = Effect.gen(function*() {
    for (let seconds = 1;; seconds++) {
      yield* Effect.sleep("1 second")
      yield* write(`${clearLine}${text}: ${seconds} s`)
    }
  })
  return Effect.raceFirst(effect, ticks).pipe(Effect.ensuring(write(clearLine)))
}
