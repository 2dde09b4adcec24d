/** Takes the data of an event, and its name if it has one. Answers `false` to be given no more. */
export interface EventSink {
  readonly onEvent: (data: string, name: string | undefined) => boolean
}

/**
 * Splits the text of an event stream into the data of its events, as the WHATWG algorithm does, with one addition: an
 * event that lacks its empty line at the end of the input is given too.
 *
 * Text is scanned once however it is cut: pieces of an unfinished line are kept apart and joined when it ends.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export class SseSplitter {
  #pieces: Array<string> = []
  #piecesLength = 0
  #afterCarriageReturn = false
  #data: string | undefined
  #name: string | undefined
  #stopped = false
  readonly #sink: EventSink

  constructor(sink: EventSink) {
    this.#sink = sink
  }

  /** Takes the next piece of text. Gives every event it completes, as long as more are wanted. */
  feed(text: string): void {
    let start = 0
    if (this.#afterCarriageReturn && text.length > 0) {
      this.#afterCarriageReturn = false
      if (text.charCodeAt(0) === 10) start = 1
    }
    // Where there is no carriage return at all, `indexOf` finds the lines fastest.
    let nextCarriageReturn = text.indexOf("\r", start)
    let nextLineFeed = text.indexOf("\n", start)
    // oxlint-disable-next-line no-unmodified-loop-condition -- `#onLine` sets it
    while (!this.#stopped) {
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
        if (next === text.length) this.#afterCarriageReturn = true
        else if (text.charCodeAt(next) === 10) next++
      }
      this.#onLine(this.#lineWith(text.slice(start, end)))
      start = next
      if (nextLineFeed !== -1 && nextLineFeed < start) nextLineFeed = text.indexOf("\n", start)
      if (nextCarriageReturn !== -1 && nextCarriageReturn < start) nextCarriageReturn = text.indexOf("\r", start)
    }
    if (!this.#stopped && start < text.length) {
      this.#pieces.push(start === 0 ? text : text.slice(start))
      this.#piecesLength += text.length - start
    }
  }

  /** The input is over: the last event, if it lacks its empty line. */
  end(): void {
    if (this.#stopped) return
    if (this.#pieces.length > 0) this.#onLine(this.#lineWith(""))
    this.#dispatch()
  }

  /** The characters held back for an event that is not complete. */
  get held(): number {
    return this.#piecesLength + (this.#data?.length ?? 0)
  }

  /** Nothing of an event has come yet, and no line break is half read. */
  get betweenEvents(): boolean {
    return this.#data === undefined && this.#name === undefined && this.#piecesLength === 0 &&
      !this.#afterCarriageReturn && !this.#stopped
  }

  #dispatch(): void {
    const data = this.#data
    const name = this.#name
    this.#data = undefined
    this.#name = undefined
    if (data !== undefined && !this.#sink.onEvent(data, name)) this.#stopped = true
  }

  #onLine(line: string): void {
    if (line.length === 0) return this.#dispatch()
    // The field that matters first: `data`, nearly every line of a completion stream.
    if (line.charCodeAt(0) === 100 && line.slice(0, 5) === "data:") {
      const value = line.charCodeAt(5) === 32 ? line.slice(6) : line.slice(5)
      this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`
    } else if (line === "data") {
      this.#data = this.#data === undefined ? "" : `${this.#data}\n`
    } else if (line.startsWith("event:")) {
      this.#name = line.charCodeAt(6) === 32 ? line.slice(7) : line.slice(6)
    } else if (line === "event") {
      this.#name = undefined
    }
    // Comments, `id`, `retry` and unknown fields change nothing here.
  }

  #lineWith(end: string): string {
    if (this.#pieces.length === 0) return end
    this.#pieces.push(end)
    const line = this.#pieces.join("")
    this.#pieces = []
    this.#piecesLength = 0
    return line
  }
}
