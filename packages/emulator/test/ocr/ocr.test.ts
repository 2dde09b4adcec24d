import * as Ocr from "@effect-mistral/core/Ocr"
import * as OcrDocument from "@effect-mistral/core/OcrDocument"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { inflateSync } from "node:zlib"
import { instant, local } from "../support.ts"
import { pdfAt, request, textDocument } from "./support.ts"

describe("a text", () => {
  const text = [
    "# Order 12",
    "Two lamps,\nwritten over two lines.",
    "- a\n- b",
    "1. one\n2. two",
    "| Item | Price |\n| --- | --- |\n| Lamp | 5 |",
    "```ts\nconst a = 1\n\nconst b = 2\n```",
    "$$\nx = y^2\n$$",
    "See https://example.com/terms (both parts)."
  ].join("\n\n")

  it.effect("is given back as markdown, with its blocks, links and size", () =>
    Effect.gen(function*() {
      const { model, pages, usage_info } = yield* Ocr.process(request({ document: textDocument(text) }))
      assert.strictEqual(OcrDocument.markdown({ pages }), text)
      assert.deepStrictEqual(pages[0]?.blocks?.map(({ type }) => String(type)), [
        "title",
        "text",
        "list",
        "list",
        "table",
        "code",
        "equation",
        "text"
      ])
      assert.deepStrictEqual(pages[0]?.hyperlinks, ["https://example.com/terms"])
      assert.deepStrictEqual([model, usage_info], ["mistral-ocr-latest", {
        pages_processed: 1,
        doc_size_bytes: Buffer.byteLength(text)
      }])
    }).pipe(Effect.provide(local())))

  it.effect("has its tables apart in the format of the request, and inline gives the whole back", () =>
    Effect.gen(function*() {
      const document = textDocument(text)
      const markdown = yield* Ocr.process(request({ document, table_format: "markdown" }))
      assert.include(OcrDocument.markdown(markdown), "\n\n[tbl-0.md](tbl-0.md)\n\n")
      assert.strictEqual(OcrDocument.markdown(markdown, { inline: true }), text)
      const { pages: [page] } = yield* Ocr.process(
        request({ document: textDocument("| a | b<c |\n|:--|--:|\n| 1 & 2 | |"), table_format: "html" })
      )
      assert.deepStrictEqual(page?.tables?.map(({ content, format, id }) => [id, format, content]), [[
        "tbl-0.html",
        "html",
        "<table><tr><th>a</th><th>b&lt;c</th></tr><tr><td>1 &amp; 2</td><td></td></tr></table>"
      ]])
      assert.deepStrictEqual<unknown>(page?.blocks?.map((block) => block.type === "table" && block.table_id), [
        "tbl-0.html"
      ])
    }).pipe(Effect.provide(local())))

  it.effect("has a page for each form feed, and for about 3,000 characters, and loses nothing", () =>
    Effect.gen(function*() {
      const paragraphs = Array.from({ length: 40 }, (_, at) => `${at} ${"word ".repeat(60).trim()}`)
      const { pages } = yield* Ocr.process(
        request({ document: textDocument(`first\f\fthird\f${paragraphs.join("\n\n")}`, "text/plain") })
      )
      assert.deepStrictEqual(pages.map(({ index }) => index), pages.map((_, at) => at))
      assert.deepStrictEqual(pages.slice(0, 3).map(({ markdown }) => markdown), ["first", "", "third"])
      assert.isAbove(pages.length, 6)
      assert.strictEqual(OcrDocument.markdown({ pages: pages.slice(3) }), paragraphs.join("\n\n"))
    }).pipe(Effect.provide(local())))

  it.effect("that is empty is one empty page", () =>
    Effect.gen(function*() {
      const { pages } = yield* Ocr.process(
        request({ document: textDocument(""), confidence_scores_granularity: "page" })
      )
      assert.deepStrictEqual(pages.map(({ blocks, markdown }) => [markdown, blocks]), [["", []]])
    }).pipe(Effect.provide(local())))
})

