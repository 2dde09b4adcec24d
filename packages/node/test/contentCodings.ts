/** Content codings as servers apply them. */
import type { Transform } from "node:stream"
import * as Zlib from "node:zlib"

export const codings = ["gzip", "x-gzip", "br", "deflate", "raw deflate", "zstd"] as const

export type Coding = typeof codings[number]

const encoders: Readonly<Record<Coding, readonly [make: () => Transform & Zlib.Zlib, flush: number]>> = {
  gzip: [() => Zlib.createGzip(), Zlib.constants.Z_SYNC_FLUSH],
  "x-gzip": [() => Zlib.createGzip(), Zlib.constants.Z_SYNC_FLUSH],
  br: [() => Zlib.createBrotliCompress(), Zlib.constants.BROTLI_OPERATION_FLUSH],
  deflate: [() => Zlib.createDeflate(), Zlib.constants.Z_SYNC_FLUSH],
  "raw deflate": [() => Zlib.createDeflateRaw(), Zlib.constants.Z_SYNC_FLUSH],
  zstd: [() => Zlib.createZstdCompress(), Zlib.constants.ZSTD_e_flush]
}

/** The value of `content-encoding` for a coding. */
export const nameOf = (coding: Coding): string => coding === "raw deflate" ? "deflate" : coding

/** Encodes a text at once. */
export const encode = (text: string | Uint8Array, coding: Coding): Buffer => {
  switch (coding) {
    case "br":
      return Zlib.brotliCompressSync(text)
    case "deflate":
      return Zlib.deflateSync(text)
    case "raw deflate":
      return Zlib.deflateRawSync(text)
    case "zstd":
      return Zlib.zstdCompressSync(text)
    default:
      return Zlib.gzipSync(text)
  }
}

/** Encodes texts so that each of them can be decoded by itself, and the end as the last piece. */
export const encodeInPieces = async (texts: ReadonlyArray<string>, coding: Coding): Promise<Array<Buffer>> => {
  const [make, flush] = encoders[coding]
  const encoder = make()
  const written: Array<Buffer> = []
  encoder.on("data", (bytes: Buffer) => written.push(bytes))
  const take = () => Buffer.concat(written.splice(0))
  const pieces: Array<Buffer> = []
  for (const text of texts) {
    await new Promise<void>((resolve) => encoder.write(text, () => encoder.flush(flush, resolve)))
    pieces.push(take())
  }
  await new Promise<void>((resolve) => encoder.on("end", resolve).end())
  return [...pieces, take()]
}
