import type * as ByteSource from "@effect-mistral/core/ByteSource"
import type { Transform } from "node:stream"
import * as Zlib from "node:zlib"

/** Makes the decoder of a content coding. The first byte of the body tells some forms of a coding apart. */
type MakeDecoder = (firstByte: number) => Transform

const gzip: MakeDecoder = () => Zlib.createGunzip()

/** The content codings that can be decoded. `compress` is missing, because no platform can decode it. */
const decoders: Readonly<Record<string, MakeDecoder>> = {
  gzip,
  "x-gzip": gzip,
  br: () => Zlib.createBrotliDecompress(),
  // Some servers send the compressed data without the header of zlib, whose first byte ends in 8.
  deflate: (firstByte) => (firstByte & 15) === 8 ? Zlib.createInflate() : Zlib.createInflateRaw(),
  // RFC 9659 limits the window to 8 MB.
  zstd: () => Zlib.createZstdDecompress({ params: { [Zlib.constants.ZSTD_d_windowLogMax]: 23 } })
}

/** A longer list of codings is an attack: each of them multiplies the size. */
const mostCodings = 5

/**
 * The body of a response as it was before the codings of its `content-encoding` were applied. `undefined` if there is
 * nothing to decode, or a coding is unknown: then the body stays as it is, as `fetch` does it.
 */
export const decode = (
  body: ByteSource.ByteSource,
  contentEncoding: string | ReadonlyArray<string>
): DecodedBody | undefined => {
  const codings = String(contentEncoding).toLowerCase().split(",").map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding !== "identity")
  if (codings.length > mostCodings || !codings.every((coding) => Object.hasOwn(decoders, coding))) return undefined
  let decoded: DecodedBody | undefined
  // The last coding was applied last.
  for (const coding of codings.toReversed()) decoded = new DecodedBody(decoded ?? body, decoders[coding]!)
  return decoded
}

/**
 * Decodes a body while it is read. Bytes are requested from the source only when a reader waits and everything before was
 * decoded and delivered, so that a reader that falls behind still pauses the socket, however much a few bytes expand to.
 */
export class DecodedBody implements ByteSource.ByteSource {
  readonly #source: ByteSource.ByteSource
  readonly #makeDecoder: MakeDecoder
  /** Made for the first bytes: an empty body, as a response to HEAD has, is not a truncated one. */
  #decoder: Transform | undefined
  #waiting: ByteSource.Reader | undefined
  /** Tells a reader how the body ended, once it has. */
  #ending: ((reader: ByteSource.Reader) => void) | undefined
  /** Whether a read of the source is pending. */
  #reading = false
  /** Whether bytes are being decoded. */
  #decoding = false
  /** Whether the decoder has ended. The rest of the source is then read and ignored, so that its connection is free. */
  #decoded = false
  #sourceEnded = false

  constructor(source: ByteSource.ByteSource, makeDecoder: MakeDecoder) {
    this.#source = source
    this.#makeDecoder = makeDecoder
  }

  readonly read = (reader: ByteSource.Reader): () => void => {
    this.#waiting = reader
    this.#serve()
    return () => {
      if (this.#waiting === reader) this.#waiting = undefined
    }
  }

  /** Frees the decoder of a body that is not read to its end. */
  close(): void {
    this.#waiting = undefined
    this.#decoder?.destroy()
    if (this.#source instanceof DecodedBody) this.#source.close()
  }

  readonly #serve = (): void => {
    const reader = this.#waiting
    if (reader === undefined) return
    const chunk: Uint8Array | null = this.#decoder?.read() ?? null
    if (chunk !== null) {
      this.#waiting = undefined
      reader.onBytes([chunk])
    } else if (this.#ending !== undefined) {
      this.#waiting = undefined
      this.#ending(reader)
    } else if (!this.#decoding) this.#readSource()
  }

  #readSource(): void {
    if (this.#reading || this.#sourceEnded) return
    this.#reading = true
    this.#source.read({ onBytes: this.#onSourceBytes, onEnd: this.#onSourceEnd, onError: this.#fail })
  }

  readonly #onSourceBytes = (bytes: ByteSource.Bytes): void => {
    this.#reading = false
    if (this.#decoded) return this.#readSource()
    this.#decoding = true
    const decoder = this.#decoder ??= this.#open(bytes[0][0]!)
    // The decoder calls back when it has consumed the last of the bytes.
    bytes.forEach((part, index) => decoder.write(part, index === bytes.length - 1 ? this.#onDecoded : undefined))
  }

  #open(firstByte: number): Transform {
    return this.#makeDecoder(firstByte)
      .on("readable", this.#serve)
      .on("end", this.#onDecoderEnd)
      .on("error", this.#fail)
  }

  readonly #onDecoded = (error?: Error | null): void => {
    if (error) return
    this.#decoding = false
    this.#serve()
  }

  readonly #onSourceEnd = (): void => {
    this.#reading = false
    this.#sourceEnded = true
    if (this.#decoder === undefined || this.#decoded) this.#end((reader) => reader.onEnd())
    else this.#decoder.end()
  }

  readonly #onDecoderEnd = (): void => {
    this.#decoded = true
    if (this.#sourceEnded) this.#end((reader) => reader.onEnd())
    else this.#readSource()
  }

  readonly #fail = (error: unknown): void => {
    this.#decoder?.destroy()
    this.#end((reader) => reader.onError(error))
  }

  #end(ending: (reader: ByteSource.Reader) => void): void {
    this.#ending ??= ending
    this.#serve()
  }
}
