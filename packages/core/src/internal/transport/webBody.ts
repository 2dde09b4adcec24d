import type * as ByteSource from "../../ByteSource.ts"
import type { ResponseBody } from "./transport.ts"

/** Reads the body of a web response: as a stream where the `fetch` gives one, and else as a whole. */
export const webBody = (response: Response): ResponseBody =>
  // The type does not say so, but React Native's responses have no body, and those of node-fetch a stream of Node.
  typeof response.body?.getReader === "function" ? new WebBody(response.body.getReader()) : new WholeBody(response)

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

/** A body that comes as a whole: that of a `fetch` that cannot stream, or an empty one. */
class WholeBody implements ResponseBody {
  readonly unstreamed = true
  #rest: Promise<ArrayBuffer>

  constructor(response: Response) {
    this.#rest = response.arrayBuffer()
    this.#rest.catch(noop)
  }

  read({ onBytes, onEnd, onError }: ByteSource.Reader): () => void {
    this.#rest.then((bytes) => {
      if (bytes.byteLength === 0) return onEnd()
      this.#rest = empty
      onBytes([new Uint8Array(bytes)])
    }, onError)
    return noop
  }
}

const empty = Promise.resolve(new ArrayBuffer(0))

const noop = () => {}
