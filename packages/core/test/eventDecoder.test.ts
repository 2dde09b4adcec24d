import * as Completion from "@effect-mistral/core/Completion"
import type { MistralError } from "@effect-mistral/core/MistralError"
import type * as RequestOptions from "@effect-mistral/core/RequestOptions"
import * as RetryPolicy from "@effect-mistral/core/RetryPolicy"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import { stream } from "./fixtures/completions.ts"
import { chunk, done, event, eventStream, pieces, request, scripted } from "./fixtures/scriptedServer.ts"

describe("a chat stream", () => {
  for (const { body, ends, gives, headers, name, options } of streams()) {
    it.effect(`${name}, in reads of every size`, () =>
      Effect.gen(function*() {
        const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body
        for (const size of [...sizes, Math.max(1, bytes.length)]) {
          const { layer, sent } = scripted(
            () => new Response(pieces(bytes, size), { status: 200, headers: headers ?? eventStreamType }),
            { retry: RetryPolicy.none, ...options }
          )
          const given: Array<string> = []
          const exit = yield* stream(request).pipe(
            Stream.runForEach((chunk) => Effect.sync(() => given.push(Completion.chunkText(chunk)))),
            Effect.provide(layer),
            Effect.exit
          )
          const at = `in reads of ${size}: ${String(exit)}`
          assert.deepStrictEqual(given, gives, at)
          if (ends === "well") assert.isTrue(Exit.isSuccess(exit), at)
          else {
            const error = yield* Effect.flip(exit)
            assert.deepStrictEqual(outcome(error), { ...(ends.tag === "StreamError" ? unsaid : {}), ...ends }, at)
          }
          assert.strictEqual(sent.length, 1)
        }
      }))
  }

  it("has at least forty cases", () => {
    assert.isAtLeast(streams().length, 40)
    assert.strictEqual(new Set(streams().map(({ name }) => name)).size, streams().length)
  })

  it.effect("is the same wherever it is cut in two", () =>
    Effect.gen(function*() {
      const body = new TextEncoder().encode(`: hé\r\n\r\n${event("é").replaceAll("\n", "\r\n")}\r${event("😀")}${done}`)
      for (let at = 0; at <= body.length; at++) {
        const halves = new ReadableStream<Uint8Array>({
          start: (controller) => {
            if (at > 0) controller.enqueue(body.slice(0, at))
            if (at < body.length) controller.enqueue(body.slice(at))
            controller.close()
          }
        })
        const { layer } = scripted(() => eventStream(halves), { retry: RetryPolicy.none })
        const chunks = yield* Stream.runCollect(stream(request)).pipe(Effect.provide(layer))
        assert.deepStrictEqual(chunks.map(Completion.chunkText), ["é", "😀"], `cut at ${at}`)
      }
    }))

  it.effect("gives chunks as they came, with whatever they carry", () =>
    Effect.gen(function*() {
      const body = { ...chunk("a"), unknown: { a: [1] }, usage: null }
      const { layer } = scripted(() => eventStream(`data: ${JSON.stringify(body)}\n\n${done}`))
      const chunks = yield* Stream.runCollect(stream(request)).pipe(Effect.provide(layer))
      assert.deepStrictEqual(chunks as ReadonlyArray<unknown>, [body])
    }))
})

const sizes = [1, 2, 3, 7, 64]

const eventStreamType = { "content-type": "text/event-stream" }

type Ends = "well" | {
  readonly tag: MistralError["reason"]["_tag"]
  readonly chunks: number
  readonly kind?: string
  readonly status?: number
  readonly message?: string | undefined
  readonly code?: string | undefined
  readonly type?: string | undefined
  readonly choice?: number
}

interface Case {
  readonly name: string
  readonly body: string | Uint8Array
  readonly gives: ReadonlyArray<string>
  readonly ends: Ends
  readonly headers?: Record<string, string>
  readonly options?: RequestOptions.RequestOptions
}

const unsaid = { status: 200, message: undefined, code: undefined, type: undefined }

