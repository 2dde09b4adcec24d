import { MistralLanguageModel } from "@effect-mistral/ai"
import { Emulator, type Script } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { ask, ToolsLive } from "../ai-tool-loop.ts"
import { emulated } from "./emulated.ts"

const search = (query: unknown) => ({ name: "search", arguments: { query } })

/** A model that searches, as often as the script says, and then answers. */
const searches = (times: number): Script.Script => [
  { answer: { tool_calls: [search("one"), search("two")] }, times },
  { answer: { text: "In Giverny." } }
]

const Body = Schema.Struct({
  tool_choice: Schema.String,
  messages: Schema.Array(Schema.Struct({ role: Schema.String }))
})

const bodies = Effect.gen(function*() {
  const { requests } = yield* Emulator.Emulator
  return yield* Effect.forEach(yield* requests, ({ body }) => Schema.decodeUnknownEffect(Body)(body))
})

describe("a tool loop with a limit of rounds", () => {
  it.effect("ends with the first answer that calls no tool", () =>
    Effect.gen(function*() {
      const { round, text } = yield* ask("Where?", 5)
      assert.strictEqual(text, "In Giverny.")
      assert.strictEqual(round, 3)
      assert.deepStrictEqual(
        (yield* bodies).map(({ messages }) => messages.map(({ role }) => role).join(" ")),
        ["user", "user assistant tool tool", "user assistant tool tool assistant tool tool"]
      )
    }).pipe(Effect.provide(LoopTest(searches(2)))))

  it.effect("forbids tools in the last round, in which the model must answer", () =>
    Effect.gen(function*() {
      const { round, text } = yield* ask("Where?", 3)
      assert.strictEqual(text, "In Giverny.")
      assert.strictEqual(round, 3)
      assert.deepStrictEqual((yield* bodies).map(({ tool_choice }) => tool_choice), ["auto", "auto", "none"])
    }).pipe(Effect.provide(LoopTest(searches(2)))))

  it.effect("ends after the last round, even if a server ignores that tools are forbidden", () =>
    Effect.gen(function*() {
      const { history, round, text } = yield* ask("Where?", 3)
      assert.strictEqual(text, "")
      assert.strictEqual(round, 3)
      assert.strictEqual((yield* bodies).length, 3)
      // Each call has its result, so that the conversation can go on.
      assert.strictEqual(history.content.at(-1)?.role, "tool")
    }).pipe(Effect.provide(LoopTest(searches(100)))))
})

const LoopTest = (script: Script.Script) =>
  Layer.merge(MistralLanguageModel.model("mistral-small-latest"), ToolsLive).pipe(
    Layer.provideMerge(emulated({ script }))
  )
