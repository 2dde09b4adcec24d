/**
 * Request bodies of the content type `multipart/form-data`, whose files are streams: a file of any size is sent in constant
 * memory.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7578
 * @since 0.1.0
 */
import * as HttpBody from "effect/http/HttpBody"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

/**
 * A file of a form: its name, its bytes and, if they are known, their number and their media type.
 *
 * *Details*: the stream runs anew for each attempt to send it. With `size`, the request has a `content-length`.
 *
 * @category models
 * @since 0.1.0
 */
export interface FilePart {
  readonly name: string
  readonly content: Stream.Stream<Uint8Array, unknown>
  readonly size?: number | undefined
  /** The media type. Default: `application/octet-stream`. */
  readonly contentType?: string | undefined
}

/**
 * The schema of a file of a form.
 *
 * @category schemas
 * @since 0.1.0
 */
export const FilePart: Schema.Codec<FilePart> = /* @__PURE__ */ Schema.declare(
  (value: unknown): value is FilePart => isFilePart(value),
  { expected: "a file with a name and a stream of bytes" }
)

const isFilePart = (value: unknown): value is FilePart =>
  Predicate.hasProperty(value, "name") && typeof value.name === "string" && value.name !== "" &&
  Predicate.hasProperty(value, "content") && Stream.isStream(value.content)

/**
 * Makes the body of a form from its fields, in their order. A field that is `undefined` or `null` is left out.
 *
 * *Details*: texts, numbers and booleans are sent as text, files as their bytes, and anything else as JSON. `onSent` runs for
 * each piece of the body that the connection takes.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (fields: Readonly<Record<string, unknown>>, onSent: () => void = () => {}): HttpBody.Stream => {
  const boundary = `effect-mistral-${crypto.randomUUID()}`
  const pieces = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined || value === null ? [] : partOf(boundary, name, value)
  )
  pieces.push(text(`--${boundary}--\r\n`))
  const sizes = pieces.map(({ size }) => size)
  return HttpBody.stream(
    Stream.mapArray(Stream.flatMap(Stream.fromIterable(pieces), ({ content }) => content), (bytes) => {
      onSent()
      return bytes
    }),
    `multipart/form-data; boundary=${boundary}`,
    sizes.every((size) => size !== undefined) ? sizes.reduce((sum, size) => sum + size, 0) : undefined
  )
}

type Piece = Pick<FilePart, "content" | "size">

const partOf = (boundary: string, name: string, value: unknown): Array<Piece> => {
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="${escaped(name)}"`
  return !isFilePart(value) ?
    [text(`${head}\r\n\r\n${typeof value === "object" ? JSON.stringify(value) : value}\r\n`)] :
    [
      text(
        `${head}; filename="${escaped(value.name)}"\r\n` +
          `content-type: ${value.contentType ?? "application/octet-stream"}\r\n\r\n`
      ),
      value,
      text("\r\n")
    ]
}

const text = (value: string): Piece => {
  const bytes = new TextEncoder().encode(value)
  return { content: Stream.succeed(bytes), size: bytes.length }
}

/** As browsers do: see "multipart/form-data encoding" in the HTML standard. */
const escaped = (value: string): string => value.replace(/\r/g, "%0D").replace(/\n/g, "%0A").replace(/"/g, "%22")
