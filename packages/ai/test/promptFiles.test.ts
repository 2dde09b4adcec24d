import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Prompt } from "effect/ai"
import { refusedPrompt, sentMessages } from "./fixtures/sentMessages.ts"

describe("the content of a user message", () => {
  it.effect("is a string where the message is one text", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* sentMessages("Who is the best French painter?"), [
        { role: "user", content: "Who is the best French painter?" }
      ])
      assert.deepStrictEqual(yield* sentMessages([{ role: "user", content: [{ type: "text", text: " " }] }]), [
        { role: "user", content: " " }
      ])
    }))

  it.effect("is a list in the order of the parts where there are several", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* content(text("Look:"), image("https://a.test/b.png"), text("and"), text("think")), [
        { type: "text", text: "Look:" },
        { type: "image_url", image_url: "https://a.test/b.png" },
        { type: "text", text: "and" },
        { type: "text", text: "think" }
      ])
    }))

  it.effect("has no empty texts beside other parts", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* content(text(""), image("https://a.test/b.png"), text("")), [
        { type: "image_url", image_url: "https://a.test/b.png" }
      ])
      assert.deepStrictEqual(yield* content(text(""), text("Hi")), "Hi")
      assert.deepStrictEqual(yield* content(text(""), text("")), "")
    }))

  it.effect("may be empty, and a message without parts is left out", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* sentMessages([{ role: "user", content: [] }, { role: "user", content: "Hi" }]), [
        { role: "user", content: "Hi" }
      ])
      assert.deepStrictEqual(yield* sentMessages(""), [{ role: "user", content: "" }])
    }))
})

describe("an image", () => {
  const sent = (part: FileInput) =>
    Effect.map(content(part), (sent) => (sent as ReadonlyArray<{ readonly image_url: unknown }>)[0]?.image_url)

  it.effect("is sent by its URL as it is", () =>
    Effect.gen(function*() {
      const url = "https://a.test/b c.png?x=1&y=%20#z"
      assert.strictEqual(yield* sent(image(url)), url)
      assert.strictEqual(yield* sent(image(new URL("https://a.test/b.png"))), "https://a.test/b.png")
      assert.strictEqual(yield* sent(image("HTTP://A.test/b.png")), "HTTP://A.test/b.png")
      assert.strictEqual(yield* sent(image("gs://bucket/b.png")), "gs://bucket/b.png")
    }))

  it.effect("is sent as a data: URL where the prompt has the bytes", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* sent(image(Uint8Array.of(1, 2, 3, 255))), "data:image/png;base64,AQID/w==")
      assert.strictEqual(yield* sent(image("AQID/w==")), "data:image/png;base64,AQID/w==")
      assert.strictEqual(yield* sent(image("AQID_w")), "data:image/png;base64,AQID/w==")
      assert.strictEqual(yield* sent(image("AQ\r\nID\n/w==\n")), "data:image/png;base64,AQID/w==")
      assert.strictEqual(yield* sent(image(new Uint8Array(0))), "data:image/png;base64,")
    }))

  it.effect("is sent as the data: URL that the prompt has", () =>
    Effect.gen(function*() {
      const url = "data:image/webp;base64,AQID"
      assert.strictEqual(yield* sent(image(url)), url)
      assert.strictEqual(yield* sent(image(new URL(url))), url)
    }))

  it.effect("of an unknown type of image is a JPEG", () =>
    Effect.gen(function*() {
      const data = Uint8Array.of(1, 2, 3)
      assert.strictEqual(yield* sent(file("image/*", data)), "data:image/jpeg;base64,AQID")
      assert.strictEqual(yield* sent(file("Image/PNG; q=1", data)), "data:image/png;base64,AQID")
      assert.strictEqual(yield* sent(file("image/*", "https://a.test/b")), "https://a.test/b")
    }))

  it.effect("has the level of detail of its option", () =>
    Effect.gen(function*() {
      const options = { mistral: { imageDetail: "low" } } as const
      assert.deepStrictEqual(yield* sent({ ...image("https://a.test/b.png"), options }), {
        url: "https://a.test/b.png",
        detail: "low"
      })
      assert.deepStrictEqual(yield* sent({ ...image(Uint8Array.of(1)), options }), {
        url: "data:image/png;base64,AQ==",
        detail: "low"
      })
    }))
})

