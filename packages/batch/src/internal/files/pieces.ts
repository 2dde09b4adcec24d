import type * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import * as Stream from "effect/Stream"

/** The bytes of a piece, so that neither small writes to the socket nor large buffers cost much. */
export const pieceSize = 64 * 1024

/** The longest time in milliseconds for which bytes wait for more of them, unless nothing comes at all. */
const longestWait = 1000

/**
 * Turns items into bytes, in pieces of 64 KiB. A piece is smaller at the end, or if its bytes have come slowly. An item that
 * is large is given in parts of that size, of which one is in memory at a time.
 */
export const toPieces = <A, E, R, E2 = never>(
  items: Stream.Stream<A, E, R>,
  encode: (item: A) => Uint8Array | Effect.Effect<never, E2>
): Stream.Stream<Uint8Array, E | E2, R> =>
  Stream.transformPull(items, (pull) =>
    Effect.map(Clock.Clock, (clock) => {
      const buffer = new PieceBuffer()
      let arrived: ReadonlyArray<A> = []
      let index = 0
      let item: Uint8Array = new Uint8Array(0)
      let ended = false
      let writtenAt = clock.currentTimeMillisUnsafe()

      /** The next piece out of the items that have arrived, or `undefined` where they do not fill it. */
      const fill = (): Uint8Array | Effect.Effect<never, E2> | undefined => {
        for (;;) {
          while (item.length > 0) {
            const [piece, rest] = buffer.add(item)
            item = rest
            if (piece !== undefined) return piece
          }
          if (index >= arrived.length) return undefined
          const encoded = encode(arrived[index++]!)
          if (Effect.isEffect(encoded)) return encoded
          item = encoded
        }
      }

      const give = (piece: Uint8Array): Effect.Effect<Arr.NonEmptyReadonlyArray<Uint8Array>> => {
        writtenAt = clock.currentTimeMillisUnsafe()
        return Effect.succeed([piece])
      }

      const next: Pull.Pull<Arr.NonEmptyReadonlyArray<Uint8Array>, E | E2> = Effect.suspend(() => {
        const filled = fill()
        if (filled !== undefined) return Effect.isEffect(filled) ? filled : give(filled)
        if (ended || clock.currentTimeMillisUnsafe() - writtenAt >= longestWait) {
          const piece = buffer.take()
          if (piece !== undefined) return give(piece)
          if (ended) return Cause.done()
        }
        arrived = []
        return Pull.matchEffect(pull, {
          onSuccess: (items) => {
            arrived = items
            index = 0
            return next
          },
          onFailure: Effect.failCause,
          onDone: () => {
            ended = true
            return next
          }
        })
      })
      return next
    }))

/** Collects bytes until they make a piece. Bytes that are a piece by themselves are not copied. */
class PieceBuffer {
  #bytes: Uint8Array | undefined
  #length = 0

  /** Takes as many bytes as fit. Returns the piece, if there is one, and the bytes that are left. */
  add(bytes: Uint8Array): readonly [piece: Uint8Array | undefined, rest: Uint8Array] {
    if (this.#length === 0 && bytes.length >= pieceSize) {
      return [bytes.subarray(0, pieceSize), bytes.subarray(pieceSize)]
    }
    const part = bytes.subarray(0, pieceSize - this.#length)
    this.#bytes ??= new Uint8Array(pieceSize)
    this.#bytes.set(part, this.#length)
    this.#length += part.length
    return [this.#length === pieceSize ? this.take() : undefined, bytes.subarray(part.length)]
  }

  /** The bytes that were collected. The next ones go into memory of their own, because these are being sent. */
  take(): Uint8Array | undefined {
    if (this.#length === 0) return undefined
    const piece = this.#bytes!.subarray(0, this.#length)
    this.#bytes = undefined
    this.#length = 0
    return piece
  }
}
