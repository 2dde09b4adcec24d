import { parseJson } from "../json/parseJson.ts"

/**
 * Receives the data of an event, and its name if it has one. Returns `false` to stop. `bare` means JSON that came without the
 * name of a field.
 */
export interface EventSink {
  readonly onEvent: (data: string, name: string | undefined, bare?: boolean) => boolean
}

/**
 * Parses server-sent events: splits the text of an event stream into the data of its events, as the WHATWG algorithm does,
 * with three additions: a last event without its empty line is dispatched too, a field `error` is an event of that name
 * (llama.cpp), and lines without a field that are JSON are an event (a server or a gateway that reports an error as it does
 * in a whole response).
 *
 * Each character is scanned once, however the network cuts the text: the parts of an unfinished line are joined when the
 * line ends.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export class SseParser {
  #parts: Array<string> = []
  #partsLength = 0
  #afterCarriageReturn = false
  #data: string | undefined
  #name: string | undefined
  /** Lines without a field that begin like JSON, which may be written over several lines. */
  #bare = ""
  #stopped = false
  readonly #sink: EventSink

  constructor(sink: EventSink) {
    this.#sink = sink
  }

  /** Parses the next part of the text, and dispatches every event that it completes. */
  feed(text: string): void {
    let start = 0
    if (this.#afterCarriageReturn && text.length > 0) {
      this.#afterCarriageReturn = false
      if (text.charCodeAt(0) === 10) start = 1
    }
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
      this.#parts.push(start === 0 ? text : text.slice(start))
      this.#partsLength += text.length - start
    }
  }

  /** Ends the input: dispatches the last event if it lacks its empty line. */
  end(): void {
    if (this.#stopped) return
    if (this.#parts.length > 0) this.#onLine(this.#lineWith(""))
    this.#dispatch()
  }

  /** The number of characters that are buffered for an incomplete event. */
  get buffered(): number {
    return this.#partsLength + (this.#data?.length ?? 0) + this.#bare.length
  }

  /** Whether the parser stands between two events, with no line and no line break half read. */
  get betweenEvents(): boolean {
    return this.#data === undefined && this.#name === undefined && this.#partsLength === 0 &&
      !this.#afterCarriageReturn && !this.#stopped
  }

  #dispatch(): void {
    const data = this.#data
    const name = this.#name
    this.#data = undefined
    this.#name = undefined
    if (data !== undefined) this.#send(data, name)
    if (this.#bare === "") return
    const bare = this.#bare
    this.#bare = ""
    if (isJson(bare)) this.#send(bare, name, true)
  }

  #send(data: string, name: string | undefined, bare?: boolean): void {
    if (!this.#stopped && !this.#sink.onEvent(data, name, bare)) this.#stopped = true
  }

  #onLine(line: string): void {
    if (line.length === 0) return this.#dispatch()
    // `data` first, because nearly every line of a completion stream is a data line.
    if (line.charCodeAt(0) === 100 && line.slice(0, 5) === "data:") {
      const value = line.charCodeAt(5) === 32 ? line.slice(6) : line.slice(5)
      this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`
    } else if (line === "data") {
      this.#data = this.#data === undefined ? "" : `${this.#data}\n`
    } else if (line.startsWith("event:")) {
      this.#name = line.charCodeAt(6) === 32 ? line.slice(7) : line.slice(6)
    } else if (line === "event") {
      this.#name = undefined
    } else if (/^error:(?!\s*(?:""|null|false|\{\})?\s*$)/i.test(line)) {
      this.#dispatch()
      this.#name = "error"
      this.#data = line.slice(6)
    } else if (this.#bare !== "" || /^\s*[[{]/.test(line)) {
      const isWhole = this.#bare === "" && isJson(line)
      this.#bare += line
      if (isWhole) this.#dispatch()
    }
    // Comments, `id`, `retry` and unknown fields are ignored.
  }

  #lineWith(end: string): string {
    if (this.#parts.length === 0) return end
    this.#parts.push(end)
    const line = this.#parts.join("")
    this.#parts = []
    this.#partsLength = 0
    return line
  }
}

const isJson = (text: string): boolean => text.trim() === "[DONE]" || parseJson(text) !== undefined
