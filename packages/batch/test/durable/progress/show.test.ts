import { BatchProgress } from "@effect-mistral/batch"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, PlatformError, Queue, Schedule, Sink, Stdio, Stream, Terminal } from "effect"
import { TestClock } from "effect/testing"
import { batch } from "./batches.ts"

describe("progress that is shown", () => {
  it.effect("is written over in place on a terminal", () =>
    Effect.gen(function*() {
      const screen = makeScreen({ isTerminal: true })
      yield* BatchProgress.show(Stream.make(progress(1), progress(2))).pipe(screen.provide)
      assert.strictEqual(
        screen.text(),
        "\rreviews 0.1% | 1 of 900 | 100 identical\x1b[K\rreviews 0.2% | 2 of 900 | 100 identical\x1b[K\n"
      )
    }))

  it.effect("is cut to the width of the terminal", () =>
    Effect.gen(function*() {
      const screen = makeScreen({ isTerminal: true })
      const terminal = Terminal.make({
        columns: Effect.succeed(21),
        rows: Effect.succeed(10),
        size: Queue.unbounded(),
        readInput: Effect.never,
        readLine: Effect.never,
        display: () => Effect.void
      })
      yield* BatchProgress.show(Stream.make(progress(1))).pipe(
        screen.provide,
        Effect.provideService(Terminal.Terminal, terminal)
      )
      assert.strictEqual(screen.text(), "\rreviews 0.1% | 1 ...\x1b[K\n")
    }))

  it.effect("is a line every ten seconds where there is no terminal, and a last one", () =>
    Effect.gen(function*() {
      const screen = makeScreen({ isTerminal: false })
      const seconds = Stream.range(0, 24).pipe(
        Stream.map(progress),
        Stream.schedule(Schedule.spaced("1 second"))
      )
      const fiber = yield* BatchProgress.show(seconds).pipe(screen.provide, Effect.forkChild)
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(screen.text().split("\n"), [
        "reviews 0.0% | 0 of 900 | 100 identical",
        "reviews 1.1% | 10 of 900 | 100 identical",
        "reviews 2.2% | 20 of 900 | 100 identical",
        "reviews 2.6% | 24 of 900 | 100 identical",
        ""
      ])
    }))

  it.effect("does not write the last line twice", () =>
    Effect.gen(function*() {
      const screen = makeScreen({ isTerminal: false })
      yield* BatchProgress.show(Stream.make(progress(1))).pipe(screen.provide)
      assert.strictEqual(screen.text(), "reviews 0.1% | 1 of 900 | 100 identical\n")
    }))

  it.effect("fails as the stream fails, and leaves the line", () =>
    Effect.gen(function*() {
      const screen = makeScreen({ isTerminal: true })
      const broken = Stream.concat(Stream.make(progress(1)), Stream.fail("the ledger is away"))
      assert.strictEqual(yield* BatchProgress.show(broken).pipe(screen.provide, Effect.flip), "the ledger is away")
      assert.isTrue(screen.text().endsWith("identical\x1b[K\n"))
    }))

  it.effect("leaves the line when it is interrupted", () =>
    Effect.gen(function*() {
      const screen = makeScreen({ isTerminal: true })
      const fiber = yield* BatchProgress.show(Stream.concat(Stream.make(progress(1)), Stream.never)).pipe(
        screen.provide,
        Effect.forkChild
      )
      yield* TestClock.adjust(0)
      yield* Fiber.interrupt(fiber)
      assert.isTrue(screen.text().endsWith("identical\x1b[K\n"))
    }))

  it.effect("goes on where nothing can be written", () =>
    Effect.gen(function*() {
      const closed = PlatformError.systemError({ _tag: "Unknown", module: "Stdio", method: "stderr" })
      let seen = 0
      yield* BatchProgress.show(Stream.tap(Stream.make(progress(1), progress(2)), () => Effect.sync(() => seen++)))
        .pipe(
          Effect.provide(Stdio.layerTest({
            stderr: () => Sink.fail(closed),
            stderrIsTerminal: Effect.succeed(true)
          }))
        )
      assert.strictEqual(seen, 2)
    }))

  it.effect("writes nothing to standard output", () =>
    Effect.gen(function*() {
      const screen = makeScreen({ isTerminal: false })
      yield* BatchProgress.show(Stream.make(progress(1))).pipe(screen.provide)
      assert.strictEqual(screen.output(), "")
    }))
})

const progress = (answered: number): BatchProgress.Progress => ({
  ...BatchProgress.report({ ...batch, answered }),
  perMinute: 0,
  tokensPerMinute: 0,
  remaining: undefined
})

/** A standard error that remembers what was written to it. */
const makeScreen = ({ isTerminal }: { readonly isTerminal: boolean }) => {
  const written: Array<string> = []
  const printed: Array<string> = []
  const into = (list: Array<string>) =>
    Sink.forEach((text: string | Uint8Array) => Effect.sync(() => list.push(String(text))))
  const layer = Stdio.layerTest({
    stderr: () => into(written),
    stdout: () => into(printed),
    stderrIsTerminal: Effect.succeed(isTerminal)
  })
  return {
    text: () => written.join(""),
    output: () => printed.join(""),
    provide: <A, E>(effect: Effect.Effect<A, E, Stdio.Stdio>) => Effect.provide(effect, layer)
  }
}
