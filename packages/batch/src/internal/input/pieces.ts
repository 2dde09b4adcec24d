/** Collects lines into pieces of 64 KiB. */
export class Pieces {
  #full: Array<Uint8Array> = []
  #buffer: Uint8Array | undefined
  #used = 0

  /** Copies some bytes. */
  add(bytes: Uint8Array): void {
    let from = 0
    while (from < bytes.length) {
      this.#buffer ??= new Uint8Array(pieceSize)
      const count = Math.min(bytes.length - from, pieceSize - this.#used)
      this.#buffer.set(bytes.subarray(from, from + count), this.#used)
      this.#used += count
      from += count
      if (this.#used === pieceSize) this.#end(this.#buffer)
    }
  }

  /** The pieces that are full. */
  take(): Array<Uint8Array> {
    const full = this.#full
    this.#full = []
    return full
  }

  /** The pieces that are full, and the last one. */
  takeAll(): Array<Uint8Array> {
    if (this.#buffer !== undefined) this.#end(this.#buffer.subarray(0, this.#used))
    return this.take()
  }

  #end(piece: Uint8Array): void {
    this.#full.push(piece)
    this.#buffer = undefined
    this.#used = 0
  }
}

const pieceSize = 64 * 1024
