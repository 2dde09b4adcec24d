import type * as ByteSource from "../ByteSource.ts"
import type { Source } from "./byteSource.ts"

/** Reads the body of a web response; one without a body has ended. */
export const fromWeb = (body: ReadableStream<Uint8Array> | null): Source =>
  body === null ? { read: ({ onEnd }) => (onEnd(), nothing) } : new WebSource(body.getReader())

/** A class, for it lives as long as its stream. */
class WebSource implements Source {
  readonly #web: ReadableStreamDefaultReader<Uint8Array>
  #reader: ByteSource.Reader | undefined

  constructor(web: ReadableStreamDefaultReader<Uint8Array>) {
    this.#web = web
  }

  read(reader: ByteSource.Reader): () => void {
    this.#reader = reader
    this.#web.read().then(this.#onRead, reader.onError)
    return nothing
  }

  cancel(): void {
    this.#web.cancel().catch(nothing)
  }

  readonly #onRead = ({ done, value }: ReadableStreamReadResult<Uint8Array>): void => {
    if (done) this.#reader?.onEnd()
    else this.#reader?.onBytes([value])
  }
}

const nothing = () => {}
