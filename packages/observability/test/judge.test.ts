import { Judge } from "@effect-mistral/observability"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"

const definition = {
  name: "Helpfulness",
  description: "",
  model_name: "mistral-medium-latest",
  instructions: "Does it help?",
  tools: ["web_search"]
}

const kept = (output: unknown) =>
  Schema.decodeUnknownEffect(Judge.Judge)({
    ...definition,
    output,
    id: "j1",
    created_at: "2026-01-15T08:00:00Z",
    updated_at: "2026-01-15T08:00:00Z",
    deleted_at: null,
    owner_id: "o1",
    workspace_id: "w1",
    up_revision: null,
    "a newer key": 1
  })

const outputs: Record<string, readonly [kept: unknown, told: unknown]> = {
  "classes": [
    { type: "CLASSIFICATION", options: [{ value: "yes", description: "It does" }], min: null },
    { type: "CLASSIFICATION", options: [{ value: "yes", description: "It does" }] }
  ],
  "classes, without a kind": [
    { options: [{ value: "yes", description: "It does" }] },
    { type: "CLASSIFICATION", options: [{ value: "yes", description: "It does" }] }
  ],
  "a number": [
    { type: "REGRESSION", min: 0, max: 5, min_description: "bad", max_description: "good", options: null },
    { type: "REGRESSION", min: 0, max: 5, min_description: "bad", max_description: "good" }
  ],
  "a number, with keys that are null": [
    {
      type: "REGRESSION",
      min: null,
      max: null,
      min_description: "bad",
      max_description: "good",
      options: null
    },
    { type: "REGRESSION", min_description: "bad", max_description: "good" }
  ],
  "classes, with keys that are null": [
    {
      type: "CLASSIFICATION",
      options: [{ value: "yes", description: "It does" }],
      min: null,
      max: null,
      min_description: null,
      max_description: null
    },
    { type: "CLASSIFICATION", options: [{ value: "yes", description: "It does" }] }
  ],
  "a number, whose kind is null": [
    { type: null, options: null, min: 2, max: 3, min_description: "bad", max_description: "good" },
    { type: "REGRESSION", min: 2, max: 3, min_description: "bad", max_description: "good" }
  ],
  "a number, without a kind": [
    { min_description: "bad", max_description: "good" },
    { type: "REGRESSION", min_description: "bad", max_description: "good" }
  ]
}

describe("Judge.toDefinition", () => {
  for (const [name, [output, told]] of Object.entries(outputs)) {
    it.effect(`gives what a judge of ${name} was told, as a request takes it`, () =>
      Effect.gen(function*() {
        const judge = yield* kept(output)
        const again = yield* Judge.toDefinition(judge)
        assert.deepStrictEqual<unknown>(again, { ...definition, output: told })
        yield* Schema.decodeUnknownEffect(Judge.Definition)(again, { onExcessProperty: "error" })
      }))
  }

  it.effect("fails for an output of another kind", () =>
    Effect.gen(function*() {
      const judge = yield* kept({ type: "RANKING", places: 3 })
      assert.strictEqual((yield* Effect.flip(Judge.toDefinition(judge)))._tag, "SchemaError")
    }))
})
