const newline = 0x0a

const decoder = new TextDecoder("utf-8", { ignoreBOM: true })

/** Splits bytes into lines of text, without their ends (`\n` or `\r\n`). The memory holds one line at a time. */
export function* linesIn(content: Iterable<Uint8Array>): Generator<string> {
  let open: Array<Uint8Array> = []
  for (const chunk of content) {
    let start = 0
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      yield textOf([...open, chunk.subarray(start, end)])
      open = []
      start = end + 1
    }
    if (start < chunk.length) open.push(chunk.subarray(start))
  }
  if (open.length > 0) yield textOf(open)
}

const textOf = (pieces: ReadonlyArray<Uint8Array>): string => {
  const [first] = pieces
  const text = decoder.decode(pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces))
  return text.endsWith("\r") ? text.slice(0, -1) : text
}

/** The number of line ends in a chunk. */
export const lineEnds = (chunk: Uint8Array): number => {
  let count = 0
  for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, at + 1)) count++
  return count
}

/** Whether a chunk ends with the end of a line. */
export const endsLine = (chunk: Uint8Array): boolean => chunk.at(-1) === newline
