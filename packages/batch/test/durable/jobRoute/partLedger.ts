/** A ledger of one part in memory, and the work on it. */
import { Effect, Result, Semaphore } from "effect"
import type { Ledger } from "../../../src/index.ts"
import type { Definition } from "../../../src/internal/definition/definition.ts"
import { PartStopped, type PartWork } from "../../../src/internal/work/partWork.ts"

type Outcome = Parameters<PartWork["commit"]>[0]

/** What a test learns of each write, before it is done (`write` says what) and after it. */
export type OnWrite = (write: "saveJob" | "commit", when: "before" | "after") => Effect.Effect<void>

/** What a part of a ledger has. */
export class PartLedger {
  job: Ledger.JobStep | null = null
  /** All values that `job` has had. */
  readonly steps: Array<Ledger.JobStep | null> = []
  readonly outcomes = new Map<number, Outcome>()
  /** The number of outcomes that came for items that had one. */
  repeated = 0
  state: Ledger.State = "running"
  reasons: Array<string> = []
  /** The requests that may have been paid, which are charged when a part is given back. */
  readonly unsettled = { requests: 0, ended: 0 }
  #claims = 0
  readonly #items: ReadonlyArray<string>
  readonly #definition: Definition
  readonly #settings: Ledger.Settings

  constructor(definition: Definition, items: ReadonlyArray<unknown>, settings: Ledger.Settings = {}) {
    this.#definition = definition
    this.#settings = settings
    this.#items = items.map((item) => Result.getOrThrow(definition.encodeItem(item)))
  }

  get batch(): Ledger.Batch {
    const outcomes = [...this.outcomes.values()]
    const sum = (count: (outcome: Outcome) => number) => outcomes.reduce((total, one) => total + count(one), 0)
    return {
      key: 7,
      id: "reviews of May/1",
      fingerprint: this.#definition.fingerprint,
      settings: this.#settings,
      state: this.state,
      reason: this.reasons.at(-1) ?? null,
      run: 1,
      partSize: this.#items.length,
      parts: 1,
      loaded: true,
      createdAt: 1_790_000_000_000,
      endedAt: null,
      supervisor: null,
      supervisedAt: null,
      items: this.#items.length,
      identical: 0,
      answered: sum(({ failed }) => Number(!failed)),
      failed: sum(({ failed }) => Number(failed)),
      asked: sum(({ asked }) => asked),
      perhapsPaidTwice: this.repeated + this.unsettled.requests + sum(({ doubtful }) => doubtful),
      promptTokens: sum(({ promptTokens }) => promptTokens),
      completionTokens: sum(({ completionTokens }) => completionTokens)
    }
  }

  /** Makes failed items open again. */
  reopenFailed(): void {
    for (const [seq, { failed }] of this.outcomes) {
      if (failed) this.outcomes.delete(seq)
    }
  }

  /** Claims the part. */
  claim(onWrite: OnWrite = () => Effect.void): PartWork {
    const claim = ++this.#claims
    const open = this.#items
      .map((item, seq) => ({ seq, item, hash: 0 }))
      .filter(({ seq }) => !this.outcomes.has(seq))
    const check = Effect.suspend(() =>
      claim !== this.#claims
        ? Effect.fail(new PartStopped({ why: "another worker has claimed the part", isGivenUp: false }))
        : this.state === "running"
        ? Effect.void
        : Effect.fail(new PartStopped({ why: `the batch is ${this.state}`, isGivenUp: this.state === "cancelled" }))
    )
    const write = (name: "saveJob" | "commit", writing: () => void) =>
      onWrite(name, "before").pipe(
        Effect.andThen(check),
        Effect.andThen(Effect.sync(writing)),
        Effect.andThen(onWrite(name, "after"))
      )
    return {
      definition: this.#definition,
      claim: {
        batch: this.batch,
        part: 3,
        first: 0,
        last: this.#items.length - 1,
        hash: -5,
        claim,
        job: this.job,
        items: open
      },
      requests: open.map(({ item, seq }) => ({ seq, request: Result.getOrThrow(this.#definition.request(item)) })),
      permits: Semaphore.makeUnsafe(0),
      mayAsk: check,
      unsettled: this.unsettled,
      charge: () => Effect.die("jobs have one outcome for all their requests"),
      commit: (outcome) =>
        write("commit", () => {
          if (this.outcomes.has(outcome.seq)) this.repeated++
          else this.outcomes.set(outcome.seq, outcome)
        }),
      saveJob: (job) =>
        write("saveJob", () => {
          this.job = job
          this.steps.push(job)
        }),
      pause: (reason) =>
        Effect.andThen(
          check,
          Effect.suspend(() => {
            this.state = "paused"
            this.reasons.push(reason)
            return Effect.fail(new PartStopped({ why: "the batch is paused", isGivenUp: false }))
          })
        ),
      stopped: Effect.sleep("1 second").pipe(Effect.andThen(check), Effect.forever)
    }
  }
}
