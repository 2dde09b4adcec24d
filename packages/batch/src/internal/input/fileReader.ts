import { continueHash, type PlannedFile } from "./cuts.ts"
import { type Encoded, lineOf } from "./encodeEntry.ts"
import { ChangedInput } from "./inputError.ts"
import { LineBytes } from "./lineBytes.ts"
import { Pieces } from "./pieces.ts"

/**
 * Makes the content of a planned file from all requests in their order, and finds out if they are not those of the plan.
 * The last piece is held back until that is certain, so that a file of other requests is never complete.
 */
export class FileReader {
  /** The plan is not met. What follows is not to be read. */
  changed: ChangedInput | undefined
  /** The content is complete, and nothing more is to be read. */
  isDone = false
  readonly #plan: PlannedFile
  readonly #isLast: boolean
  readonly #encode: (entry: unknown) => Encoded
  readonly #bytes = new LineBytes()
  readonly #pieces = new Pieces()
  readonly #lastLine: number
  #line = 0
  #size = 0
  #hash = 0

  constructor(plan: PlannedFile, isLast: boolean, encode: (entry: unknown) => Encoded) {
    this.#plan = plan
    this.#isLast = isLast
    this.#encode = encode
    this.#lastLine = plan.firstLine + plan.requests - 1
  }

  /** Reads the next requests, and returns the pieces that they complete. */
  read(entries: ReadonlyArray<unknown>): Array<Uint8Array> {
    for (const entry of entries) {
      if (++this.#line < this.#plan.firstLine) continue
      if (this.#line > this.#lastLine) return this.#fail("continued")
      const encoded = this.#encode(entry)
      if (encoded.issues.length > 0) return this.#fail("differs")
      const text = lineOf(encoded)
      const bytes = this.#bytes.encode(text)
      this.#size += bytes.length
      this.#hash = continueHash(this.#hash, text)
      if (this.#size > this.#plan.size) return this.#fail("differs")
      this.#pieces.add(bytes)
      if (this.#line === this.#lastLine) {
        if (this.#size !== this.#plan.size || this.#hash !== this.#plan.hash) return this.#fail("differs")
        if (!this.#isLast) {
          this.isDone = true
          return this.#pieces.takeAll()
        }
      }
    }
    return this.#line < this.#lastLine ? this.#pieces.take() : []
  }

  /** Ends the requests, and returns the last pieces. */
  end(): Array<Uint8Array> {
    this.isDone = true
    return this.#line < this.#lastLine ? this.#fail("ended") : this.#pieces.takeAll()
  }

  #fail(change: ChangedInput["change"]): Array<Uint8Array> {
    this.changed = new ChangedInput({ change, firstLine: this.#plan.firstLine, lastLine: this.#lastLine })
    return []
  }
}
