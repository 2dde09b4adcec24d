import * as Tool from "@effect-mistral/core/Tool"
import { assert, describe, it } from "@effect/vitest"

const parameters = { type: "object", properties: {} }

describe("Tool.make", () => {
  it("makes a function tool, without the options that are absent or undefined", () => {
    const tool = { type: "function", function: { name: "f", parameters } } as const
    assert.deepStrictEqual<Tool.Tool>(Tool.make({ name: "f", parameters }), tool)
    assert.deepStrictEqual<Tool.Tool>(
      Tool.make({ name: "f", parameters, description: undefined, strict: undefined }),
      tool
    )
  })

  it("keeps an empty description, and a strict that is false", () => {
    assert.deepStrictEqual<Tool.Tool>(Tool.make({ name: "f", parameters, description: "", strict: false }), {
      type: "function",
      function: { name: "f", description: "", strict: false, parameters }
    })
  })
})
