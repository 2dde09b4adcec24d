import * as Hash from "effect/Hash"
import type { FilesOptions } from "./entry.ts"

/** A file that is to be made: what it contains, and the hash of its lines. */
export interface PlannedFile {
  readonly firstLine: number
  readonly requests: number
  readonly size: number
  readonly hash: number
}

/** Decides for each line to which file it belongs: the one before it as long as that is within the limits, or a new one. */
export class Cuts {
  readonly #maxBytes: number
  readonly #maxRequests: number
  readonly #ended: Array<PlannedFile> = []
  #file = { firstLine: 1, requests: 0, size: 0, hash: 0 }

  constructor(
    { maxBytes = defaultMaxBytes, maxRequests = Infinity }: Pick<FilesOptions<never>, "maxBytes" | "maxRequests">
  ) {
    this.#maxBytes = positive("maxBytes", maxBytes)
    this.#maxRequests = positive("maxRequests", maxRequests)
  }

  /** Why a line fits no file, or `undefined`. */
  problemOf({ length }: Uint8Array): string | undefined {
    return length > this.#maxBytes ? `Expected a line of at most ${this.#maxBytes} bytes, got ${length}` : undefined
  }

  /** Adds a line that fits a file: its text and its bytes. Returns whether it begins a new one after another. */
  add(text: string, line: Uint8Array): boolean {
    const file = this.#file
    const isCut = file.size + line.length > this.#maxBytes || file.requests >= this.#maxRequests
    if (isCut) {
      this.#ended.push(file)
      this.#file = { firstLine: file.firstLine + file.requests, requests: 0, size: 0, hash: 0 }
    }
    this.#file.requests++
    this.#file.size += line.length
    this.#file.hash = continueHash(this.#file.hash, text)
    return isCut
  }

  /** The files, once the last line was added. */
  get files(): ReadonlyArray<PlannedFile> {
    return [...this.#ended, this.#file]
  }
}

/** Continues the hash of a file by a line, to see whether the lines are the same when they come again. */
export const continueHash = (hash: number, line: string): number => Hash.combine(hash, Hash.string(line))

/** The limit of Mistral is "512 MB", which is the least if MB are millions of bytes. */
const defaultMaxBytes = 512_000_000

const positive = (name: string, value: number): number => {
  if (value >= 1) return value
  throw new RangeError(`${name} must be at least 1, got ${value}`)
}
