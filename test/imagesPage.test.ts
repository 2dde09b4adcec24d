/** What `docs/images-documents-audio.md` says of pieces and of models is true. */
import { Chat } from "@effect-mistral/chat"
import { type Content, MistralClient, Model, Models, OcrDocument } from "@effect-mistral/core"
import { Emulator } from "@effect-mistral/emulator"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { page } from "./documents/page.ts"

const images = page("images-documents-audio.md")
const bytes = Uint8Array.of(1, 2, 3)

/** Pieces of each row of the first table. */
const rows: ReadonlyArray<readonly [row: string, ...pieces: ReadonlyArray<Content.Content>]> = [
  ["a text", { type: "text", text: "Hi" }],
  [
    "an image",
    { type: "image_url", image_url: "https://a.test/a.jpg" },
    { type: "image_url", image_url: { url: "https://a.test/a.jpg", detail: "high" } }
  ],
  [
    "a document",
    { type: "document_url", document_url: "https://a.test/a.pdf" },
    { type: "document_url", document_url: "https://a.test/a.pdf", document_name: "a.pdf" }
  ],
  [
    "a recording",
    { type: "input_audio", input_audio: "AQID" },
    { type: "input_audio", input_audio: "https://a.test/a.mp3" }
  ],
  ["an uploaded file", { type: "file", file_id: "0a1b2c3d-4e5f-4678-8abc-def012345678" }]
]

/** The content of a message as it is sent. */
const sent = (content: ReadonlyArray<Content.Content>) =>
  Effect.gen(function*() {
    yield* Chat.complete({ model: "m", messages: [{ role: "user", content }] })
    const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
    return (yield* requests)[0]!.body
  }).pipe(Effect.provide(
    Chat.layer.pipe(
      Layer.provide(MistralClient.layer({})),
      Layer.provideMerge(ScriptedHttpClient.layer([ScriptedHttpClient.json(TestCompletion.response("Hi"))]))
    )
  ))

describe("the pieces of a message", () => {
  it("are those of the table", () => {
    assert.deepStrictEqual(
      images.table("Images, documents, audio").map(([row, form]) => [row, /type: "(\w+)"/.exec(form!)?.[1]]),
      rows.map(([row, piece]) => [row, piece!.type])
    )
  })

  it.effect("are sent as they are", () =>
    Effect.gen(function*() {
      const content = rows.flatMap(([, ...pieces]) => pieces)
      assert.deepInclude((yield* sent(content)) as object, { messages: [{ role: "user", content }] })
    }))

  it.effect("are made from bytes, by their media type", () =>
    Effect.gen(function*() {
      const content = [
        OcrDocument.fromBytes(bytes, "image/png"),
        OcrDocument.fromBytes(bytes, "application/pdf", "invoice.pdf")
      ]
      assert.deepStrictEqual<unknown>(content, [
        { type: "image_url", image_url: "data:image/png;base64,AQID" },
        {
          type: "document_url",
          document_url: "data:application/pdf;base64,AQID",
          document_name: "invoice.pdf"
        }
      ])
      assert.deepInclude((yield* sent(content)) as object, { messages: [{ role: "user", content }] })
    }))
})

describe("the models that are named", () => {
  const ModelsLocal = Models.layer.pipe(Layer.provide(Emulator.layerTest()))

  it.effect("see, hear, or do neither", () =>
    Effect.gen(function*() {
      const said = images.section("Which models can see and hear")
      const listed = Model.models(yield* Models.list())
      const expected = {
        "mistral-medium-latest": [true, false],
        "mistral-small-latest": [true, false],
        "mistral-large-latest": [true, false],
        "ministral-14b-latest": [true, false],
        "ministral-8b-latest": [true, false],
        "ministral-3b-latest": [true, false],
        "voxtral-small-latest": [false, true],
        "codestral-latest": [false, false]
      }
      for (const [name, able] of Object.entries(expected)) {
        const { capabilities } = listed.find(({ id }) => id === name)!
        assert.deepStrictEqual([capabilities?.["vision"], capabilities?.["audio"]], able, name)
        if (!name.startsWith("ministral")) assert.include(said, `\`${name}\``)
      }
    }).pipe(Effect.provide(ModelsLocal)))
})
