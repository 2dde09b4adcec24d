/**
 * Request bodies of the content type `multipart/form-data`, whose files are streams: a file of any size is sent in constant
 * memory.
 *
 * ```ts
 * import { MultipartBody } from "@effect-mistral/core"
 * import { Stream } from "effect"
 *
 * const content = Stream.make(`{"custom_id":"1"}\n`, `{"custom_id":"2"}\n`).pipe(Stream.encodeText)
 * export const body = MultipartBody.make({ purpose: "batch", file: { name: "requests.jsonl", content } })
 * ```
 *
 * @see https://www.rfc-editor.org/rfc/rfc7578
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as HttpBody from "effect/http/HttpBody"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { InvalidRequest } from "./MistralErrorReason.ts"

/**
 * A file of a form: its name, its bytes and, if they are known, their number and their media type.
 *
 * *Details*: the stream runs anew for each attempt to send it. With `size`, the request has a `content-length`, and a stream
 * with more or fewer bytes than that fails the call with an `InvalidRequest` that is `incomplete`. Without it, the body is
 * sent in chunks (`transfer-encoding: chunked`).
 *
 * *Gotchas*: each element of the stream is a write of its own. Pieces of some 64 KiB cost least.
 *
 * @category models
 * @since 0.1.0
 */
export interface FilePart {
  readonly name: string
  readonly content: Stream.Stream<Uint8Array, unknown>
  /** The number of bytes. */
  readonly size?: number | undefined
  /** The media type. Default: `application/octet-stream`. */
  readonly contentType?: string | undefined
}

const isFilePart = (value: unknown): value is FilePart =>
  Predicate.hasProperty(value, "name") && typeof value.name === "string" &&
  Predicate.hasProperty(value, "content") && Stream.isStream(value.content)

/**
 * The schema of a file of a form.
 *
 * *Details*: the name is not empty and well-formed, `size` is a whole number that is not negative, and `contentType` is what
 * a header may hold.
 *
 * @category schemas
 * @since 0.1.0
 */
export const FilePart: Schema.Codec<FilePart> = /* @__PURE__ */ Schema.declare(isFilePart, {
  expected: "a file with a name and a stream of bytes"
}).check(
  /* @__PURE__ */ Schema.makeFilter(({ name }: FilePart) =>
    /^[^]+$/.test(name) && !/\p{Cs}/u.test(name) ||
    { path: ["name"], issue: "Expected well-formed text that is not empty" }
  ),
  /* @__PURE__ */ Schema.makeFilter(({ size }: FilePart) =>
    size === undefined || Number.isSafeInteger(size) && size >= 0 ||
    { path: ["size"], issue: "Expected a number of bytes" }
  ),
  /* @__PURE__ */ Schema.makeFilter(({ contentType }: FilePart) =>
    contentType === undefined || typeof contentType === "string" && /^[!-~][\t -~]*$/.test(contentType) ||
    { path: ["contentType"], issue: "Expected a media type" }
  )
)

/**
 * Makes the body of a form from its fields, in their order. A field that is `undefined` or `null` is left out.
 *
 * *Details*: texts, numbers and booleans are sent as text, files as their bytes, and anything else as JSON. The bytes are
 * those that browsers and the `FormData` of Node send: line breaks in names and texts become CRLF, and line breaks and
 * quotes in the names of fields and files are percent-encoded. The body has a content length if the sizes of all its files
 * are known.
 *
 * @see https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data
 * @category constructors
 * @since 0.1.0
 */
export const make = (fields: Readonly<Record<string, unknown>>): HttpBody.Stream => {
  const boundary = `effect-mistral-${randomHex()}`
  const contents: Array<Stream.Stream<Uint8Array, unknown>> = []
  let text = ""
  let length: number | undefined = 0
  const endText = () => {
    const bytes = new TextEncoder().encode(text)
    contents.push(Stream.succeed(bytes))
    if (length !== undefined) length += bytes.length
    text = ""
  }
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === null) continue
    text += `--${boundary}\r\nContent-Disposition: form-data; name="${escaped(withCrlf(name))}"`
    if (isFilePart(value)) {
      text += `; filename="${escaped(value.name)}"\r\n` +
        `Content-Type: ${value.contentType ?? "application/octet-stream"}\r\n\r\n`
      endText()
      contents.push(ofSize(name, value))
      length = length === undefined || value.size === undefined ? undefined : length + value.size
    } else text += `\r\n\r\n${typeof value === "object" ? JSON.stringify(value) : withCrlf(String(value))}`
    text += "\r\n"
  }
  text += `--${boundary}--\r\n`
  endText()
  return HttpBody.stream(
    Stream.flatMap(Stream.fromIterable(contents), (content) => content),
    `multipart/form-data; boundary=${boundary}`,
    length
  )
}

/** The bytes of a file, and a failure where their number is not the one that the request announces. */
const ofSize = (field: string, { content, size }: FilePart): Stream.Stream<Uint8Array, unknown> =>
  size === undefined ? content : Stream.suspend(() => {
    let count = 0
    const wrong = (got: string) =>
      new InvalidRequest({
        issues: [{ path: [field, "content"], message: `Expected ${size} bytes, which is its size, got ${got}` }],
        incomplete: true
      })
    return Stream.concat(
      Stream.mapArrayEffect(content, (pieces) => {
        for (const piece of pieces) count += piece.length
        return count > size ? Effect.fail(wrong("more")) : Effect.succeed(pieces)
      }),
      Stream.suspend(() => count < size ? Stream.fail(wrong(String(count))) : Stream.empty)
    )
  })

const withCrlf = (value: string): string => value.replace(/\r\n?|\n/g, "\r\n")

const escaped = (value: string): string => value.replace(/\r/g, "%0D").replace(/\n/g, "%0A").replace(/"/g, "%22")

/** 128 bits. `crypto.randomUUID` does not exist in pages that were loaded without TLS. */
const randomHex = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("")
