import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { withElapsedTime, withProgress } from "../shared/progress.ts"

/** What a program writes to standard error, as a terminal or as a pipe. */
const written = <A, E, R>(isTTY: boolean, program: Effect.Effect<A, E, R>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const { stderr } = process
      const before = { isTTY: stderr.isTTY, write: stderr.write }
      const texts: Array<string> = []
      Object.assign(stderr, { isTTY, write: (text: string) => texts.push(text) > 0 })
      return { before, stderr, texts }
    }),
    ({ texts }) => Effect.as(program, texts),
    ({ before, stderr }) => Effect.sync(() => Object.assign(stderr, before))
  )

const counted = Stream.make("a", "b", "c", "d").pipe(
  withProgress((letter, count) => ({ share: count / 4, text: `${count} letters, ${letter}` })),
  Stream.runDrain
)

describe("the progress display of the examples", () => {
  it.effect("overwrites one line of a terminal, and clears it at the end", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* written(true, counted), [
        "\r\x1b[K[########......................] 25 %  1 letters, a",
        "\r\x1b[K[###############...............] 50 %  2 letters, b",
        "\r\x1b[K[#######################.......] 75 %  3 letters, c",
        "\r\x1b[K[##############################] 100 %  4 letters, d",
        "\r\x1b[K"
      ])
    }))

  it.effect("shows the seconds of an effect, whose result it keeps", () =>
    Effect.gen(function*() {
      const texts = yield* written(
        true,
        Effect.gen(function*() {
          const running = yield* Effect.forkChild(withElapsedTime("waiting")(Effect.as(Effect.sleep("2.5 seconds"), 7)))
          yield* TestClock.adjust("3 seconds")
          assert.strictEqual(yield* Fiber.join(running), 7)
        })
      )
      assert.deepStrictEqual(texts, ["\r\x1b[Kwaiting: 1 s", "\r\x1b[Kwaiting: 2 s", "\r\x1b[K"])
    }))

  it.effect("shows nothing on a pipe", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* written(false, counted), [])
      assert.deepStrictEqual(yield* written(false, withElapsedTime("waiting")(Effect.void)), [])
    }))
})
