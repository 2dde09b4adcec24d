import { assert, describe, it } from "@effect/vitest"
import { ErrorResponse } from "../../src/internal/http/errorResponse.ts"
import { renderInstructions } from "../../src/internal/observability/judges/instructionTemplate.ts"

const variables = { name: "Ada", properties: { tags: ["a", "b"], nested: { n: 1 } } }

describe("instructions", () => {
  const filled = (template: string) => renderInstructions(template, variables)

  it("have names and their properties filled in", () => {
    assert.strictEqual(filled("Hello {{ name }}, {{name}}!"), "Hello Ada, Ada!")
    assert.strictEqual(filled("{{ properties.nested.n }} {{ properties.tags }}"), "1 [\"a\",\"b\"]")
  })

  it("have nothing in place of what is missing or inherited", () =>
    assert.strictEqual(filled("[{{ missing }}{{ name.first }}{{ properties.constructor }}]"), "[]"))

  it("keep other template syntax as it is", () => {
    const other = "{{ name | upper }} {% if name %} a }} b"
    assert.strictEqual(filled(other), other)
  })

  it("that end inside a variable are refused", () => {
    const error = renderInstructions("Hello {{ name", variables)
    assert.instanceOf(error, ErrorResponse)
    assert.strictEqual((error as ErrorResponse).status, 400)
  })
})
