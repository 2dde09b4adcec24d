import * as MistralError from "@effect-mistral/core/MistralError"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"

const errorOf = (reason: MistralError.MistralErrorReason) =>
  new MistralError.MistralError({ operation: "Chat.stream", method: "POST", path: "/v1/chat/completions", reason })

const limited = errorOf(
  new MistralError.RateLimited({ status: 429, requestId: "r1", retryAfter: Duration.seconds(3), limits: { a: "1" } })
)
const failed = errorOf(new MistralError.ConnectionFailed({ description: "ECONNREFUSED" }))

describe("MistralError", () => {
  it("names the operation and its request before the message of the reason", () => {
    assert.strictEqual(
      failed.message,
      "Chat.stream (POST /v1/chat/completions): connection failed: ECONNREFUSED. Check the network and the base URL."
    )
  })

  it("gives status, request id and wait of its reason", () => {
    assert.strictEqual(limited.status, 429)
    assert.strictEqual(limited.requestId, "r1")
    assert.deepStrictEqual(limited.retryAfter, Duration.seconds(3))
  })

  it("has no status, request id or wait where its reason has none", () => {
    assert.deepStrictEqual([failed.status, failed.requestId, failed.retryAfter], [undefined, undefined, undefined])
    const lost = errorOf(new MistralError.ConnectionLost({ description: "d", chunks: 1, requestId: "r2" }))
    assert.deepStrictEqual([lost.status, lost.requestId, lost.retryAfter], [undefined, "r2", undefined])
  })

  it("gives the number of chunks of its reason, 0 where its reason has none", () => {
    const lost = errorOf(new MistralError.ConnectionLost({ description: "d", chunks: 3 }))
    assert.deepStrictEqual([lost.chunks, failed.chunks], [3, 0])
  })

  it("is told from other errors", () => {
    assert.isTrue(MistralError.isMistralError(failed))
    assert.isFalse(MistralError.isMistralError(failed.reason))
    assert.isFalse(MistralError.isMistralError(new Error("no")))
  })

  it("is the same after it was written as JSON and read again", () => {
    const codec = Schema.toCodecJson(MistralError.MistralError)
    for (const error of [limited, failed]) {
      const json = JSON.parse(JSON.stringify(Schema.encodeUnknownSync(codec)(error)))
      const read = Schema.decodeUnknownSync(codec)(json)
      assert.deepStrictEqual(read.reason, error.reason)
      assert.strictEqual(read.message, error.message)
    }
  })
})
