import { Endpoint, EndpointCodec, OcrDocument } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"

const place = { top_left_x: 0, top_left_y: 1, bottom_right_x: 2, bottom_right_y: 3 }

const page: OcrDocument.Page = { index: 0, markdown: "", images: [] }

describe("OcrDocument.markdown", () => {
  it("joins the pages in the order of the response", () => {
    const pages = [{ ...page, index: 3, markdown: "# A" }, page, { ...page, index: 1, markdown: "b\n" }]
    assert.strictEqual(OcrDocument.markdown({ pages }), "# A\n\n\n\nb\n")
    assert.strictEqual(OcrDocument.markdown({ pages }, { separator: "\f" }), "# A\f\fb\n")
    assert.strictEqual(OcrDocument.markdown({ pages: [] }), "")
  })

  const markdown = "a [tbl-0.html](tbl-0.html) ![img-0.jpeg](img-0.jpeg) ![img-1.png](img-1.png)\n[tbl-1.md](tbl-1.md)"
  const full: OcrDocument.Page = {
    ...page,
    markdown,
    images: [
      { id: "img-0.jpeg", image_base64: "data:image/jpeg;base64,$&A=" },
      { id: "img-1.png", image_base64: "AAAA" }
    ],
    tables: [{ id: "tbl-0.html", content: "<table>$1</table>" }, { id: "tbl-1.md", content: "| a |" }]
  }

  it("keeps the links to tables and images", () => {
    assert.strictEqual(OcrDocument.markdown({ pages: [full] }), markdown)
  })

  it("puts tables and images in the place of their links on request, each page its own", () => {
    const other = { ...full, images: [], tables: [{ id: "tbl-0.html", content: "B" }] }
    assert.deepStrictEqual(
      OcrDocument.markdown({ pages: [full, other] }, { inline: true, separator: "|" }).split("|a"),
      [
        "a <table>$1</table> ![img-0.jpeg](data:image/jpeg;base64,$&A=) ![img-1.png](data:image/png;base64,AAAA)\n| a |",
        " B ![img-0.jpeg](img-0.jpeg) ![img-1.png](img-1.png)\n[tbl-1.md](tbl-1.md)"
      ]
    )
  })

  it("keeps the links to images that have no content, and to tables that were not sent", () => {
    for (const image_base64 of [null, ""]) {
      const pages = [{ ...full, images: [{ id: "img-0.jpeg", image_base64 }], tables: null }]
      assert.strictEqual(OcrDocument.markdown({ pages }, { inline: true }), markdown)
    }
  })

  it("puts every occurrence of a table", () => {
    const pages = [{ ...page, markdown: "[t](t)[t](t)", tables: [{ id: "t", content: "T" }] }]
    assert.strictEqual(OcrDocument.markdown({ pages }, { inline: true }), "TT")
  })
})

describe("OcrDocument.fromBytes", () => {
  const bytes = new Uint8Array([0, 255, 16])

  it("makes an image of the media type of one, and a document of any other", () => {
    assert.deepStrictEqual(OcrDocument.fromBytes(bytes, "image/png"), {
      type: "image_url",
      image_url: "data:image/png;base64,AP8Q"
    })
    assert.deepStrictEqual(OcrDocument.fromBytes(bytes, "application/pdf", "a.pdf"), {
      type: "document_url",
      document_url: "data:application/pdf;base64,AP8Q",
      document_name: "a.pdf"
    })
    assert.deepStrictEqual(OcrDocument.fromBytes(new Uint8Array(), "text/plain"), {
      type: "document_url",
      document_url: "data:text/plain;base64,"
    })
  })

  it("makes a document that a request takes", () => {
    for (const type of ["image/png", "IMAGE/JPEG", "application/pdf"]) {
      const encoded = EndpointCodec.encode(Endpoint.processOcr, {
        model: "m",
        document: OcrDocument.fromBytes(bytes, type, "a")
      })
      assert.isTrue(Result.isSuccess(encoded), type)
    }
  })
})

describe("a block", () => {
  for (const type of OcrDocument.knownBlockTypes) {
    it(`of the type ${type} is read, with its further keys`, () => {
      const block = { type, ...place, content: "a", confidence_scores: null, further: 1 }
      assert.deepStrictEqual(read(block), block)
      assert.isFalse(OcrDocument.isUnknownBlock(read(block)))
    })
  }

  it("of an unknown type is a value with all its keys", () => {
    const block = { type: "stamp", content: 5 }
    assert.deepStrictEqual<unknown>(read(block), block)
    assert.isTrue(OcrDocument.isUnknownBlock(read(block)))
  })

  for (
    const [name, block, expected] of [
      ["of a known type and unknown shape", { type: "text", text: "a" }, { type: "unknown:text", text: "a" }],
      ["without a type", { content: "a" }, { type: "unknown", content: "a" }],
      ["that is a text", "a", { type: "unknown", value: "a" }],
      ["with numbers as texts", { type: "title", ...place, top_left_x: "0", content: 5 }, {
        type: "title",
        ...place,
        content: "5"
      }]
    ] as const
  ) {
    it(`${name} does not fail the response`, () => {
      assert.deepStrictEqual<unknown>(read(block), expected)
    })
  }

  it("is narrowed by its type", () => {
    const blocks = [
      { type: "image", ...place, content: "", image_id: "i" },
      { type: "table", ...place, content: "t", table_id: null },
      { type: "code", ...place, content: "c" },
      { type: "stamp" }
    ].map(read)
    const texts = blocks.map((block) => {
      // Each access compiles only because the type of the block is narrowed.
      if (block.type === "image") return block.image_id
      if (block.type === "table") return block.table_id
      if (OcrDocument.isUnknownBlock(block)) return `${String(block.type)} ${String(block["content"])}`
      return block.content
    })
    assert.deepStrictEqual(texts, ["i", null, "c", "stamp undefined"])
  })
})

/** The block of a response, as the client reads it. */
const read = (block: unknown): OcrDocument.Block => {
  const body = { model: "m", pages: [{ index: 0, markdown: "", images: [], blocks: [block] }] }
  const { repair, response } = Endpoint.processOcr
  const { pages } = Schema.decodeUnknownSync(response)(Schema.is(response)(body) ? body : repair?.(body))
  return pages[0]!.blocks![0]!
}
