/** Writes lines down as bytes of UTF-8. The bytes are valid until the next line is written. */
export class LineBytes {
  readonly #encoder = new TextEncoder()
  readonly #scratch = new Uint8Array(scratchSize)

  encode(text: string): Uint8Array {
    // A UTF-16 unit has at most 3 bytes in UTF-8.
    return text.length * 3 <= scratchSize
      ? this.#scratch.subarray(0, this.#encoder.encodeInto(text, this.#scratch).written)
      : this.#encoder.encode(text)
  }
}

const scratchSize = 256 * 1024
