/**
 * Removes the prefix that a model was made to continue: the server repeats it at the beginning of its text. The text may
 * come in any pieces. Where it does not begin with the prefix, nothing is removed.
 *
 * White space at both ends of the prefix may be missing in the text, and the text may begin with more of it.
 */
export class TextPrefix {
  readonly #prefix: string
  readonly #trailing: string
  /** The text that may turn out to be the prefix. */
  #held = ""
  #matched = 0
  #trailed = 0
  /** Whether it is decided what belongs to the prefix. */
  #settled: boolean

  constructor(prefix: string | undefined) {
    this.#prefix = prefix?.trim() ?? ""
    this.#trailing = prefix?.slice(prefix.trimEnd().length) ?? ""
    this.#settled = this.#prefix === ""
  }

  get settled(): boolean {
    return this.#settled
  }

  /** Returns what is certainly no part of the prefix, `""` while that is open. */
  strip(text: string): string {
    let at = 0
    if (!this.#settled && this.#matched < this.#prefix.length) {
      if (this.#matched === 0) { while (at < text.length && isSpace(text, at)) at++ }
      while (at < text.length && this.#matched < this.#prefix.length) {
        if (text[at] !== this.#prefix[this.#matched]) {
          this.#settled = true
          return this.release() + text
        }
        at++
        this.#matched++
      }
      if (this.#matched < this.#prefix.length) {
        this.#held += text
        return ""
      }
      this.#held = ""
    }
    if (!this.#settled) {
      while (at < text.length && this.#trailed < this.#trailing.length && text[at] === this.#trailing[this.#trailed]) {
        at++
        this.#trailed++
      }
      if (at < text.length) this.#settled = true
    }
    return text.slice(at)
  }

  /** Returns the text that is held because it may be a part of the prefix, where something else than text follows it. */
  release(): string {
    const held = this.#held
    this.#held = ""
    // Thinking may precede the text.
    this.#settled ||= held !== "" || this.#matched > 0
    return held
  }
}

const isSpace = (text: string, at: number): boolean => text[at]!.trim() === ""
