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

/**
 * Continues a hash by some bytes, to see whether they are the same when they come again. It is MurmurHash3 of 32 bits
 * without its last step, over words in the order of the machine.
 */
export const hashBytes = (start: number, bytes: Uint8Array): number => {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length >>> 2)
  let hash = start
  for (let at = 0; at < words.length; at++) hash = mix(hash, words[at]!)
  let tail = aligned.length
  for (let at = words.length * 4; at < aligned.length; at++) tail = Math.imul(tail, 257) + aligned[at]!
  return mix(hash, tail)
}

const mix = (hash: number, word: number): number => {
  const scrambled = Math.imul(word, 0xcc9e2d51)
  const mixed = hash ^ Math.imul((scrambled << 15) | (scrambled >>> 17), 0x1b873593)
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0
}
