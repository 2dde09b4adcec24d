import * as Completion from "@effect-mistral/core/Completion"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { cutResponse } from "./fixtures/responseCuts.ts"
import { Recipe, responseOf } from "./fixtures/wholeResponses.ts"

describe("any response", () => {
  it.effect.prop(
    "is collected from chunks, however it was cut into them",
    { recipe: Recipe, numbers: Schema.Array(Schema.Natural) },
    ({ numbers, recipe }) =>
      Effect.gen(function*() {
        const response = responseOf(recipe)
        assert.isTrue(Schema.is(Completion.Response)(response))
        const chunks = cutResponse(response, numbers)
        const collected = yield* Completion.collect(Stream.fromIterable(chunks))
        assert.deepStrictEqual<unknown>(collected, response)
        const appended = Completion.toResponse(chunks.reduce(Completion.append, Completion.emptyAccumulator))
        assert.deepStrictEqual<unknown>(appended, response)
        if (collected.choices[0]?.message) {
          assert.strictEqual(chunks.map(Completion.chunkText).join(""), Completion.text(collected))
        }
      }),
    { arbitrary: { runs: 200 } }
  )
})
