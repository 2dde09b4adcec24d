import { Emulator, Fault } from "@effect-mistral/emulator"
import { Fim } from "@effect-mistral/fim"
import { ChatCompletionEvents } from "@effect-mistral/observability"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Queue, Stream } from "effect"
import { TestClock } from "effect/testing"
import { type Edit, suggestions } from "../editor.ts"
import { emulated } from "./emulated.ts"

const prompts = Effect.gen(function*() {
  const { requests } = yield* Emulator.Emulator
  return (yield* requests).map(({ body }) => (body as { readonly prompt: string }).prompt)
})

/** Lets time pass in small steps, so that fibers which wait for each other keep up with it. */
const pass = (millis: number) => Effect.repeat(TestClock.adjust("10 millis"), { times: millis / 10 - 1 })

/** An editor: a function that types a document, and the suggestions that were shown. */
const makeEditor = Effect.gen(function*() {
  const edits = yield* Queue.unbounded<Edit>()
  const shown: Array<string> = []
  const fiber = yield* suggestions(Stream.fromQueue(edits)).pipe(
    Stream.runForEach((suggestion) => Effect.sync(() => shown.push(suggestion))),
    Effect.forkScoped({ startImmediately: true })
  )
  const type = (text: string) => Queue.offer(edits, { document: `${text}\n}`, cursor: text.length })
  return { fiber, shown, type }
})

describe("an editor that cancels per keystroke", () => {
  it.effect("completes the last of many keystrokes only, and cancels the requests of the earlier ones", () =>
    Effect.gen(function*() {
      const { active } = yield* Emulator.Emulator
      const { shown, type } = yield* makeEditor
      for (const text of ["const m", "const me", "const mean"]) {
        yield* type(text)
        yield* pass(800)
        assert.strictEqual(yield* active, 1)
        assert.strictEqual(shown.at(-1), "total")
      }
      yield* type("const mean =")
      yield* pass(90)
      // The keystroke cancels the request of the one before it at once, and not after its own pause.
      assert.strictEqual(yield* active, 0)
      assert.strictEqual(shown.at(-1), "")
      yield* pass(2_000)
      assert.strictEqual(yield* active, 0)
      assert.deepStrictEqual(yield* prompts, ["const m", "const me", "const mean", "const mean ="])
      assert.deepStrictEqual(shown.filter((text) => text === "total / count"), ["total / count"])
      assert.strictEqual(shown.at(-1), "total / count")
      // Of a completion whose client left there is no event.
      assert.strictEqual(
        (yield* ChatCompletionEvents.searchIds({ search_params: { filters: null } })).completion_event_ids.length,
        1
      )
    }).pipe(Effect.provide(FimTest({ timeToFirstToken: "400 millis", tokensPerSecond: 5 }))))

  it.effect("sends one request for keystrokes that follow each other fast", () =>
    Effect.gen(function*() {
      const { type } = yield* makeEditor
      for (const text of ["const m", "const me", "const mea", "const mean"]) {
        yield* type(text)
        yield* pass(90)
      }
      yield* pass(20_000)
      assert.deepStrictEqual(yield* prompts, ["const mean"])
    }).pipe(Effect.provide(FimTest())))

  it.effect("goes on after a request that failed", () =>
    Effect.gen(function*() {
      const { faults } = yield* Emulator.Emulator
      const { fiber, shown, type } = yield* makeEditor
      yield* faults.next(Fault.status(503))
      yield* type("const m")
      yield* pass(1_000)
      assert.deepStrictEqual([...new Set(shown)], [""])
      yield* type("const mean = ")
      yield* pass(1_000)
      assert.deepStrictEqual(yield* prompts, ["const m", "const mean = "])
      assert.notStrictEqual(shown.at(-1), "")
      assert.isUndefined(fiber.pollUnsafe())
    }).pipe(Effect.provide(FimTest())))
})

const FimTest = (options?: Parameters<typeof emulated>[0]) =>
  Layer.mergeAll(Fim.layer, ChatCompletionEvents.layer).pipe(
    Layer.provideMerge(emulated({ script: [{ answer: { text: "total / count" } }], ...options }))
  )
