/**
 * Structured output through the client: the emulator makes JSON by the schema that was sent, and the client decodes it.
 */
import * as Chat from "@effect-mistral/chat/Chat"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { kinds } from "../../../../test/structuredOutput/kinds.ts"
import { ask, local } from "../support.ts"

describe("an object of each kind of schema", () => {
  it("is tried with more than forty kinds", () => assert.isAbove(Object.keys(kinds).length, 40))

  for (const [name, { refused, schema }] of Object.entries(kinds)) {
    if (refused !== undefined) {
      it.effect(`${name}: is refused before sending, with a sentence that says what to do`, () =>
        Effect.gen(function*() {
          const errors = [
            yield* Effect.flip(Chat.completeObject({ ...ask("Fill this in"), schema })),
            yield* Effect.flip(Stream.runDrain(Chat.streamObject({ ...ask("Fill this in"), schema })))
          ]
          for (const { reason } of errors) {
            assert.strictEqual(reason._tag, "InvalidRequest")
            if (reason._tag !== "InvalidRequest") continue
            assert.deepStrictEqual(reason.issues.map(({ path }) => path), [["schema"]])
            assert.match(reason.issues[0]?.message ?? "", refused)
            assert.notMatch(reason.issues[0]?.message ?? "", /openai/i)
          }
        }).pipe(Effect.provide(local())))
      continue
    }
    it.effect(`${name}: works, whole and streamed`, () =>
      Effect.gen(function*() {
        for (let random_seed = 0; random_seed < 12; random_seed++) {
          const request = { ...ask("Fill this in", { random_seed }), schema }
          const { value } = yield* Chat.completeObject(request)
          assert.isTrue(Schema.is(schema)(value))
          const last = yield* Stream.runLast(Chat.streamObject(request))
          assert.strictEqual(last._tag === "Some" && last.value._tag, "Complete")
        }
      }).pipe(Effect.provide(local())))
  }
})
