/** Parses a line. `undefined` where it is not JSON: the message of the parser is not used, because it quotes the text. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
