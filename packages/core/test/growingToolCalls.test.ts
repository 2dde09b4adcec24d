import { ToolCallFragments } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { toolCalls } from "./fixtures/toolCallFragments.ts"

describe("the fragments of tool calls", () => {
  for (const [name, deltas, calls] of toolCalls) {
    it(`${name}: their calls grow by the text of each`, () => {
      const fragments = ToolCallFragments.make()
      const texts = new Map<ToolCallFragments.GrowingCall, string>()
      for (const delta of deltas) {
        // The cast is safe: the fixtures are deltas, written without their types.
        fragments.add(delta as Parameters<typeof fragments.add>[0], (call, added) => {
          const before = texts.get(call) ?? ""
          // Arguments that replace an empty object are told by the call alone.
          texts.set(call, before === "{}" && added !== "" && call.arguments !== `{}${added}` ? added : before + added)
        })
      }
      assert.deepStrictEqual<unknown>(fragments.build(), calls)
      fragments.calls().forEach((call, at) => {
        const { arguments: args, name } = fragments.build()[at]!.function
        assert.strictEqual(call.name, name)
        if (typeof args === "string" && call.arguments !== undefined) {
          assert.strictEqual(call.arguments, args)
          assert.strictEqual(texts.get(call), args)
        }
      })
    })
  }

  it("are put together in linear time", () => {
    const fragments = ToolCallFragments.make()
    let length = 0
    for (let at = 0; at < 200_000; at++) {
      fragments.add(
        [{ index: 0, function: { name: at === 0 ? "f" : "", arguments: at === 0 ? "[" : "1," } }],
        (_, added) => {
          length += added.length
        }
      )
    }
    assert.strictEqual(length, 399_999)
  })
})
