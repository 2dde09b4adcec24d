import * as Completion from "@effect-mistral/core/Completion"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Stream from "effect/Stream"
import { toolCalls } from "./fixtures/toolCallFragments.ts"

/** Chunks with the fragments of tool calls, as any server sends them. */
const chunksOf = (deltas: ReadonlyArray<ReadonlyArray<object>>): ReadonlyArray<Completion.Chunk> =>
  deltas.map((tool_calls) => ({
    id: "i",
    model: "m",
    choices: [{ index: 0, delta: { tool_calls: tool_calls as never } }]
  }))

const callsOf = ({ choices }: Completion.Response) => choices[0]?.message?.tool_calls

describe("the fragments of tool calls", () => {
  for (const [name, deltas, calls] of toolCalls) {
    it.effect(name, () =>
      Effect.gen(function*() {
        const chunks = chunksOf(deltas)
        const response = yield* Completion.collect(Stream.fromIterable(chunks))
        assert.deepStrictEqual<unknown>(callsOf(response), calls)
        const accumulator = chunks.reduce(Completion.append, Completion.emptyAccumulator)
        assert.deepStrictEqual(Completion.toResponse(accumulator), response)
        const { response: collected } = yield* Completion.collectPartial(Stream.fromIterable(chunks))
        assert.deepStrictEqual(collected, response)
      }))
  }

  const many = 30_000
  const call = (index: number) => ({ id: `c${index}`, function: { name: "f", arguments: `{"a":${index}}` }, index })
  const calls = Array.from({ length: many }, (_, index) => call(index))
  const lists: Record<string, ReadonlyArray<ReadonlyArray<object>>> = {
    "in one chunk": [calls],
    "in as many chunks": calls.map((call) => [call]),
    "in one chunk that all have index 0": [calls.map((call) => ({ ...call, index: 0 }))],
    "in one chunk that have no index": [calls.map(({ function: fn, id }) => ({ id, function: fn }))]
  }
  for (const [name, deltas] of Object.entries(lists)) {
    it.effect(`add up to ${many} calls ${name}`, () =>
      Effect.gen(function*() {
        const chunks = chunksOf(deltas)
        const collected = yield* Completion.collect(Stream.fromIterable(chunks))
        const appended = Completion.toResponse(chunks.reduce(Completion.append, Completion.emptyAccumulator))
        // Compared as one text: a deep comparison would take a second.
        const text = (calls: ReadonlyArray<object> | null | undefined) =>
          calls?.map((call) => JSON.stringify(call)).join()
        assert.isTrue(text(callsOf(collected)) === text(deltas.flat()))
        assert.isTrue(text(callsOf(appended)) === text(deltas.flat()))
      }))
  }
})

describe("a tool call without a name", () => {
  const nameless = chunksOf([[
    { index: 0, id: "call-1", function: { arguments: "{\"secret\":1}" } },
    { index: 1, id: "call-2", function: { name: "g", arguments: "{}" } }
  ]])

  const logged = <A, E>(effect: Effect.Effect<A, E>) => {
    const messages: Array<string> = []
    const logger = Logger.make(({ logLevel, message }) => void messages.push(`${logLevel}: ${String(message)}`))
    return Effect.as(Effect.exit(effect), messages).pipe(Effect.provide(Logger.layer([logger])))
  }

  it.effect("is kept, and a warning names its index and id and not its arguments", () =>
    Effect.gen(function*() {
      const warning = "Warn: The response has 1 tool call(s) without a name: index 0, id call-1"
      assert.deepStrictEqual(yield* logged(Completion.collect(Stream.fromIterable(nameless))), [warning])
      const broken = Stream.concat(Stream.fromIterable(nameless), Stream.fail("broken"))
      assert.deepStrictEqual(yield* logged(Completion.collectPartial(broken)), [warning])
    }))

  it.effect("is one of the first five that the warning names", () =>
    Effect.gen(function*() {
      const calls = Array.from({ length: 7 }, (_, index) => ({ index, function: { name: "" } }))
      assert.deepStrictEqual(yield* logged(Completion.collect(Stream.fromIterable(chunksOf([calls])))), [
        "Warn: The response has 7 tool call(s) without a name: " +
        `${calls.slice(0, 5).map(({ index }) => `index ${index}, id unknown`).join("; ")}; ...`
      ])
    }))

  it.effect("is all that is warned of", () =>
    Effect.gen(function*() {
      const custom = { index: 1, type: "custom", custom: { name: "g", input: "a" } }
      const named = chunksOf([[{ index: 0, function: { name: "f", arguments: "{}" } }, custom]])
      assert.deepStrictEqual(yield* logged(Completion.collect(Stream.fromIterable(named))), [])
    }))
})
