/**
 * Splits the text of an event stream into the data of its events, as the WHATWG algorithm does, with one addition: an
 * event that lacks its empty line at the end of the input is given too.
 *
 * Text is scanned once however it is cut: pieces of an unfinished line are kept apart and joined when it ends.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export interface SseSplitter {
  /** Takes the next piece of text. Calls back for every event it completes; stops where the callback answers `false`. */
  readonly feed: (text: string) => void
  /** The input is over: the last event, if it lacks its empty line. */
  readonly end: () => void
  /** The characters held back for an event that is not complete. */
  readonly held: () => number
}

export const makeSplitter = (onEvent: (data: string, name: string | undefined) => boolean): SseSplitter => {
  let pieces: Array<string> = []
  let piecesLength = 0
  let afterCarriageReturn = false
  let data: string | undefined
  let name: string | undefined
  let stopped = false

  const dispatch = () => {
    const event = data
    const eventName = name
    data = undefined
    name = undefined
    if (event !== undefined && !onEvent(event, eventName)) stopped = true
  }

  const onLine = (line: string) => {
    if (line.length === 0) return dispatch()
    // The field that matters first: `data`, nearly every line of a completion stream.
    if (line.charCodeAt(0) === 100 && line.slice(0, 5) === "data:") {
      const value = line.charCodeAt(5) === 32 ? line.slice(6) : line.slice(5)
      data = data === undefined ? value : `${data}\n${value}`
    } else if (line === "data") {
      data = data === undefined ? "" : `${data}\n`
    } else if (line.startsWith("event:")) {
      name = line.charCodeAt(6) === 32 ? line.slice(7) : line.slice(6)
    } else if (line === "event") {
      name = undefined
    }
    // Comments, `id`, `retry` and unknown fields change nothing here.
  }

  const lineWith = (end: string): string => {
    if (pieces.length === 0) return end
    pieces.push(end)
    const line = pieces.join("")
    pieces = []
    piecesLength = 0
    return line
  }

  return {
    feed: (text) => {
      let start = 0
      if (afterCarriageReturn && text.length > 0) {
        afterCarriageReturn = false
        if (text.charCodeAt(0) === 10) start = 1
      }
      // Where there is no carriage return at all, `indexOf` finds the lines fastest.
      let nextCarriageReturn = text.indexOf("\r", start)
      let nextLineFeed = text.indexOf("\n", start)
      // oxlint-disable-next-line no-unmodified-loop-condition -- `onLine` sets it
      while (!stopped) {
        let end: number
        let next: number
        if (nextCarriageReturn === -1) {
          if (nextLineFeed === -1) break
          end = nextLineFeed
          next = end + 1
        } else if (nextLineFeed !== -1 && nextLineFeed < nextCarriageReturn) {
          end = nextLineFeed
          next = end + 1
        } else {
          end = nextCarriageReturn
          next = end + 1
          if (next === text.length) afterCarriageReturn = true
          else if (text.charCodeAt(next) === 10) next++
        }
        onLine(lineWith(text.slice(start, end)))
        start = next
        if (nextLineFeed !== -1 && nextLineFeed < start) nextLineFeed = text.indexOf("\n", start)
        if (nextCarriageReturn !== -1 && nextCarriageReturn < start) nextCarriageReturn = text.indexOf("\r", start)
      }
      if (!stopped && start < text.length) {
        pieces.push(start === 0 ? text : text.slice(start))
        piecesLength += text.length - start
      }
    },
    end: () => {
      if (stopped) return
      if (pieces.length > 0) onLine(lineWith(""))
      dispatch()
    },
    held: () => piecesLength + (data?.length ?? 0)
  }
}