describe("any other document", () => {
  it.effect("has made-up pages, always the same for the same document", () =>
    Effect.gen(function*() {
      const first = yield* Ocr.process(request())
      assert.deepStrictEqual(yield* Ocr.process(request()), first)
      assert.isAbove(first.pages.length, 1)
      assert.include(first.pages[0]?.markdown, "# annual report")
      assert.deepStrictEqual(first.usage_info, { pages_processed: first.pages.length, doc_size_bytes: null })
      const others = [
        request({ document: pdfAt("other") }),
        request({ document: { type: "image_url", image_url: "https://example.com/annual-report.png" } })
      ]
      for (const other of others) assert.notDeepEqual((yield* Ocr.process(other)).pages, first.pages)
    }).pipe(Effect.provide(local())))

  it.effect("has other pages for another seed", () =>
    Effect.gen(function*() {
      const [one, same, other] = yield* Effect.forEach([0, 0, 1], (seed) =>
        Ocr.process(request()).pipe(Effect.provide(local({ ...instant, seed }))))
      assert.deepStrictEqual(same, one)
      assert.notDeepEqual(other, one)
    }))

  it.effect("that is an image has one page, and a PDF has its size", () =>
    Effect.gen(function*() {
      const image = yield* Ocr.process(
        request({ document: { type: "image_url", image_url: { url: "https://a.test/cat.png" } } })
      )
      assert.lengthOf(image.pages, 1)
      const bytes = new TextEncoder().encode("%PDF-1.7 ...")
      const { usage_info } = yield* Ocr.process(request({ document: OcrDocument.fromBytes(bytes, "application/pdf") }))
      assert.strictEqual(usage_info?.doc_size_bytes, bytes.length)
    }).pipe(Effect.provide(local())))

  it.effect("has only the pages that a request selects, each the same as among all", () =>
    Effect.gen(function*() {
      const text = Array.from({ length: 7 }, (_, at) => `page ${at}`).join("\f")
      const document = textDocument(text, "text/plain")
      const all = yield* Ocr.process(request({ document }))
      for (
        const [pages, expected] of [
          [[2], [2]],
          [[5, 0, 5], [0, 5]],
          [[6, 7, 100], [6]],
          [[], []],
          ["3", [3]],
          ["0-2", [0, 1, 2]],
          ["0,2-4", [0, 2, 3, 4]],
          [" 5 - 6 , 1", [1, 5, 6]],
          ["4-999999999", [4, 5, 6]],
          [null, [0, 1, 2, 3, 4, 5, 6]]
        ] as const
      ) {
        const some = yield* Ocr.process(request({ document, pages }))
        assert.deepStrictEqual(some.pages, all.pages.filter(({ index }) => expected.includes(index as never)))
        assert.strictEqual(some.usage_info?.pages_processed, expected.length)
      }
    }).pipe(Effect.provide(local())))

  it.effect("has blocks of most kinds, in their order, within the page and below each other", () =>
    Effect.gen(function*() {
      const types = new Set<string>()
      for (let at = 0; at < 12; at++) {
        const { pages } = yield* Ocr.process(request({ document: pdfAt(`report-${at}`) }))
        for (const { blocks, dimensions, images } of pages) {
          let above = 0
          for (const block of blocks ?? []) {
            types.add(String(block.type))
            assert.isFalse(OcrDocument.isUnknownBlock(block))
            if (OcrDocument.isUnknownBlock(block)) return
            assert.isAtLeast(block.top_left_y, above)
            assert.isAbove(block.bottom_right_y, block.top_left_y)
            assert.isAbove(block.bottom_right_x, block.top_left_x)
            assert.isAtMost(block.bottom_right_y, dimensions?.height ?? 0)
            assert.isAtMost(block.bottom_right_x, dimensions?.width ?? 0)
            above = block.bottom_right_y
          }
          const ids = blocks?.flatMap((block) => block.type === "image" ? [block.image_id] : [])
          assert.deepStrictEqual(images.map(({ id }) => id), ids)
        }
      }
      assert.sameMembers([...types], [...OcrDocument.knownBlockTypes])
    }).pipe(Effect.provide(local())))

  it.effect("has no blocks where the request wants none", () =>
    Effect.gen(function*() {
      for (const [include_blocks, has] of [[undefined, true], [true, true], [false, false]] as const) {
        const { pages } = yield* Ocr.process(request({ include_blocks }))
        assert.isTrue(pages.every(({ blocks }) => Array.isArray(blocks) === has))
      }
    }).pipe(Effect.provide(local())))

  it.effect("has its header and footer in the markdown, or apart on request", () =>
    Effect.gen(function*() {
      const plain = yield* Ocr.process(request())
      const apart = yield* Ocr.process(request({ extract_header: true, extract_footer: true }))
      for (const [at, page] of apart.pages.entries()) {
        const whole = plain.pages[at]
        assert.strictEqual(whole?.markdown, `${page.header}\n\n${page.markdown}\n\n${page.footer}`)
        assert.deepStrictEqual([whole?.header, whole?.footer], [null, null])
        assert.strictEqual(page.footer, `Page ${at + 1} of ${apart.pages.length}`)
      }
    }).pipe(Effect.provide(local())))
})

describe("images", () => {
  it.effect("have their content on request: a PNG each, and another for each image", () =>
    Effect.gen(function*() {
      const without = images(yield* Ocr.process(request()))
      const found = images(yield* Ocr.process(request({ include_image_base64: true })))
      assert.isAbove(found.length, 1)
      assert.deepStrictEqual(without, found.map((image) => ({ ...image, image_base64: null })))
      assert.strictEqual(new Set(found.map(({ id }) => id)).size, found.length)
      assert.strictEqual(new Set(found.map(({ image_base64 }) => image_base64)).size, found.length)
      for (const { image_base64 } of found) {
        const png = Buffer.from(String(image_base64).replace("data:image/png;base64,", ""), "base64")
        assert.strictEqual(png.subarray(1, 8).toString("latin1"), "PNG\r\n\u001a\n")
        assert.deepStrictEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [16, 16])
        const data = png.indexOf("IDAT")
        const length = png.readUInt32BE(data - 4)
        // Each row has a byte for its filter and three for each pixel.
        assert.lengthOf(inflateSync(png.subarray(data + 4, data + 4 + length)), 16 * (1 + 16 * 3))
      }
    }).pipe(Effect.provide(local())))

  it.effect("are at most as many as the limit, and no smaller than the minimum", () =>
    Effect.gen(function*() {
      const all = images(yield* Ocr.process(request()))
      for (const image_limit of [0, 1, 100]) {
        const response = yield* Ocr.process(request({ image_limit }))
        assert.deepStrictEqual(images(response), all.slice(0, image_limit))
        assert.strictEqual(OcrDocument.markdown(response).split("![").length - 1, Math.min(image_limit, all.length))
      }
      const side = (image: OcrDocument.Image) =>
        Math.min(image.bottom_right_x! - image.top_left_x!, image.bottom_right_y! - image.top_left_y!)
      const least = Math.max(...all.map(side))
      const large = images(yield* Ocr.process(request({ image_min_size: least })))
      assert.deepStrictEqual(large, all.filter((image) => side(image) >= least))
      assert.isBelow(large.length, all.length)
    }).pipe(Effect.provide(local())))
})

const images = ({ pages }: OcrDocument.Response) => pages.flatMap((page) => page.images)
