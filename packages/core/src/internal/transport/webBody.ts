import type * as ByteSource from "../../ByteSource.ts"
import type { ResponseBody } from "./transport.ts"

/** Reads the body of a web response: as a stream where the `fetch` gives one, and else as a whole. */
export const webBody = (response: Response): ResponseBody => {
  const { body } = response
  // The type does not say so, but React Native's responses have no body, and those of node-fetch a stream of Node.
  return body?.getReader === undefined ? new WebBody(readWhole(response), true) : new WebBody(body.getReader())
}

type WebReader = Pick<ReadableStreamDefaultReader<Uint8Array>, "read" | "cancel">

/** Gives the whole body in one read. */
const readWhole = (response: Response): WebReader => {
  let unread = true
  return {
    read: async () => {
      const value = new Uint8Array(unread ? await response.arrayBuffer() : [])
      unread = false
      return { done: value.length === 0, value }
    },
    // The request is cancelled, and its body with it.
    cancel: async () => {}
  }
}

class WebBody implements ResponseBody {
  readonly unstreamed: boolean
  readonly #web: WebReader
  #reader: ByteSource.Reader | undefined

  constructor(web: WebReader, unstreamed = false) {
    this.#web = web
    this.unstreamed = unstreamed
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
