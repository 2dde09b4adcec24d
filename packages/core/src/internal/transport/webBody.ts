import type * as ByteSource from "../../ByteSource.ts"
import type { ResponseBody } from "./transport.ts"

/** Reads the body of a web response. A response without a body counts as one that has ended. */
export const webBody = (body: ReadableStream<Uint8Array> | null): ResponseBody =>
  body === null ? { read: ({ onEnd }) => (onEnd(), noop) } : new WebBody(body.getReader())

class WebBody implements ResponseBody {
  readonly #web: ReadableStreamDefaultReader<Uint8Array>
  #reader: ByteSource.Reader | undefined

  constructor(web: ReadableStreamDefaultReader<Uint8Array>) {
    this.#web = web
  }

  read(reader: ByteSource.Reader): () => void {
    this.#reader = reader
    this.#web.read().then(this.#onRead, reader.onError)
    return noop
  }

  cancel(): void {
    this.#web.cancel().catch(noop)
  }

  readonly #onRead = ({ done, value }: ReadableStreamReadResult<Uint8Array>): void => {
    if (done) this.#reader?.onEnd()
    else this.#reader?.onBytes([value])
  }
}

const noop = () => {}
