import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { chunks, response } from "./fixtures/bodies.ts"
import { contentOf, finishMetadata, joined, type Json, streamed, whole } from "./fixtures/parts.ts"

/** Asserts the parts of a message, whole and as a stream of one delta with the same keys. */
const assertContent = (message: object, expected: ReadonlyArray<Json>) =>
  Effect.gen(function*() {
    const parts = yield* whole(response(message))
    assert.deepStrictEqual(contentOf(parts), expected)
    const stream = yield* streamed(chunks(message))
    assert.isUndefined(stream.reason)
    assert.deepStrictEqual(joined(stream.parts).slice(0, -1), parts.slice(0, -1))
    assert.deepStrictEqual(finishMetadata(stream.parts), finishMetadata(parts))
  })

const text = (text: string, mistral?: object): Json => ({
  type: "text",
  text,
  ...(mistral === undefined ? undefined : { metadata: { mistral } })
})

const reasoning = (text: string, mistral?: object): Json => ({
  type: "reasoning",
  text,
  ...(mistral === undefined ? undefined : { metadata: { mistral } })
})

const thinking = (text: string, keys?: object) => ({ type: "thinking", thinking: [{ type: "text", text }], ...keys })

describe("the text of a response", () => {
  it.effect("is one part, whether it is a string or a list of pieces", () =>
    Effect.gen(function*() {
      yield* assertContent({ content: "Claude Monet." }, [text("Claude Monet.")])
      yield* assertContent({ content: [{ type: "text", text: "Claude " }, { type: "text", text: "Monet." }] }, [
        text("Claude Monet.")
      ])
    }))

  it.effect("is no part where it is empty, null, absent or without pieces", () =>
    Effect.gen(function*() {
      for (
        const message of [{ content: "" }, { content: null }, {}, { content: [] }, {
          content: [{ type: "text", text: "" }]
        }]
      ) {
        yield* assertContent(message, [])
      }
    }))

  it.effect("is a block of deltas in a stream, without empty ones", () =>
    Effect.gen(function*() {
      const { parts } = yield* streamed(
        chunks({ content: "" }, { content: "Claude" }, { content: "" }, { content: " Monet" })
      )
      assert.deepStrictEqual(contentOf(parts), [
        { type: "text-start", id: "0" },
        { type: "text-delta", id: "0", delta: "Claude" },
        { type: "text-delta", id: "0", delta: " Monet" },
        { type: "text-end", id: "0" }
      ])
    }))

  it.effect("has characters of several bytes in one piece", () =>
    Effect.gen(function*() {
      const { parts } = yield* streamed(chunks({ content: "né à 🎨 " }, { content: "巴黎" }))
      assert.deepStrictEqual(contentOf(joined(parts)), [text("né à 🎨 巴黎")])
    }))
})

