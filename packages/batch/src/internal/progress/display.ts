import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as Terminal from "effect/Terminal"
import { formatProgress } from "./formatProgress.ts"
import type { Progress } from "./progress.ts"

/** Shows progress on standard error: in place on a terminal, otherwise a line every 10 seconds. */
export const display = <E, R>(progress: Stream.Stream<Progress, E, R>): Effect.Effect<void, E, R | Stdio.Stdio> =>
  Effect.gen(function*() {
    const stdio = yield* Stdio.Stdio
    const write = (text: string) =>
      Stream.make(text).pipe(Stream.run(stdio.stderr({ endOnDone: false })), Effect.ignore)
    return yield* (yield* stdio.stderrIsTerminal) ? showInPlace(progress, write) : showLines(progress, write)
  })

type Write = (text: string) => Effect.Effect<void>

const showInPlace = <E, R>(progress: Stream.Stream<Progress, E, R>, write: Write) =>
  Effect.gen(function*() {
    const terminal = yield* Effect.serviceOption(Terminal.Terminal)
    let shown = false
    yield* Stream.runForEach(progress, (next) =>
      Effect.gen(function*() {
        const columns = Option.isSome(terminal) ? yield* terminal.value.columns : 0
        // Without the last column: a line that fills a terminal moves on to the next one.
        const line = cut(formatProgress(next), (columns > 0 ? columns : defaultColumns) - 1)
        shown = true
        yield* write(`\r${line}${clearToEnd}`)
      })).pipe(
        // Also after a failure or an interruption, what is written next begins on a line of its own.
        Effect.ensuring(Effect.suspend(() => shown ? write("\n") : Effect.void))
      )
  })

const showLines = <E, R>(progress: Stream.Stream<Progress, E, R>, write: Write) =>
  Effect.suspend(() => {
    let shownAt = Number.NEGATIVE_INFINITY
    let pending: Progress | undefined
    const show = (next: Progress) => {
      pending = undefined
      return write(`${formatProgress(next)}\n`)
    }
    return Stream.runForEach(progress, (next) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        pending = next
        if (now - shownAt < millisBetweenLines) return Effect.void
        shownAt = now
        return show(next)
      })).pipe(Effect.ensuring(Effect.suspend(() => pending === undefined ? Effect.void : show(pending))))
  })

const cut = (line: string, columns: number): string => {
  const characters = Array.from(line)
  return characters.length <= columns ? line : `${characters.slice(0, Math.max(0, columns - 3)).join("")}...`
}

const clearToEnd = "\x1b[K"
const defaultColumns = 80
const millisBetweenLines = 10_000
