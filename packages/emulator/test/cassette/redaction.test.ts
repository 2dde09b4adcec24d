import { assert, describe, it } from "@effect/vitest"
import { makeRedaction, secretsOf } from "../../src/internal/cassette/matching/redaction.ts"

const bare = new URL("https://a.test")
const bytes = (text: string) => new TextEncoder().encode(text)
const texts = (pieces: ReadonlyArray<Uint8Array>) => pieces.map((piece) => new TextDecoder().decode(piece))

describe("the secrets of a request", () => {
  it("are in headers and query parameters of certain names, with and without a scheme", () => {
    const basic = btoa("user:pass-word")
    assert.deepStrictEqual(
      secretsOf(
        { authorization: "Bearer abc", "x-api-key": "k1", accept: "text/plain" },
        new URL("https://a.test?key=k2&page=1")
      ),
      ["Bearer abc", "abc", "k1", "", "k2"]
    )
    assert.deepStrictEqual(
      secretsOf(
        { "ocp-apim-subscription-key": "k3", "x-session": "s" },
        new URL("https://u:p%2F1@a.test?page_token=p&aws-key=k4")
      ),
      ["k3", "", "s", "", "k4", "u", "u", "p%2F1", "p/1"]
    )
    assert.includeMembers([...secretsOf({ cookie: "lang=en; sid=0123456789; t=a=b-cdefgh" }, bare)], [
      "0123456789",
      "a=b-cdefgh"
    ])
    assert.include(secretsOf({ authorization: `Basic ${basic}` }, bare), "pass-word")
    assert.deepStrictEqual(secretsOf({ "x-ratelimit-tokens": "5" }, bare), [])
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

  const ascii = "k\"/+=-_\\%41;&#65;u0041xyz"
  const escape = (write: (char: string) => string, every: number) =>
    Array.from(ascii, (char, at) => at % every === 0 ? write(char) : char).join("")
  const hex = (char: string) => char.charCodeAt(0).toString(16).padStart(2, "0")
  const forms: Record<string, string> = {
    "as it is": ascii,
    "in JSON": JSON.stringify(ascii).slice(1, -1),
    "in JSON with escaped slashes": JSON.stringify(ascii).slice(1, -1).replaceAll("/", "\\/"),
    "in JSON inside of JSON": JSON.stringify(JSON.stringify(ascii).replaceAll("/", "\\/")).slice(3, -3),
    "in JSON with every character escaped": escape((char) => `\\u00${hex(char)}`, 1),
    "in JSON with capital digits": escape((char) => `\\u00${hex(char).toUpperCase()}`, 1),
    "in JSON with some characters escaped": escape((char) => `\\u00${hex(char)}`, 3),
    "in a URL": encodeURIComponent(ascii),
    "in a URL with small digits": encodeURIComponent(ascii).toLowerCase().replaceAll("%41", "%2541"),
    "in a URL with every character escaped": escape((char) => `%${hex(char)}`, 1),
    "in a URL with some characters escaped": escape((char) => `%${hex(char)}`, 2),
    "in a URL twice": encodeURIComponent(encodeURIComponent(ascii)),
    "in HTML": escape((char) => `&#x${hex(char)};`, 2),
    "in HTML by decimal numbers": escape((char) => `&#${char.charCodeAt(0)};`, 1)
  }
  for (const [how, form] of Object.entries(forms)) {
    it(`finds a secret ${how}`, () => {
      const { pieces, text } = makeRedaction([ascii])
      assert.strictEqual(text(`a ${form} b`), "a <redacted> b")
      for (const at of [1, 5, form.length]) {
        const cut = [bytes(`a ${form.slice(0, at)}`), bytes(`${form.slice(at)} b`)]
        assert.strictEqual(texts(pieces(cut)).join(""), "a <redacted> b")
      }
    })
  }

  it("finds a secret in base64 of either alphabet, whatever stands around it", () => {
    const { text } = makeRedaction([ascii])
    for (const before of ["", "u:", "{\"key\":\"", "Bearer "]) {
      for (const after of ["", "!", "\"}"]) {
        for (const alphabet of ["base64", "base64url"] as const) {
          const encoded = Buffer.from(before + ascii + after).toString(alphabet)
          const left = text(encoded).split("<redacted>")
          assert.lengthOf(left, 2)
          // What is left says nothing of the secret but bits of its first and of its last character.
          assert.isAtMost(left.join("").length, Math.ceil((before.length + after.length) * 4 / 3) + 6)
        }
      }
    }
  })

  it("finds a very long secret", () => {
    const token = Array.from({ length: 3000 }, (_, at) => "abc/+=."[at * at % 7]).join("")
    const { text } = makeRedaction([token])
    assert.strictEqual(text(`a ${token} b`), "a <redacted> b")
    assert.strictEqual(text(`a ${encodeURIComponent(token)} b`), "a <redacted> b")
    assert.include(text(Buffer.from(token).toString("base64")), "<redacted>")
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
