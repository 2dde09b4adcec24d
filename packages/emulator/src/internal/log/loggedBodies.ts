/** A body that the log keeps. */
export interface LoggedBody {
  /** The text, from which the value is read again when it is wanted: a value takes up to ten times the memory of its text. */
  readonly text: string
  readonly bytes: number
}

/** The bodies of requests, up to a number of bytes. The oldest ones are dropped for newer ones. */
export class LoggedBodies {
  readonly #most: number
  readonly #bodies = new Map<string, LoggedBody>()
  #bytes = 0

  constructor(most: number) {
    this.#most = most
  }

  /** The bytes that all bodies have together. */
  get bytes(): number {
    return this.#bytes
  }

  get(id: string): string | undefined {
    return this.#bodies.get(id)?.text
  }

  /** Keeps a body, in place of an earlier one of the same request. A body that is larger than all may be is not kept. */
  set(id: string, text: string): void {
    this.delete(id)
    const bytes = Buffer.byteLength(text)
    if (bytes > this.#most) return
    this.#bodies.set(id, { text, bytes })
    this.#bytes += bytes
    for (const oldest of this.#bodies.keys()) {
      if (this.#bytes <= this.#most) return
      this.delete(oldest)
    }
  }

  delete(id: string): void {
    this.#bytes -= this.#bodies.get(id)?.bytes ?? 0
    this.#bodies.delete(id)
  }
}