describe("the thinking of a response", () => {
  it.effect("is reasoning before the text", () =>
    assertContent({ content: [thinking("Hm."), { type: "text", text: "Monet." }] }, [reasoning("Hm."), text("Monet.")]))

  it.effect("is a block that later chunks continue, until text comes", () =>
    Effect.gen(function*() {
      const { parts } = yield* streamed(chunks(
        { content: [thinking("One. ", { closed: false })] },
        { content: [thinking("Two.")] },
        { content: [{ type: "text", text: "Text." }] },
        { content: [thinking("Three.")] },
        { content: "End." }
      ))
      assert.deepStrictEqual(contentOf(parts), [
        { type: "reasoning-start", id: "0" },
        { type: "reasoning-delta", id: "0", delta: "One. " },
        { type: "reasoning-delta", id: "0", delta: "Two." },
        { type: "reasoning-end", id: "0", metadata: { mistral: { closed: false } } },
        { type: "text-start", id: "1" },
        { type: "text-delta", id: "1", delta: "Text." },
        { type: "text-end", id: "1" },
        { type: "reasoning-start", id: "2" },
        { type: "reasoning-delta", id: "2", delta: "Three." },
        { type: "reasoning-end", id: "2" },
        { type: "text-start", id: "3" },
        { type: "text-delta", id: "3", delta: "End." },
        { type: "text-end", id: "3" }
      ])
    }))

  it.effect("ends at a piece that closes it without any text, with the signature of that piece", () =>
    assertContent({
      content: [
        thinking("Hm.", { closed: false }),
        { type: "thinking", thinking: [], closed: true, signature: "sig" },
        thinking("Again.")
      ]
    }, [reasoning("Hm.", { signature: "sig", closed: true }), reasoning("Again.")]))

  it.effect("is nothing where a piece without text closes no block", () =>
    assertContent({ content: [{ type: "thinking", thinking: [], closed: true }, { type: "text", text: "Hi" }] }, [
      text("Hi")
    ]))

  it.effect("begins a new block where its signature changes", () =>
    assertContent({ content: [thinking("One.", { signature: "a" }), thinking("Two.", { signature: "b" })] }, [
      reasoning("One.", { signature: "a" }),
      reasoning("Two.", { signature: "b" })
    ]))

  it.effect("is kept where it is a signature without text", () =>
    assertContent({ content: [{ type: "thinking", thinking: [], signature: "sig" }, { type: "text", text: "Hi" }] }, [
      reasoning("", { signature: "sig" }),
      text("Hi")
    ]))

  it.effect("is read where it is a string", () =>
    assertContent({ content: [{ type: "thinking", thinking: "Hm." }, { type: "text", text: "Hi" }] }, [
      reasoning("Hm."),
      text("Hi")
    ]))

  it.effect("has its references as sources, and all of its pieces in the metadata", () => {
    const page = { type: "tool_reference", tool: "web_search", title: "Monet", url: "https://example.com/monet" }
    const pieces = [{ type: "text", text: "As " }, { type: "text", text: "in " }, page, {
      type: "reference",
      reference_ids: [1]
    }]
    return assertContent({ content: [{ type: "thinking", thinking: pieces }] }, [
      reasoning("As in ", {
        thinking: [{ type: "text", text: "As in " }, page, { type: "reference", reference_ids: [1] }]
      }),
      {
        type: "source",
        sourceType: "url",
        id: "https://example.com/monet",
        url: "https://example.com/monet",
        title: "Monet",
        metadata: { mistral: { piece: page } }
      },
      {
        type: "source",
        sourceType: "document",
        id: "1",
        mediaType: "text/plain",
        title: "1",
        metadata: { mistral: { referenceId: 1 } }
      }
    ])
  })

  for (const field of ["reasoning_content", "reasoning"] as const) {
    it.effect(`is read from ${field}, and says so`, () =>
      Effect.gen(function*() {
        yield* assertContent({ content: "Hi", [field]: "Hm." }, [reasoning("Hm.", { field }), text("Hi")])
        const { parts } = yield* streamed(
          chunks({ [field]: "Hm" }, { [field]: ".", content: "" }, { [field]: "", content: "Hi" })
        )
        assert.deepStrictEqual(contentOf(joined(parts)), [reasoning("Hm.", { field }), text("Hi")])
      }))
  }

  it.effect("is read from reasoning_details, which are kept whole", () =>
    Effect.gen(function*() {
      const details = [{ type: "reasoning.text", text: "Hm.", signature: "sig", index: 0 }, {
        type: "reasoning.encrypted",
        data: "eA==",
        index: 1
      }]
      yield* assertContent({ content: "Hi", reasoning_details: details }, [
        reasoning("Hm.", { field: "reasoning_details", details }),
        text("Hi")
      ])
      const { parts } = yield* streamed(chunks(
        { reasoning_details: [{ type: "reasoning.text", text: "H", index: 0 }] },
        { reasoning_details: [{ type: "reasoning.text", text: "m.", index: 0 }] },
        { reasoning_details: [{ type: "reasoning.text", signature: "sig", index: 0 }] },
        { reasoning_details: [{ type: "reasoning.encrypted", data: "eA==", index: 1 }] },
        { content: "Hi" }
      ))
      assert.deepStrictEqual(contentOf(joined(parts)), [
        reasoning("Hm.", { field: "reasoning_details", details }),
        text("Hi")
      ])
    }))

  it.effect("is there once where a server sends it twice", () =>
    Effect.gen(function*() {
      const details = [{ type: "reasoning.text", text: "Hm.", index: 0 }]
      yield* assertContent({ content: "Hi", reasoning: "Hm.", reasoning_details: details }, [
        reasoning("Hm.", { field: "reasoning", details }),
        text("Hi")
      ])
      yield* assertContent({ content: [thinking("Hm."), { type: "text", text: "Hi" }], reasoning_content: "Hm." }, [
        reasoning("Hm."),
        text("Hi")
      ])
    }))
})

