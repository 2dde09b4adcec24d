/** A claim of a part. */
export interface ClaimNumber {
  readonly key: number
  readonly part: number
  readonly claim: number
}

/** The claims that the workers of this process have not released. The tables tell which of them are lost. */
export class HeldClaims {
  readonly #workers = new Map<string, Map<string, ClaimNumber>>()

  add(worker: string, claim: ClaimNumber): void {
    const claims = this.#workers.get(worker) ?? new Map<string, ClaimNumber>()
    this.#workers.set(worker, claims)
    claims.set(name(claim), claim)
  }

  remove(claim: ClaimNumber): void {
    for (const claims of this.#workers.values()) claims.delete(name(claim))
  }

  close(worker: string): void {
    this.#workers.delete(worker)
  }

  /** The claims of a worker, with those of outcomes that it commits. */
  of(worker: string, outcomes: ReadonlyArray<ClaimNumber>): ReadonlyArray<ClaimNumber> {
    const claims = new Map(this.#workers.get(worker))
    let last: ClaimNumber | undefined
    for (const outcome of outcomes) {
      // Neighbours are mostly of one part.
      if (last?.key === outcome.key && last.part === outcome.part && last.claim === outcome.claim) continue
      last = { key: outcome.key, part: outcome.part, claim: outcome.claim }
      claims.set(name(last), last)
    }
    return [...claims.values()]
  }
}

const name = ({ claim, key, part }: ClaimNumber): string => `${key}/${part}/${claim}`
