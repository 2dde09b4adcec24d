/** A line of a file: its text without the line break, and its number, which counts blank lines, too, from 1. */
export interface Line {
  readonly number: number
  readonly text: string
}

/**
 * Splits bytes of UTF-8 into lines. Blank lines are left out.
 *
 * Bytes are searched and copied once, however the network cuts them: a piece is decoded as a whole up to its last line
 * break, and only a line that continues in the next piece is copied.
 */
export class LineSplitter {
  /** The number of the line that is longer than the limit, once there is one. Nothing may be pushed any more then. */
  tooLong: number | undefined
  readonly #maxLength: number
  #number = 0
  /** The begin of a line that has no end yet. */
  #pending = new Uint8Array(0)
  #length = 0
  /** The characters in the first `#counted` bytes of `#pending`. They are counted only where the limit is near. */
  #characters = 0
  #counted = 0

  /** `maxLength` is the longest line in characters. */
  constructor(maxLength: number) {
    this.#maxLength = maxLength
  }

  /** Takes the next bytes, and gives the lines that end in them. A large piece makes many lines at once: see `maxPiece`. */
  push(bytes: Uint8Array): Array<Line> {
    const lines: Array<Line> = []
    const first = bytes.indexOf(lineFeed)
    if (first < 0) {
      this.#keep(bytes)
      return lines
    }
    let start = 0
    if (this.#length > 0) {
      this.#keep(bytes.subarray(0, first))
      if (this.tooLong !== undefined) return lines
      this.#add(lines, this.#take())
      start = first + 1
    }
    const last = bytes.lastIndexOf(lineFeed)
    if (start <= last) this.#split(lines, decoder.decode(bytes.subarray(start, last)))
    if (this.tooLong === undefined) this.#keep(bytes.subarray(last + 1))
    return lines
  }

  /** Gives the last line, where the file does not end with a line break. */
  end(): Array<Line> {
    const lines: Array<Line> = []
    if (this.#length > 0) this.#add(lines, this.#take())
    return lines
  }

  #split(lines: Array<Line>, text: string): void {
    for (const line of text.split("\n")) {
      this.#add(lines, line)
      if (this.tooLong !== undefined) return
    }
  }

  #add(lines: Array<Line>, text: string): void {
    const number = ++this.#number
    const start = number === 1 && text.charCodeAt(0) === byteOrderMark ? 1 : 0
    const line = text.slice(start, text.endsWith("\r") ? -1 : undefined)
    if (line.length > this.#maxLength) this.tooLong = number
    else if (!blank.test(line)) lines.push({ number, text: line })
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    const length = this.#length + bytes.length
    if (length > this.#pending.length) {
      const grown = new Uint8Array(Math.max(length, 2 * this.#pending.length, smallest))
      grown.set(this.#pending.subarray(0, this.#length))
      this.#pending = grown
    }
    this.#pending.set(bytes, this.#length)
    this.#length = length
    if (this.#exceedsLimit()) this.tooLong = this.#number + 1
  }

  /**
   * Whether the pending line has too many characters already. A carriage return and a byte order mark may still be removed,
   * and 3 bytes make at least a character, also where they are no UTF-8.
   */
  #exceedsLimit(): boolean {
    const limit = this.#maxLength + 2
    if (this.#length <= limit) return false
    if (this.#length > 3 * limit) return true
    while (this.#counted < this.#length) {
      const byte = this.#pending[this.#counted++]!
      if ((byte & 0xc0) !== 0x80) this.#characters += byte >= 0xf0 ? 2 : 1
    }
    return this.#characters > limit
  }

  #take(): string {
    const text = decoder.decode(this.#pending.subarray(0, this.#length))
    // The memory of an unusually long line is not kept for the rest of the file.
    if (this.#pending.length > largestKept) this.#pending = new Uint8Array(0)
    this.#length = this.#characters = this.#counted = 0
    return text
  }
}

/** The most bytes that should be pushed at once. */
export const maxPiece = 64 * 1024

const lineFeed = 0x0a
const byteOrderMark = 0xfeff
const smallest = 4 * 1024
const largestKept = 1024 * 1024

/** The white space that JSON allows around a value. */
const blank = /^[\t\r ]*$/

// A decoder that looks for a byte order mark would remove one at the start of each piece.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true })
