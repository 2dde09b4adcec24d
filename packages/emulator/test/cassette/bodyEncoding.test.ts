import { assert, describe, it } from "@effect/vitest"
import { bytesOf, comparable, exact } from "../../src/internal/cassette/format/bodyEncoding.ts"

const bytes = (text: string) => new TextEncoder().encode(text)

describe("a body for replay", () => {
  for (
    const [name, original, expected] of [
      ["compact JSON", bytes("{\"a\":1}"), { json: { a: 1 } }],
      ["JSON with white space", bytes("{ \"a\": 1 }"), { text: "{ \"a\": 1 }" }],
      ["JSON with another notation of a number", bytes("1.0"), { text: "1.0" }],
      ["text", bytes("é"), { text: "é" }],
      ["text with a byte order mark", bytes("\ufeffa"), { text: "\ufeffa" }],
      ["bytes that are not UTF-8", new Uint8Array([0xff, 0xfe]), { base64: "//4=" }]
    ] as const
  ) {
    it(`gives the same bytes again: ${name}`, () => {
      const body = exact(original)
      assert.deepStrictEqual<unknown>(body, expected)
      assert.deepStrictEqual(bytesOf(body!), original)
    })
  }

  it("is absent where there are no bytes", () => assert.isUndefined(exact(new Uint8Array())))
})

describe("a body for comparison", () => {
  it("is the value of JSON, however it was written", () => {
    assert.deepStrictEqual<unknown>(comparable(bytes("{ \"a\": 1.0 }")), { json: { a: 1 } })
    assert.deepStrictEqual<unknown>(comparable(bytes("not JSON")), { text: "not JSON" })
    assert.isUndefined(comparable(new Uint8Array()))
  })
})
