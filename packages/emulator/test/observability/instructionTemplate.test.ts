import { assert, describe, it } from "@effect/vitest"
import { ErrorResponse } from "../../src/internal/http/errorResponse.ts"
import { renderInstructions } from "../../src/internal/observability/judges/instructionTemplate.ts"

const variables = { name: "Ada", properties: { tags: ["a", "b"], nested: { n: 1 } } }

describe("instructions", () => {
  for (
    const [template, expected] of [
      ["Hello {{ name }}, {{name}}!", "Hello Ada, Ada!"],
      ["{{ properties.nested.n }} {{ properties.tags }}", "1 [\"a\",\"b\"]"],
      ["[{{ missing }}{{ name.first }}{{ properties.constructor }}]", "[]"],
      ["{{ name | upper }} {% if name %}", "{{ name | upper }} {% if name %}"],
      ["a }} b", "a }} b"]
    ] as const
  ) {
    it(`are filled in: ${template}`, () => assert.strictEqual(renderInstructions(template, variables), expected))
  }

  it("that end inside a variable are refused", () => {
    const error = renderInstructions("Hello {{ name", variables)
    assert.instanceOf(error, ErrorResponse)
    assert.strictEqual((error as ErrorResponse).status, 400)
  })
})
