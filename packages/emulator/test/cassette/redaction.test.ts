import { assert, describe, it } from "@effect/vitest"
import { makeRedaction, secretsOf } from "../../src/internal/cassette/matching/redaction.ts"

const bytes = (text: string) => new TextEncoder().encode(text)
const texts = (pieces: ReadonlyArray<Uint8Array>) => pieces.map((piece) => new TextDecoder().decode(piece))

describe("the secrets of a request", () => {
  it("are in headers and query parameters of certain names, with and without a scheme", () => {
    const basic = btoa("user:pass-word")
    assert.deepStrictEqual(
      secretsOf({ authorization: "Bearer abc", "x-api-key": "k1", accept: "text/plain" }, "?key=k2&page=1"),
      ["Bearer abc", "abc", "k1", "", "k2"]
    )
    assert.include(secretsOf({ authorization: `Basic ${basic}` }, ""), "pass-word")
    assert.deepStrictEqual(secretsOf({ "x-ratelimit-tokens": "5" }, ""), [])
  })
})

describe("a redaction", () => {
  it("replaces a long secret anywhere, and a short one as a whole word only", () => {
    assert.strictEqual(makeRedaction(["0123456789abcdef"]).text("x0123456789abcdefx"), "x<redacted>x")
    const { text } = makeRedaction(["test"])
    assert.strictEqual(text("latest test, \"test\""), "latest <redacted>, \"<redacted>\"")
  })

  it("finds a secret in the escapes of JSON and of URLs, and after them", () => {
    assert.strictEqual(makeRedaction(["a\"b"]).text("{\"k\":\"a\\\"b\"}"), "{\"k\":\"<redacted>\"}")
    assert.strictEqual(makeRedaction(["a b"]).text("?k=a%20b"), "?k=<redacted>")
    assert.strictEqual(makeRedaction(["key1"]).text("line\\nkey1 and %20key1"), "line\\n<redacted> and %20<redacted>")
  })

  it("replaces values of headers that are secret or identify the caller", () =>
    assert.deepStrictEqual(
      makeRedaction(["abc"]).headers({
        "authorization": "Bearer x",
        "openai-organization": "org",
        "x-note": "abc",
        "date": "today"
      }),
      {
        "authorization": "<redacted>",
        "openai-organization": "<redacted>",
        "x-note": "<redacted>",
        "date": "today"
      }
    ))

  it("replaces secret parameters of a query, and secrets in the rest of the path", () =>
    assert.strictEqual(
      makeRedaction(["0123456789abcdef"]).path("/files/0123456789abcdef?token=t&page=1"),
      "/files/<redacted>?token=<redacted>&page=1"
    ))

  it("replaces a secret that spans pieces in the piece where it begins, and leaves other bytes as they were", () => {
    const { pieces } = makeRedaction(["0123456789abcdef"])
    assert.deepStrictEqual(texts(pieces([bytes("a 01234567"), bytes("89abc"), bytes("def é")])), [
      "a <redacted>",
      "",
      " é"
    ])
    const same = [bytes("é"), new Uint8Array([0xff, 0x00])]
    assert.deepStrictEqual(pieces(same), same)
  })

  it("replaces nothing without secrets", () => {
    const { pieces, text } = makeRedaction(["", "<redacted>"])
    assert.strictEqual(text("a text"), "a text")
    assert.deepStrictEqual(texts(pieces([bytes("a text")])), ["a text"])
  })
})
