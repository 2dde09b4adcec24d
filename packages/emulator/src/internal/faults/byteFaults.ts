import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** The bytes of a body. */
export type Bytes = Stream.Stream<Uint8Array, unknown>

/** The first bytes of a body, without waiting for the rest. With a count of 0, an empty read sends the headers. */
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

/** Splits a body into pieces of a few bytes, with a pause before each. */
export const dripped = (body: Bytes, size: number, millis: number): Bytes =>
  body.pipe(
    Stream.flatMap((bytes) => Stream.fromIterable(pieces(bytes, size))),
    Stream.mapEffect((piece) => Effect.as(Effect.sleep(millis), piece))
  )

function* pieces(bytes: Uint8Array, size: number): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** Appends spaces to a body without end. */
export const endlessSpaces = (body: Bytes, millis: number): Bytes =>
  Stream.concat(body, Stream.fromEffectRepeat(Effect.as(Effect.sleep(millis), spaces)))

const spaces = new Uint8Array(1024).fill(0x20)

const encoder = new TextEncoder()

/**
 * Cuts a text after the first byte of its first multi-byte character. If there is none, one is inserted at the
 * beginning of the first string, or at the end if there is no string.
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