describe("a document", () => {
  it.effect("is sent by its URL, with its name", () =>
    Effect.gen(function*() {
      const pdf = "application/pdf"
      assert.deepStrictEqual(yield* content(file(pdf, "https://a.test/b.pdf")), [
        { type: "document_url", document_url: "https://a.test/b.pdf" }
      ])
      assert.deepStrictEqual(yield* content(file(pdf, Uint8Array.of(1, 2, 3), "b.pdf")), [
        { type: "document_url", document_url: "data:application/pdf;base64,AQID", document_name: "b.pdf" }
      ])
      assert.deepStrictEqual(yield* content(file(pdf, "data:application/pdf;base64,AQID")), [
        { type: "document_url", document_url: "data:application/pdf;base64,AQID" }
      ])
    }))

  for (
    const type of [
      "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
      "application/vnd.openxmlformats-officedocument.presentationml.presentation",
      "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
      "application/vnd.oasis.opendocument.text",
      "application/vnd.ms-powerpoint",
      "application/vnd.ms-excel.sheet.macroenabled.12",
      "application/msword",
      "application/epub+zip",
      "application/rtf",
      "text/rtf"
    ]
  ) {
    it.effect(`may be of the type ${type}`, () =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* content(file(type, "AQID")), [
          { type: "document_url", document_url: `data:${type};base64,AQID` }
        ])
      }))
  }
})

describe("a recording", () => {
  const sent = (data: FileInput["data"]) => content(file("audio/mpeg", data))
  const recording = (input_audio: string) => [{ type: "input_audio", input_audio }]

  it.effect("is sent by its URL, or as base64 that is no data: URL", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* sent("https://a.test/b.mp3"), recording("https://a.test/b.mp3"))
      assert.deepStrictEqual(yield* sent(Uint8Array.of(1, 2, 3, 255)), recording("AQID/w=="))
      assert.deepStrictEqual(yield* sent("AQID/w=="), recording("AQID/w=="))
      assert.deepStrictEqual(yield* sent("data:audio/mpeg;base64,AQID/w=="), recording("AQID/w=="))
      assert.deepStrictEqual(yield* sent("data:audio/mpeg;base64,AQID%2Fw%3D%3D"), recording("AQID/w=="))
      assert.deepStrictEqual(yield* sent(new URL("data:audio/mpeg,abc")), recording("YWJj"))
    }))
})

describe("an uploaded file", () => {
  it.effect("is sent by its id, whatever its type", () =>
    Effect.gen(function*() {
      const fileId = "0197f425-5e85-7353-b8e7-e8b974b9c613"
      for (const type of ["application/pdf", "image/png", "video/mp4", ""]) {
        assert.deepStrictEqual(yield* content({ ...file(type, ""), options: { mistral: { fileId } } }), [
          { type: "file", file_id: fileId }
        ])
      }
    }))
})

describe("a text file", () => {
  it.effect("is sent as text, after its name", () =>
    Effect.gen(function*() {
      const data = new TextEncoder().encode("Żółw & naïve\n")
      assert.strictEqual(yield* content(file("text/plain", data)), "Żółw & naïve\n")
      assert.deepStrictEqual(yield* content(text("Read:"), file("text/markdown", data, "notes.md")), [
        { type: "text", text: "Read:" },
        { type: "text", text: "notes.md:\nŻółw & naïve\n" }
      ])
    }))

  it.effect("is decoded from base64 and from data: URLs", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* content(file("text/plain", "xbvDs8WCdw==")), "Żółw")
      assert.strictEqual(yield* content(file("text/plain", "data:text/plain;base64,aGk=")), "hi")
      assert.strictEqual(yield* content(file("text/plain", "data:text/plain;charset=utf-8,a%20b%E2%82%AC")), "a b€")
      assert.strictEqual(yield* content(file("text/plain", "data:,100%")), "100%")
    }))

  it.effect("is sent by its URL as a document, because the server can read it and the client cannot", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* content(file("text/csv", "https://a.test/b.csv", "b.csv")), [
        { type: "document_url", document_url: "https://a.test/b.csv", document_name: "b.csv" }
      ])
    }))

  for (
    const type of [
      "application/json",
      "application/ld+json",
      "application/x-ndjson",
      "application/xml",
      "application/atom+xml",
      "application/yaml",
      "application/x-yaml",
      "application/toml",
      "application/javascript",
      "application/typescript",
      "application/sql",
      "application/x-sh",
      "application/graphql",
      "text/html; charset=utf-8",
      "TEXT/CSV"
    ]
  ) {
    it.effect(`may be of the type ${type}`, () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* content(file(type, "eyJhIjoxfQ==")), "{\"a\":1}")
      }))
  }

  it.effect("whose data is no base64 is refused, and nothing is sent", () =>
    Effect.gen(function*() {
      const { reason, requests } = yield* refusedPrompt(user(file("text/plain", "Hello, secret world!")))
      assert.strictEqual(reason._tag, "InvalidUserInputError")
      assert.include(reason.message, "text/plain")
      assert.notInclude(reason.message, "secret")
      assert.strictEqual(requests, 0)
    }))
})

