import type { LedgerError } from "../../BatchError.ts"
import type * as Ledger from "../../Ledger.ts"
import { HeldPart } from "./heldPart.ts"

/** The parts that a worker has claimed and not given back. They are few. */
export class HeldParts {
  readonly #parts = new Set<HeldPart>()

  get size(): number {
    return this.#parts.size
  }

  /** Adds a part that was claimed. An older claim of the same part is lost. `at` is the time when the claim began. */
  add(claim: Ledger.Claim, at: number): HeldPart {
    for (const { claim: { batch, claim: number, part } } of this.#of(claim.batch.key)) {
      if (part === claim.part) this.lose([{ key: batch.key, part, claim: number }])
    }
    const part = new HeldPart(claim, at)
    this.#parts.add(part)
    return part
  }

  remove(part: HeldPart): void {
    this.#parts.delete(part)
  }

  /** Stops the parts that another worker has claimed. */
  lose(lost: Ledger.Committed["lost"]): void {
    for (const { claim, key, part } of lost) {
      for (const held of this.#of(key)) {
        if (held.claim.part === part && held.claim.claim === claim) {
          held.stop({ kind: "lost", why: "another worker has claimed the part" })
        }
      }
    }
  }

  /** Stops the parts of a batch whose run is over. */
  learn(batch: Ledger.Batch): void {
    for (const held of this.#of(batch.key)) held.learn(batch)
  }

  /** The ledger said which parts are lost, and how a batch is, or how all are. Each part that is not stopped is still ours. */
  seen(at: number, key?: number): void {
    for (const held of key === undefined ? this.#parts : this.#of(key)) held.seenAt = at
  }

  /** Lets no more requests be sent for a batch that is about to be paused. */
  hold(key: number): void {
    for (const held of this.#of(key)) held.pausing = true
  }

  removed(key: number): void {
    for (const held of this.#of(key)) held.stop({ kind: "givenUp", why: "the batch was removed" })
  }

  /** Stops parts because the ledger refused to work: those of a batch, or all. */
  refuse(error: LedgerError, key?: number): void {
    for (const held of this.#parts) {
      if (key === undefined || held.claim.batch.key === key) held.stop({ kind: "refused", error })
    }
  }

  *#of(key: number): Iterable<HeldPart> {
    for (const held of this.#parts) {
      if (held.claim.batch.key === key) yield held
    }
  }
}
