import type * as ByteSource from "@effect-mistral/core/ByteSource"
import type { Dispatcher } from "@effect/platform-node/Undici"

type Controller = Pick<Dispatcher.DispatchController, "pause" | "resume">

/** What comes from the socket, kept until it is read. A class, for there may be thousands of them. */
export class Body implements ByteSource.ByteSource {
  readonly #highWaterMark: number
  #chunks: Array<Uint8Array> = []
  #size = 0
  #paused = false
  #over: ((reader: ByteSource.Reader) => void) | undefined
  #waiting: ByteSource.Reader | undefined
  #flushing = false
  #controller: Controller | undefined

  constructor(highWaterMark: number) {
    this.#highWaterMark = highWaterMark
  }

  start(controller: Controller): void {
    this.#controller = controller
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    if (this.#size >= this.#highWaterMark && !this.#paused) {
      this.#paused = true
      this.#controller?.pause()
    }
    this.#changed()
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
    if (this.#chunks.length > 0) this.#give(reader)
    else if (this.#over !== undefined) this.#over(reader)
    else this.#waiting = reader
    return () => {
      if (this.#waiting === reader) this.#waiting = undefined
    }
  }

  #give(reader: ByteSource.Reader): void {
    const taken = this.#chunks
    this.#chunks = []
    this.#size = 0
    if (this.#paused) {
      this.#paused = false
      this.#controller?.resume()
    }
    // Nobody is given to where nothing has come.
    reader.onBytes(taken as unknown as ByteSource.Bytes)
  }

  /** Tells who waits, once all that one read of the socket held has been pushed. */
  #changed(): void {
    if (this.#waiting === undefined || this.#flushing) return
    this.#flushing = true
    queueMicrotask(() => this.#flush())
  }

  #flush(): void {
    this.#flushing = false
    if (this.#waiting === undefined || (this.#chunks.length === 0 && this.#over === undefined)) return
    const reader = this.#waiting
    this.#waiting = undefined
    if (this.#chunks.length > 0) this.#give(reader)
    else this.#over?.(reader)
  }
}
