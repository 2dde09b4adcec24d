import type * as ByteSource from "@effect-mistral/core/ByteSource"
import type { Dispatcher } from "@effect/platform-node/Undici"
import type * as Arr from "effect/Array"

type Controller = Pick<Dispatcher.DispatchController, "pause" | "resume">

/** What comes from the socket, kept until it is read. A class, for there may be thousands of them. */
export class Body implements ByteSource.ByteSource {
  readonly #highWaterMark: number
  /** Most reads have but one piece, and an array made with it takes a third of what one takes that grows from nothing. */
  #chunks: Arr.NonEmptyArray<Uint8Array> | undefined
  #size = 0
  #paused = false
  #over: ((reader: ByteSource.Reader) => void) | undefined
  /** Who waits for the answer to begin. */
  #begun: (() => void) | undefined
  #waiting: ByteSource.Reader | undefined
  /** Who read last, and what gives its wait up: one reader reads nearly every body from its beginning to its end. */
  #last: ByteSource.Reader | undefined
  #cancel = () => {}
  #flushing = false
  #controller: Controller | undefined

  constructor(highWaterMark: number) {
    this.#highWaterMark = highWaterMark
  }

  /** `begun` is told with the first piece if that came with the head of the answer, and a moment later if it did not. */
  start(controller: Controller, begun: () => void): void {
    this.#controller = controller
    this.#begun = begun
    this.#changed()
  }

  push(chunk: Uint8Array): void {
    if (this.#chunks === undefined) this.#chunks = [chunk]
    else this.#chunks.push(chunk)
    this.#size += chunk.length
    if (this.#size >= this.#highWaterMark && !this.#paused) {
      this.#paused = true
      this.#controller?.pause()
    }
    // What comes alone wakes who waits at once.
    if (endsRead(chunk)) this.#flush()
    else this.#changed()
  }

  end(): void {
    this.#over = (reader) => reader.onEnd()
    this.#changed()
  }

  fail(error: unknown): void {
    this.#over = (reader) => reader.onError(error)
    this.#changed()
  }

  readonly read = (reader: ByteSource.Reader): () => void => {
    if (this.#chunks !== undefined) this.#give(reader, this.#chunks)
    else if (this.#over !== undefined) this.#over(reader)
    else this.#waiting = reader
    if (reader !== this.#last) {
      this.#last = reader
      this.#cancel = () => {
        if (this.#waiting === reader) this.#waiting = undefined
      }
    }
    return this.#cancel
  }

  #give(reader: ByteSource.Reader, chunks: ByteSource.Bytes): void {
    this.#chunks = undefined
    this.#size = 0
    if (this.#paused) {
      this.#paused = false
      this.#controller?.resume()
    }
    reader.onBytes(chunks)
  }

  /** Tells who waits, once all that one read of the socket held has been pushed. */
  #changed(): void {
    if ((this.#waiting === undefined && this.#begun === undefined) || this.#flushing) return
    this.#flushing = true
    // `queueMicrotask` of Node makes an async resource of its own each time.
    settled.then(this.#flushLater)
  }

  readonly #flushLater = (): void => {
    this.#flushing = false
    this.#flush()
  }

  #flush(): void {
    const begun = this.#begun
    if (begun !== undefined) {
      this.#begun = undefined
      return begun()
    }
    const reader = this.#waiting
    if (reader === undefined || (this.#chunks === undefined && this.#over === undefined)) return
    this.#waiting = undefined
    if (this.#chunks !== undefined) this.#give(reader, this.#chunks)
    else this.#over?.(reader)
  }
}

const settled = Promise.resolve()

/**
 * Whether a piece is the last of the read it came with: pieces are views of what the socket read, and after the last one
 * come a line break and the end of the body at most.
 */
const endsRead = (chunk: Uint8Array): boolean =>
  chunk.buffer.byteLength - chunk.byteOffset - chunk.byteLength <= endOfBody.length

const endOfBody = "\r\n0\r\n\r\n"
