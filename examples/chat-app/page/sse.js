/** Reads server-sent events from the body of a response. */

/**
 * Calls a function with the name and the data of each event, as soon as it is complete.
 *
 * @param {ReadableStream<Uint8Array<ArrayBuffer>>} body
 * @param {(name: string, data: string) => void} onEvent
 * @returns {Promise<void>}
 */
export const readEvents = async (body, onEvent) => {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ""
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const blocks = (rest + read.value).split("\n\n")
    rest = blocks.pop() ?? ""
    for (const block of blocks) {
      const [, name = "", data = ""] = /^event: (.*)\ndata: (.*)$/u.exec(block) ?? []
      if (name !== "") onEvent(name, data)
    }
  }
}
