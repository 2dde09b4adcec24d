import * as MistralError from "@effect-mistral/core/MistralError"
import { assert, describe, it } from "@effect/vitest"
import { reasons } from "./fixtures/reasons.ts"

describe("a reason", () => {
  for (const [name, reason, isRetryable, message] of reasons) {
    it(`${name} is ${isRetryable ? "" : "not "}retryable and says what happened and what to do`, () => {
      assert.strictEqual(reason.isRetryable, isRetryable)
      assert.strictEqual(errorOf(reason).isRetryable, isRetryable)
      assert.strictEqual(reason.message, message)
    })
  }

  it("of every kind is in this table", () => {
    assert.deepStrictEqual(
      [...new Set(reasons.map(([, reason]) => reason._tag))],
      MistralError.MistralErrorReason.members.map((member) => member.fields._tag.schema.literal)
    )
  })

  it("names five issues, and the number of the others", () => {
    const many = Array.from({ length: 7 }, (_, at) => ({ path: ["a", at], message: "Bad" }))
    assert.strictEqual(
      new MistralError.InvalidRequest({ issues: many }).message,
      "invalid request, nothing was sent: a.0: Bad; a.1: Bad; a.2: Bad; a.3: Bad; a.4: Bad; and 2 more"
    )
    assert.strictEqual(
      new MistralError.InvalidRequest({ issues: many.slice(0, 5) }).message,
      "invalid request, nothing was sent: a.0: Bad; a.1: Bad; a.2: Bad; a.3: Bad; a.4: Bad"
    )
  })
})

const errorOf = (reason: MistralError.MistralErrorReason) =>
  new MistralError.MistralError({ operation: "Chat.complete", method: "POST", path: "/v1/chat/completions", reason })
