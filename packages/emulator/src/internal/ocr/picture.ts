import { crc32, deflateSync } from "node:zlib"
import { makeRandom } from "../random/random.ts"

/** The side of a picture in pixels. It is smaller than its place on the page, so that responses stay short. */
const side = 16

/** Makes a picture of colours that depend on a key, as the `data:` URL of a PNG. */
export const pictureUrl = (key: string): string => {
  const random = makeRandom(`picture:${key}`)
  const base = [random.int(0, 255), random.int(0, 255), random.int(0, 255)] as const
  const rows = Array.from({ length: side }, (_, y) => [
    0, // No filter.
    ...Array.from({ length: side }, (_, x) => base.map((colour, at) => (colour + (at === 0 ? x : y) * 4) & 255)).flat()
  ])
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  // Eight bits for each of red, green and blue.
  header.set([8, 2, 0, 0, 0], 8)
  const png = Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Uint8Array.from(rows.flat()))),
    chunk("IEND", new Uint8Array())
  ])
  return `data:image/png;base64,${png.toString("base64")}`
}

/** A chunk of a PNG: length, type, data and the check sum of the latter two. */
const chunk = (type: string, data: Uint8Array): Buffer => {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data])
  const framed = Buffer.alloc(body.length + 8)
  framed.writeUInt32BE(data.length, 0)
  framed.set(body, 4)
  framed.writeUInt32BE(crc32(body), body.length + 4)
  return framed
}
