import * as Model from "@effect-mistral/core/Model"
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"

const models = [{ id: "a" }, { id: "b", capabilities: { vision: true, more: 1 }, more: 1 }]

describe("Model.models", () => {
  for (const [name, list] of Object.entries({ "an object": { object: "list", data: models }, "an array": models })) {
    it(`gives the models of a list that is ${name}, with their unknown keys`, () => {
      assert.deepStrictEqual<unknown>(Model.models(Schema.decodeUnknownSync(Model.List)(list)), models)
    })
  }

  it("gives none of an empty list", () => {
    assert.deepStrictEqual([Model.models({ data: [] }), Model.models([])], [[], []])
  })
})
