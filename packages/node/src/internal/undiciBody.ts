import type * as ByteSource from "@effect-mistral/core/ByteSource"
import type { Dispatcher } from "@effect/platform-node/Undici"
import * as Arr from "effect/Array"

type Controller = Pick<Dispatcher.DispatchController, "pause" | "resume">

/** The body of a response: keeps the chunks that undici delivers until they are read, and pauses the socket meanwhile. */
export class Body implements ByteSource.ByteSource {
  readonly #highWaterMark: number
  #chunks: Array<Uint8Array> = []
  #size = 0
  #paused = false
  #onStart: (() => void) | undefined
  #waiting: ByteSource.Reader | undefined
  /** Tells a reader how the body ended, once it has. */
  #ending: ((reader: ByteSource.Reader) => void) | undefined
  #controller: Controller | undefined
  #flushScheduled = false

  constructor(highWaterMark: number) {
    this.#highWaterMark = highWaterMark
  }

  /**
   * Calls `onStart` when the first chunk is there, or a microtask later if none came with the head of the response, so that
   * the first read rarely has to wait.
   */
  start(controller: Controller, onStart: () => void): void {
    this.#controller = controller
    this.#onStart = onStart
    this.#scheduleFlush()
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    if (this.#size >= this.#highWaterMark && !this.#paused) {
      this.#paused = true
      this.#controller?.pause()
    }
    if (endsSocketRead(chunk)) this.#flush()
    else this.#scheduleFlush()
  }

  end(): void {
    this.#ending = (reader) => reader.onEnd()
    this.#scheduleFlush()
  }

  fail(error: unknown): void {
    this.#ending = (reader) => reader.onError(error)
    this.#scheduleFlush()
  }

  readonly read = (reader: ByteSource.Reader): () => void => {
    this.#waiting = reader
    this.#serve()
    return () => {
      if (this.#waiting === reader) this.#waiting = undefined
    }
  }

  /**
   * Hands over all chunks of one read of the socket together, in a microtask after undici has parsed that read: one by one
   * they would each resume the reading fiber, which makes a stream twice as slow as over `fetch`.
   */
  #scheduleFlush(): void {
    if (this.#flushScheduled || (this.#waiting === undefined && this.#onStart === undefined)) return
    this.#flushScheduled = true
    // Node's `queueMicrotask` creates an async resource at each call, a settled promise does not.
    settled.then(this.#runScheduledFlush)
  }

  readonly #runScheduledFlush = (): void => {
    this.#flushScheduled = false
    this.#flush()
  }

  #flush(): void {
    const onStart = this.#onStart
    this.#onStart = undefined
    onStart?.()
    this.#serve()
  }

  #serve(): void {
    const reader = this.#waiting
    if (reader === undefined) return
    const chunks = this.#chunks
    if (Arr.isArrayNonEmpty(chunks)) {
      this.#waiting = undefined
      this.#chunks = []
      this.#size = 0
      if (this.#paused) {
        this.#paused = false
        this.#controller?.resume()
      }
      reader.onBytes(chunks)
    } else if (this.#ending !== undefined) {
      this.#waiting = undefined
      this.#ending(reader)
    }
  }
}

const settled = Promise.resolve()

/**
 * Whether a chunk is the last of its read of the socket, so that it is handed over at once: undici's chunks are views of
 * the bytes that were read, and only the end of the HTTP chunk and of the body can follow the last one.
 */
const endsSocketRead = ({ buffer, byteLength, byteOffset }: Uint8Array): boolean =>
  buffer.byteLength - byteOffset - byteLength <= "\r\n0\r\n\r\n".length
