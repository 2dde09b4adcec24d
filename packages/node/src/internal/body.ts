import type * as ByteSource from "@effect-mistral/core/ByteSource"
import type { Dispatcher } from "@effect/platform-node/Undici"

/** What comes from the socket, kept until it is read. */
export interface Body extends ByteSource.ByteSource {
  readonly start: (controller: Pick<Dispatcher.DispatchController, "pause" | "resume">) => void
  readonly push: (chunk: Uint8Array) => void
  readonly end: () => void
  readonly fail: (error: unknown) => void
}

export const makeBody = (highWaterMark: number): Body => {
  let chunks: Array<Uint8Array> = []
  let size = 0
  let paused = false
  let over: ((reader: ByteSource.Reader) => void) | undefined
  let waiting: ByteSource.Reader | undefined
  let flushing = false
  let controller: Pick<Dispatcher.DispatchController, "pause" | "resume"> | undefined

  const give = (reader: ByteSource.Reader): void => {
    const taken = chunks
    chunks = []
    size = 0
    if (paused) {
      paused = false
      controller?.resume()
    }
    reader.onBytes(taken as unknown as ByteSource.Bytes)
  }

  /** Tells who waits, once all that one read of the socket held has been pushed. */
  const flush = () => {
    flushing = false
    if (waiting === undefined || (chunks.length === 0 && over === undefined)) return
    const reader = waiting
    waiting = undefined
    if (chunks.length > 0) give(reader)
    else over?.(reader)
  }

  const changed = () => {
    if (waiting === undefined || flushing) return
    flushing = true
    queueMicrotask(flush)
  }

  return {
    start: (started) => {
      controller = started
    },
    push: (chunk) => {
      chunks.push(chunk)
      size += chunk.length
      if (size >= highWaterMark && !paused) {
        paused = true
        controller?.pause()
      }
      changed()
    },
    end: () => {
      over = (reader) => reader.onEnd()
      changed()
    },
    fail: (error) => {
      over = (reader) => reader.onError(error)
      changed()
    },
    read: (reader) => {
      if (chunks.length > 0) give(reader)
      else if (over !== undefined) over(reader)
      else waiting = reader
      return () => {
        if (waiting === reader) waiting = undefined
      }
    }
  }
}
