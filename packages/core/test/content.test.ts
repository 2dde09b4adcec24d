import * as Content from "@effect-mistral/core/Content"
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"

const read = Schema.decodeUnknownSync(Content.Received)
const fits = Schema.is(Content.Received)

const known: Record<string, Record<string, unknown>> = {
  text: { text: "a" },
  image_url: { image_url: { url: "https://a.test", detail: "another" } },
  document_url: { document_url: "https://a.test", document_name: null },
  file: { file_id: "not a UUID" },
  reference: { reference_ids: [1, "a"] },
  thinking: { thinking: [{ type: "text", text: "a" }, { type: "another" }], signature: null, closed: null },
  input_audio: { input_audio: "YQ==" },
  tool_reference: { tool: "web_search" }
}

describe("a piece of content of a response", () => {
  for (const [type, keys] of Object.entries(known)) {
    it(`of the kind ${type} keeps its unknown keys, and is not of an unknown kind`, () => {
      const piece = { type, ...keys, more: { a: 1 } }
      assert.deepStrictEqual<unknown>(read(piece), piece)
      assert.isFalse(Content.isUnknown(read(piece)))
    })

    it(`of the kind ${type} does not fit without its keys`, () => {
      assert.isFalse(fits({ type }))
    })
  }

  it("of an unknown kind is kept whole", () => {
    const piece = { type: "hologram", a: [1] }
    const received = read(piece)
    assert.deepStrictEqual<unknown>(received, piece)
    assert.isTrue(Content.isUnknown(received))
    assert.strictEqual(Content.isUnknown(received) ? String(received.type) : undefined, "hologram")
  })

  it("does not fit without a type that is a string", () => {
    for (const piece of [{}, { type: 1 }, { type: null }, "text", null, ["text"]]) assert.isFalse(fits(piece))
  })

  it("is of one of the known kinds, all of which are listed", () => {
    assert.deepStrictEqual([...Content.knownTypes].sort(), Object.keys(known).sort())
  })
})

describe("the id of a file", () => {
  it("is a UUID as Effect's own check knows it", () => {
    const isUuid = Schema.is(Schema.String.check(Schema.isUUID()))
    const ids = [
      "00000000-0000-0000-0000-000000000000",
      "FFFFFFFF-ffff-FFFF-ffff-FFFFFFFFFFFF",
      "00000000-0000-0000-0000-000000000001",
      "file-1",
      ..."0123456789af".split("").flatMap((version) =>
        "078bc".split("").map((variant) => `0a1B2c3D-4e5F-${version}678-${variant}ABC-def012345678`)
      )
    ]
    for (const file_id of ids) {
      assert.strictEqual(Schema.is(Content.Content)({ type: "file", file_id }), isUuid(file_id), file_id)
    }
  })
})
