import type { BatchError, BatchRoute } from "@effect-mistral/batch"
import { Effect, Latch } from "effect"
import type { PartStopped, PartWork } from "../../../src/internal/work/partWork.ts"

/** What a request leads to. */
export interface Reply {
  readonly failed?: boolean
  readonly tokens?: number
}

/**
 * A route that asks nobody. It sends as the live route does: a permit for each request until its outcome is written, and when
 * the part is stopped, requests in flight finish.
 */
export class ScriptedRoute {
  /** The `seq` of each request that was sent, in order. */
  readonly sent: Array<number> = []
  /** Requests get no answer as long as it is closed. */
  readonly answers = Latch.makeUnsafe(true)
  reply: (seq: number) => Reply = () => ({})
  /** Runs instead of the script. */
  instead: BatchRoute.Service["run"] | undefined
  readonly service: BatchRoute.Service

  constructor(concurrency: number, parts: number) {
    this.service = {
      name: "live",
      partSize: 10,
      concurrency,
      parts,
      window: parts,
      run: (work) => this.instead === undefined ? this.#run(work, concurrency) : this.instead(work)
    }
  }

  #run(work: PartWork, concurrency: number): Effect.Effect<void, PartStopped | BatchError.LedgerError> {
    let stopped: PartStopped | undefined
    const ask = (seq: number) =>
      Effect.suspend(() => {
        if (stopped !== undefined) return Effect.void
        return work.permits.withPermit(Effect.andThen(work.mayAsk, this.#send(work, seq)))
      }).pipe(
        Effect.catchTag("PartStopped", (error) =>
          Effect.sync(() => {
            stopped = error
          }))
      )
    return Effect.andThen(
      Effect.forEach(work.requests, ({ seq }) => ask(seq), { concurrency, discard: true }),
      Effect.suspend(() => stopped === undefined ? Effect.void : Effect.fail(stopped))
    )
  }

  #send({ commit, unsettled }: PartWork, seq: number) {
    return Effect.suspend(() => {
      this.sent.push(seq)
      unsettled.requests++
      return Effect.andThen(
        this.answers.await,
        Effect.suspend(() => {
          const { failed = false, tokens = 0 } = this.reply(seq)
          return commit({
            seq,
            failed,
            body: failed ? JSON.stringify({ _tag: "AnswerFailed", description: "scripted" }) : `"answer ${seq}"`,
            asked: 1,
            doubtful: 0,
            promptTokens: tokens,
            completionTokens: 0
          })
        })
      ).pipe(Effect.tap(() =>
        Effect.sync(() => {
          unsettled.requests--
        })
      ))
    })
  }
}