describe("references in a text", () => {
  it.effect("are sources, and stand at their place in the metadata of the text", () => {
    const content = [
      { type: "text", text: "Monet " },
      { type: "reference", reference_ids: [0, "doc-1"] },
      { type: "text", text: "and Renoir." }
    ]
    return assertContent({ content }, [
      text("Monet and Renoir.", { content }),
      {
        type: "source",
        sourceType: "document",
        id: "0",
        mediaType: "text/plain",
        title: "0",
        metadata: { mistral: { referenceId: 0 } }
      },
      {
        type: "source",
        sourceType: "document",
        id: "doc-1",
        mediaType: "text/plain",
        title: "doc-1",
        metadata: { mistral: { referenceId: "doc-1" } }
      }
    ])
  })

  it.effect("are the same in a stream that brings the text in many deltas", () =>
    Effect.gen(function*() {
      const { parts } = yield* streamed(chunks(
        { content: "Mo" },
        { content: [{ type: "text", text: "net " }] },
        { content: [{ type: "reference", reference_ids: [0] }, { type: "text", text: "an" }] },
        { content: "d Renoir." }
      ))
      assert.deepStrictEqual(contentOf(joined(parts)), [
        text("Monet and Renoir.", {
          content: [
            { type: "text", text: "Monet " },
            { type: "reference", reference_ids: [0] },
            { type: "text", text: "and Renoir." }
          ]
        }),
        {
          type: "source",
          sourceType: "document",
          id: "0",
          mediaType: "text/plain",
          title: "0",
          metadata: { mistral: { referenceId: 0 } }
        }
      ])
    }))

  it.effect("belong to the text that follows them, where none precedes", () => {
    const content = [{ type: "reference", reference_ids: [0] }, { type: "text", text: "Monet." }]
    return assertContent({ content }, [
      {
        type: "source",
        sourceType: "document",
        id: "0",
        mediaType: "text/plain",
        title: "0",
        metadata: { mistral: { referenceId: 0 } }
      },
      text("Monet.", { content })
    ])
  })

  it.effect("are kept in a text without characters, where there is no other", () => {
    const source = {
      type: "source",
      sourceType: "document",
      id: "0",
      mediaType: "text/plain",
      title: "0",
      metadata: { mistral: { referenceId: 0 } }
    }
    const reference = { type: "reference", reference_ids: [0] }
    return assertContent({ content: [reference, thinking("Hm."), { type: "text", text: "Hi" }] }, [
      source,
      text("", { content: [reference] }),
      reasoning("Hm."),
      text("Hi")
    ])
  })

  it.effect("to a page without a URL that parses are kept in the metadata of the end", () =>
    Effect.gen(function*() {
      for (const url of [undefined, null, "", "not a URL"]) {
        const piece = {
          type: "tool_reference",
          tool: "web_search",
          title: "Monet",
          ...(url === undefined ? undefined : { url })
        }
        const message = { content: [{ type: "text", text: "Hi" }, piece] }
        yield* assertContent(message, [text("Hi")])
        assert.deepPropertyVal(finishMetadata(yield* whole(response(message))), "unknown", { content: [piece] })
      }
    }))
})

describe("files in a response", () => {
  const file = (mediaType: string, data: string): Json => ({
    type: "file",
    mediaType,
    data: Array.from(new TextEncoder().encode(data))
  })

  it.effect("are parts where their bytes are in a data URL", () =>
    Effect.gen(function*() {
      for (
        const [piece, expected] of [
          [{ type: "image_url", image_url: "data:image/png;base64,UE5H" }, file("image/png", "PNG")],
          [
            { type: "image_url", image_url: { url: "data:image/png;base64,UE5H", detail: "low" } },
            file("image/png", "PNG")
          ],
          [{ type: "document_url", document_url: "data:text/csv;charset=utf-8,a%2Cb" }, file("text/csv", "a,b")],
          [{ type: "input_audio", input_audio: "data:audio/wav;base64,V0FW" }, file("audio/wav", "WAV")]
        ] as const
      ) yield* assertContent({ content: [{ type: "text", text: "Here." }, piece] }, [text("Here."), expected])
    }))

  it.effect("are in the metadata of the text where their bytes are elsewhere, or are no base64", () =>
    Effect.gen(function*() {
      for (
        const piece of [
          { type: "image_url", image_url: "https://example.com/monet.png" },
          { type: "image_url", image_url: "data:image/png;base64,***" },
          { type: "document_url", document_url: "https://example.com/monet.pdf", document_name: "Monet" },
          { type: "file", file_id: "6a1c1d5e-3f0b-4c57-9c1e-0d8f0a7a5b11" },
          { type: "input_audio", input_audio: "V0FW" }
        ]
      ) {
        const content = [{ type: "text", text: "Here." }, piece]
        yield* assertContent({ content }, [text("Here.", { content })])
      }
    }))
})