describe("a file of another type", () => {
  for (
    const type of [
      "video/mp4",
      "application/zip",
      "application/octet-stream",
      "model/gltf+bin",
      "font/woff2",
      "",
      "*/*"
    ]
  ) {
    it.effect(`is refused by its type (${type}), and nothing is sent`, () =>
      Effect.gen(function*() {
        const { reason, requests } = yield* refusedPrompt(user(text("Look"), file(type, "AQID", "secret.name")))
        assert.strictEqual(reason._tag, "InvalidUserInputError")
        assert.include(reason.message, `"${type}"`)
        assert.notInclude(reason.message, "secret")
        assert.isFalse(reason.isRetryable)
        assert.strictEqual(requests, 0)
      }))
  }

  for (const address of ["file:///home/me/secret.png", "blob:https://a.test/secret"]) {
    it.effect(`whose address leads to this machine is refused (${address.slice(0, 5)})`, () =>
      Effect.gen(function*() {
        const { reason, requests } = yield* refusedPrompt(user(image(address)))
        assert.strictEqual(reason._tag, "InvalidUserInputError")
        assert.notInclude(reason.message, "secret")
        assert.strictEqual(requests, 0)
      }))
  }
})

it.effect("files that went through JSON are sent as before", () =>
  Effect.gen(function*() {
    const prompt = Prompt.make(user(
      text("Look"),
      image(Uint8Array.of(1, 2, 3)),
      image(new URL("https://a.test/b.png")),
      image("data:image/png;base64,AQID"),
      image("AQID"),
      file("text/plain", new TextEncoder().encode("hi"), "a.txt"),
      file("audio/wav", Uint8Array.of(1, 2, 3)),
      { ...image("https://a.test/c.png"), options: { mistral: { imageDetail: "high" } } }
    ))
    const json = JSON.stringify(yield* Schema.encodeEffect(Prompt.Prompt)(prompt))
    const restored = yield* Schema.decodeUnknownEffect(Prompt.Prompt)(JSON.parse(json))
    assert.deepStrictEqual(yield* sentMessages(restored), yield* sentMessages(prompt))
    // A `URL` is a string in the JSON of a program that does not know the schema.
    assert.deepStrictEqual(
      yield* sentMessages(JSON.parse(JSON.stringify(user(image(new URL("https://a.test/b.png")))))),
      yield* sentMessages(user(image("https://a.test/b.png")))
    )
  }))

type FileInput = Prompt.FilePartEncoded

const text = (text: string): Prompt.TextPartEncoded => ({ type: "text", text })
const file = (mediaType: string, data: FileInput["data"], fileName?: string): FileInput => ({
  type: "file",
  mediaType,
  data,
  fileName
})
const image = (data: FileInput["data"]) => file("image/png", data)

const user = (...content: ReadonlyArray<Prompt.UserMessagePartEncoded>): Array<Prompt.MessageEncoded> => [
  { role: "user", content }
]

const content = (...parts: ReadonlyArray<Prompt.UserMessagePartEncoded>) =>
  Effect.map(sentMessages(user(...parts)), ([message]) => message?.content)
