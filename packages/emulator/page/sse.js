/** Parses server-sent events. */

/**
 * Makes a parser. `onEvent` gets the data of each event, and its name, as soon as its blank line has come.
 *
 * @param {(data: string, name: string) => void} onEvent
 * @returns {(text: string) => void} takes the next piece of the body
 */
export const makeSseParser = (onEvent) => {
  let rest = ""
  /** @type {Array<string>} */
  let data = []
  let name = ""
  /** @param {string} line */
  const take = (line) => {
    if (line === "") {
      if (data.length > 0) onEvent(data.join("\n"), name)
      data = []
      name = ""
      return
    }
    const colon = line.indexOf(":")
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "")
    if (field === "data") data.push(value)
    if (field === "event") name = value
  }
  return (text) => {
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ""
    for (const line of lines) take(line)
  }
}