const outcome = ({ reason }: MistralError): Ends => {
  switch (reason._tag) {
    case "InvalidResponse":
      return { tag: reason._tag, kind: reason.kind, chunks: reason.chunks }
    case "StreamError":
      return {
        tag: reason._tag,
        chunks: reason.chunks,
        status: reason.status,
        message: reason.serverMessage,
        code: reason.code,
        type: reason.type
      }
    case "GenerationFailed":
      return { tag: reason._tag, choice: reason.choice, chunks: reason.chunks }
    case "StreamEndedEarly":
      return { tag: reason._tag, chunks: reason.chunks }
    default:
      return { tag: reason._tag, chunks: -1 }
  }
}

const data = (content: string) => `data: ${JSON.stringify(chunk(content))}`
const crlf = (text: string) => text.replaceAll("\n", "\r\n")
const cr = (text: string) => text.replaceAll("\n", "\r")
const bytes = (...parts: ReadonlyArray<string | ReadonlyArray<number>>): Uint8Array => {
  const all = parts.flatMap((part) => typeof part === "string" ? [...new TextEncoder().encode(part)] : part)
  return new Uint8Array(all)
}
const ab = event("a") + event("b") + done

const streams = (): ReadonlyArray<Case> => {
  const good = (name: string, body: Case["body"], gives: ReadonlyArray<string>, more?: Partial<Case>): Case => ({
    name,
    body,
    gives,
    ends: "well",
    ...more
  })
  const bad = (
    name: string,
    body: Case["body"],
    gives: ReadonlyArray<string>,
    ends: Exclude<Ends, string>,
    more?: Partial<Case>
  ): Case => ({ name, body, gives, ends, ...more })
  const reports = (payload: unknown) => `${event("a")}data: ${JSON.stringify(payload)}\n\n${event("never")}${done}`
  return [
    good("with line feeds", ab, ["a", "b"]),
    good("with carriage returns", cr(ab), ["a", "b"]),
    good("with both at once", crlf(ab), ["a", "b"]),
    good("with all of them", `${event("a")}${crlf(event("b"))}${cr(event("c"))}${crlf(done)}`, ["a", "b", "c"]),
    good("with an event that ends with CR LF after LF", `${data("a")}\n\r\n${done}`, ["a"]),
    good("with an event that ends with CR after LF", `${data("a")}\n\r${done}`, ["a"]),
    good("with an event that ends with LF after CR LF", `${data("a")}\r\n\n${done}`, ["a"]),
    good("with a byte order mark", bytes([0xef, 0xbb, 0xbf], ab), ["a", "b"]),
    good("with a byte order mark before a comment", bytes([0xef, 0xbb, 0xbf], `: hello\n\n${ab}`), ["a", "b"]),
    good("with a second byte order mark, which spoils its line", bytes([0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf], ab), [
      "b"
    ]),
    good("with comments", `: hi\n${event("a")}:\n\n: data: no\n${event("b")}${done}`, ["a", "b"]),
    good("with a comment inside an event", `${data("a")}\n: keep alive\n\n${done}`, ["a"]),
    bad("with comments only before its end", `: ping\n\n: ping\n\n${done}`, [], { tag: "StreamEndedEarly", chunks: 0 }),
    good(
      "with data over several lines",
      `data: {"id":"1","model":"m",\ndata:"choices":[{"index":0,"delta":{}}]}\n\n${done}`,
      [""]
    ),
    good("without the space after the colon", ab.replaceAll("data: ", "data:"), ["a", "b"]),
    good("with two spaces after the colon", event("a").replace("data: ", "data:  ") + done, ["a"]),
    good("with unknown fields", `foo: bar\n${data("a")}\nbaz\n\n${done}`, ["a"]),
    good("with ids", `id: 1\n${data("a")}\n\nid\nid: 2\n${data("b")}\n\n${done}`, ["a", "b"]),
    good("with retry lines", `retry: 1000\n\nretry: soon\n${data("a")}\n\nretry\n\n${done}`, ["a"]),
    good("with names of events", `event: message\n${data("a")}\n\nevent: chunk\n${data("b")}\n\n${done}`, ["a", "b"]),
    good("with events without data", `event: ping\n\nid: 3\n\n\n\n${event("a")}event: error\n\n${done}`, ["a"]),
    good("with fields that only begin like data", `database: x\nDATA: y\n data: z\n\n${event("a")}${done}`, ["a"]),
    good("with a NUL in an id", bytes("id: ", [0], "\n", event("a"), done), ["a"]),
    good("with a NUL in a comment", bytes(":", [0], "\n", event("a"), done), ["a"]),
    good("with two, three and four bytes to a letter", event("é") + event("漢字") + event("😀") + done, [
      "é",
      "漢字",
      "😀"
    ]),
    good(
      "with bytes that are no UTF-8",
      bytes("data: {\"id\":\"", [0xff], "\",\"model\":\"m\",\"choices\":[]}\n\n", event("a"), done),
      ["", "a"]
    ),
    good("with escaped letters", `data: ${JSON.stringify(chunk("X")).replace("X", "\\ud83d\\ude00")}\n\n${done}`, [
      "😀"
    ]),
    good("without an empty line at its end", `${event("a")}data: [DONE]`, ["a"]),
    good("with only a line feed at its end", `${event("a")}data: [DONE]\n`, ["a"]),
    good("with only a carriage return at its end", `${event("a")}data: [DONE]\r`, ["a"]),
    good("with spaces after [DONE]", `${event("a")}data: [DONE] \t \n\n`, ["a"]),
    good("with more after [DONE]", `${event("a")}${done}${event("b")}data: {broken\n\n`, ["a"]),
    good("with empty lines before, between and after", `\n\n\r\n${event("a")}\n\n${event("b")}\n${done}\n\n`, [
      "a",
      "b"
    ]),
    good("of a chunk of a hundred thousand letters", event("x".repeat(20_000)) + done, ["x".repeat(20_000)]),
    good("with a content type in capitals and a charset", ab, ["a", "b"], {
      headers: { "content-type": "Text/Event-Stream; charset=utf-8" }
    }),
    good("without a content type", ab, ["a", "b"], { headers: {} }),
    good("with the content type of a text, after a comment", `: ok\n\n${ab}`, ["a", "b"], {
      headers: { "content-type": "text/plain" }
    }),
    good("with a null where an error would be", `data: ${JSON.stringify({ ...chunk("a"), error: null })}\n\n${done}`, [
      "a"
    ]),

    bad("that stops without [DONE]", event("a") + event("b"), ["a", "b"], { tag: "StreamEndedEarly", chunks: 2 }),
    bad("whose last event lacks its empty line", `${event("a")}${data("b")}`, ["a", "b"], {
      tag: "StreamEndedEarly",
      chunks: 2
    }),
    bad("of comments only", ": ping\n\n: ping\n\n", [], { tag: "StreamEndedEarly", chunks: 0 }),
    bad("cut off inside JSON", `${event("a")}${data("b").slice(0, -5)}`, ["a"], {
      tag: "InvalidResponse",
      kind: "json",
      chunks: 1
    }),
    bad("with an event that is no JSON", `${event("a")}data: oh no\n\n${event("never")}${done}`, ["a"], {
      tag: "InvalidResponse",
      kind: "json",
      chunks: 1
    }),
    bad("with a NUL in its data", bytes(event("a"), "data: ", [0], "\n\n"), ["a"], {
      tag: "InvalidResponse",
      kind: "json",
      chunks: 1
    }),
    good("with an object without choices", `${event("a")}data: {"id":1}\n\n${done}`, ["a", ""]),
    bad("with JSON that is a list", `${event("a")}data: [{"id":1}]\n\n${done}`, ["a"], {
      tag: "InvalidResponse",
      kind: "schema",
      chunks: 1
    }),
    bad("with JSON that is no object", `${event("a")}data: 1\n\n${done}`, ["a"], {
      tag: "InvalidResponse",
      kind: "schema",
      chunks: 1
    }),
    bad("with an event over the size limit", event("a") + event("x".repeat(1000)) + done, ["a"], {
      tag: "InvalidResponse",
      kind: "tooLarge",
      chunks: 1
    }, { options: { maxSize: 500 } }),
    bad("with data lines over the size limit", `${event("a")}${"data: twenty characters it\n".repeat(100)}`, ["a"], {
      tag: "InvalidResponse",
      kind: "tooLarge",
      chunks: 1
    }, { options: { maxSize: 500 } }),
    bad("that reports an error as an object of kind error", reports({ object: "error", message: "m", code: "1" }), [
      "a"
    ], {
      tag: "StreamError",
      chunks: 1,
      message: "m",
      code: "1"
    }),
    bad("that reports one in capitals", reports({ object: "Error", message: "m", type: "t", code: 3 }), ["a"], {
      tag: "StreamError",
      chunks: 1,
      message: "m",
      code: "3",
      type: "t"
    }),
    bad("that reports one without a word", reports({ object: "ERROR", code: 3 }), ["a"], {
      tag: "StreamError",
      chunks: 1,
      code: "3"
    }),
    bad("that reports one as OpenAI does", reports({ error: { message: "m", type: "t", code: "c" } }), ["a"], {
      tag: "StreamError",
      chunks: 1,
      message: "m",
      code: "c",
      type: "t"
    }),
    bad("that reports one as a text", reports({ error: "m" }), ["a"], { tag: "StreamError", chunks: 1, message: "m" }),
    bad("that reports one as a detail", reports({ detail: "m" }), ["a"], {
      tag: "StreamError",
      chunks: 1,
      message: "m"
    }),
    bad("that reports one with a status", reports({ object: "error", message: "m", raw_status_code: 429 }), ["a"], {
      tag: "StreamError",
      chunks: 1,
      message: "m",
      status: 429
    }),
    bad("that reports one beside the keys of a chunk", reports({ ...chunk("no"), error: { message: "m" } }), ["a"], {
      tag: "StreamError",
      chunks: 1,
      message: "m"
    }),
    bad("that names an event error", `${event("a")}event: error\ndata: {"message":"m"}\n\n`, ["a"], {
      tag: "StreamError",
      chunks: 1,
      message: "m"
    }),
    bad("that names an event error whose data is text", `${event("a")}event:error\ndata: it broke\n\n`, ["a"], {
      tag: "StreamError",
      chunks: 1,
      message: "it broke"
    }),
    bad("that names an event error whose data is a chunk", `event: error\n${event("no")}`, [], {
      tag: "StreamError",
      chunks: 0
    }),
    bad("that begins with an error", "data: {\"object\":\"error\",\"message\":\"m\"}\n\n", [], {
      tag: "StreamError",
      chunks: 0,
      message: "m"
    }),
    bad("whose generation fails", `${event("a")}${event("b", "error")}${event("never")}${done}`, ["a", "b"], {
      tag: "GenerationFailed",
      choice: 0,
      chunks: 2
    }),
    bad(
      "whose second choice fails",
      `${event("a")}data: ${
        JSON.stringify({
          ...chunk("b"),
          choices: [chunk("b").choices[0], { index: 1, delta: {}, finish_reason: "error" }]
        })
      }\n\n${done}`,
      ["a", "b"],
      { tag: "GenerationFailed", choice: 1, chunks: 2 }
    ),
    bad("that is an HTML page", "<!doctype html>\n<html><title>data: x</title></html>", [], {
      tag: "InvalidResponse",
      kind: "contentType",
      chunks: 0
    }, { headers: { "content-type": "text/html" } }),
    bad("that is an HTML page without a content type", "\n <html></html>", [], {
      tag: "InvalidResponse",
      kind: "contentType",
      chunks: 0
    }, { headers: {} }),
    bad(
      "that is an error in JSON with status 200",
      "{\"object\":\"error\",\"message\":\"m\",\"raw_status_code\":503}",
      [],
      { tag: "ServerError", chunks: -1 },
      { headers: { "content-type": "application/json" } }
    ),
    bad("that is a whole answer in JSON", "{\"id\":\"1\",\"model\":\"m\",\"choices\":[]}", [], {
      tag: "InvalidResponse",
      kind: "contentType",
      chunks: 0
    }, { headers: { "content-type": "application/json" } }),
    bad("that is cut JSON", "{\"id\":\"1\"", [], { tag: "InvalidResponse", kind: "json", chunks: 0 }, {
      headers: { "content-type": "application/json" }
    }),
    bad("that is an image", bytes([0x89, 0x50, 0x4e, 0x47]), [], {
      tag: "InvalidResponse",
      kind: "contentType",
      chunks: 0
    }, { headers: { "content-type": "image/png" } })
  ]
}
