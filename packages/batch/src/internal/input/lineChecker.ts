import * as Effect from "effect/Effect"
import type { Encoded } from "./encodeEntry.ts"
import { EmptyInput, InvalidInput, type Problem } from "./inputError.ts"

/** Checks the requests one by one, and collects what is wrong with them. It remembers the ids, not the requests. */
export class LineChecker {
  /** The number of requests so far. */
  requests = 0
  #invalid = 0
  #line = 0
  readonly #problems: Array<Problem> = []
  readonly #lines = new Map<string, number>()
  readonly #encode: (entry: unknown) => Encoded

  constructor(encode: (entry: unknown) => Encoded) {
    this.#encode = encode
  }

  /** Whether every request so far is valid. */
  get isClean(): boolean {
    return this.#invalid === 0
  }

  /** Checks the next request. `undefined` where it is not valid. */
  check(entry: unknown): Encoded | undefined {
    const encoded = this.#encode(entry)
    this.requests++
    const line = this.#line = encoded.line ?? this.requests
    const duplicateOf = encoded.customId ? this.#lines.get(encoded.quotedId) : undefined
    if (duplicateOf !== undefined) {
      const message = `Expected an id of its own, line ${duplicateOf} has the same`
      const issues = [{ path: ["custom_id"], message }, ...encoded.issues]
      this.#add({ line, custom_id: encoded.customId, issues, duplicateOf })
      return undefined
    }
    if (encoded.customId) this.#lines.set(encoded.quotedId, line)
    if (encoded.issues.length === 0) return encoded
    this.#add({ line, custom_id: encoded.customId, issues: encoded.issues })
    return undefined
  }

  /** Refuses the request that was checked last. */
  refuse({ customId }: Encoded, message: string): void {
    this.#add({ line: this.#line, custom_id: customId, issues: [{ path: [], message }] })
  }

  /** The value of all requests, once the last one was checked. */
  result<A>(value: () => A): Effect.Effect<A, InvalidInput | EmptyInput> {
    const { requests } = this
    if (this.#invalid > 0) {
      return Effect.fail(new InvalidInput({ problems: this.#problems, count: this.#invalid, requests }))
    }
    return requests === 0 ? Effect.fail(new EmptyInput()) : Effect.succeed(value())
  }

  #add(problem: Problem): void {
    if (++this.#invalid <= mostProblems) this.#problems.push(problem)
  }
}

const mostProblems = 20
