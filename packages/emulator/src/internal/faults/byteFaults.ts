import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** A body on its way. */
export type Bytes = Stream.Stream<Uint8Array, unknown>

/** The first bytes of a body, without waiting for what follows; no bytes, where there are none, send the headers. */
export const firstBytes = (body: Bytes, count: number): Bytes =>
  count === 0 ? Stream.succeed(new Uint8Array(0)) : Stream.suspend(() => {
    let left = count
    return body.pipe(
      Stream.map((bytes) => {
        const kept = bytes.subarray(0, left)
        left -= kept.length
        return kept
      }),
      Stream.takeUntil(() => left === 0)
    )
  })

/** A few bytes at a time, with a pause before each. */
export const dripped = (body: Bytes, size: number, millis: number): Bytes =>
  body.pipe(
    Stream.flatMap((bytes) => Stream.fromIterable(pieces(bytes, size))),
    Stream.mapEffect((piece) => Effect.as(Effect.sleep(millis), piece))
  )

function* pieces(bytes: Uint8Array, size: number): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** The body, and spaces after it for ever. */
export const endlessSpaces = (body: Bytes, millis: number): Bytes =>
  Stream.concat(body, Stream.fromEffectRepeat(Effect.as(Effect.sleep(millis), spaces)))

const spaces = new Uint8Array(1024).fill(0x20)

const encoder = new TextEncoder()

/**
 * A text up to and including the first byte of its first character that is longer than a byte. One is put at the
 * beginning of the text's first string if it has none, and at its end if it has no string.
 */
export const insideCharacter = (text: string): Uint8Array => {
  // oxlint-disable-next-line no-control-regex -- everything beyond ASCII
  const found = text.search(/[^\u0000-\u007f]/)
  const string = /:\s*"(?=[^"])/.exec(text)
  const at = found !== -1 ? found : string === null ? text.length : string.index + string[0].length
  const character = found === -1 ? "é" : String.fromCodePoint(text.codePointAt(found) ?? 0)
  const start = encoder.encode(text.slice(0, at))
  const bytes = new Uint8Array(start.length + 1)
  bytes.set(start)
  bytes.set(encoder.encode(character).subarray(0, 1), start.length)
  return bytes
}
