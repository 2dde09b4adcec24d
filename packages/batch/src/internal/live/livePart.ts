import type { MistralError } from "@effect-mistral/core/MistralError"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import { AnswerFailed, type ItemFailure, type LedgerError, RequestFailed } from "../../BatchError.ts"
import type * as Limits from "../../Limits.ts"
import { failureBody } from "../work/failureBody.ts"
import { untilBack } from "../work/ledgerRetry.ts"
import type { PartStopped, PartWork } from "../work/partWork.ts"
import type { Ask, Heard } from "./ask.ts"
import type { AskedItem } from "./askedItem.ts"
import { judge, mayBePaid, wasSent } from "./judge.ts"
import { jsonLength, type TokenEstimate } from "./tokenEstimate.ts"
import { usageOf } from "./usage.ts"

/** An item that is to be asked again: at once, or after a wait. */
export interface Again {
  readonly error: MistralError
  readonly atOnce: boolean
}

/** The services by which parts are asked. */
export interface Asking {
  readonly ask: Ask
  readonly limits: Limits.Service
}

type Step<A> = Effect.Effect<A, PartStopped | LedgerError>

/**
 * A part while its items are asked. `attempt` is the whole way of one request: the limits, the response, the outcome on
 * disk.
 *
 * *Details*: a fiber that waits for a permit, for the limits or for a retry is in `#waiting`, so that `stop` can end it. A
 * fiber that has sent its request is not, so that its answer is written.
 */
export class LivePart {
  readonly #work: PartWork
  readonly #asking: Asking
  readonly #estimate: TokenEstimate
  readonly #maxAttempts: number
  readonly #waiting = new Set<Fiber.Fiber<unknown, unknown>>()
  /** What the limits gave to requests that are in flight. */
  readonly #permits = new Set<Limits.Permit>()
  #answered: boolean
  /** The number of items that have no outcome yet. */
  #open: number
  #stopped = false
  #cause: Cause.Cause<PartStopped | LedgerError> | undefined

  constructor(work: PartWork, asking: Asking, estimate: TokenEstimate) {
    const { batch } = work.claim
    this.#work = work
    this.#asking = asking
    this.#estimate = estimate
    this.#maxAttempts = Math.max(1, batch.settings.maxAttempts ?? defaultMaxAttempts)
    this.#answered = batch.answered > 0
    this.#open = work.requests.length
  }

  /** Whether no further request is sent. */
  get stopped(): boolean {
    return this.#stopped
  }

  /** Fails with the first reason for which the part was stopped, unless each item has its outcome. */
  get end(): Step<void> {
    return this.#cause === undefined || this.#open === 0 ? Effect.void : Effect.failCause(this.#cause)
  }

  /** Sends no further request. Those in flight finish, and what waits ends. */
  stop(cause?: Cause.Cause<PartStopped | LedgerError>): void {
    this.#stopped = true
    this.#cause ??= cause
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const fiber of waiting) fiber.interruptUnsafe()
  }

  /** Tells the limits that the requests in flight have ended, of which nothing is known. */
  get cancelled(): Effect.Effect<void> {
    return Effect.forEach([...this.#permits], (permit) => this.#settle(permit, {}), { discard: true })
  }

  /** Says that a fiber waits, so that `stop` ends it. */
  enter(fiber: Fiber.Fiber<unknown, unknown>): void {
    this.#waiting.add(fiber)
  }

  /** Says that a fiber waits no more. */
  leave(fiber: Fiber.Fiber<unknown, unknown>): void {
    this.#waiting.delete(fiber)
  }

  /**
   * Asks an item once, with a permit. What it gives is to be asked again; `undefined` if the item has its outcome, or the part
   * was stopped.
   */
  attempt(item: AskedItem, fiber: Fiber.Fiber<unknown, unknown>): Step<Again | undefined> {
    this.enter(fiber)
    const characters = jsonLength(item.request)
    return Effect.flatMap(
      this.#acquire(this.#estimate.of(characters, item.request)),
      (permit) => {
        this.leave(fiber)
        this.#permits.add(permit)
        return Effect.flatMap(
          // The tokens of a request that is not sent are given back.
          Effect.catch(
            this.#work.mayAsk,
            (stopped) => Effect.andThen(this.#settle(permit, { tokens: 0 }), Effect.fail(stopped))
          ),
          () => this.#send(item, permit, characters)
        )
      }
    )
  }

  /** Writes that an item has failed. */
  fail(item: AskedItem, failure: ItemFailure): Step<undefined> {
    return this.#commit(item, true, failureBody(failure))
  }

  #send(item: AskedItem, permit: Limits.Permit, characters: number): Step<Again | undefined> {
    const heard: Heard = { rateLimits: undefined }
    item.attempts++
    this.#countUnsettled(item, 1)
    return Effect.flatMap(
      Effect.exit(this.#asking.ask(item.request, this.#work.definition.endpoint, heard)),
      (exit) => {
        this.#countAsked(item, 1)
        return exit._tag === "Success"
          ? this.#answer(item, exit.value, permit, heard, characters)
          : this.#refused(item, exit, permit, heard)
      }
    )
  }

  #answer(
    item: AskedItem,
    response: unknown,
    permit: Limits.Permit,
    heard: Heard,
    characters: number
  ): Step<Again | undefined> {
    const usage = usageOf(response)
    if (usage !== undefined) {
      item.promptTokens += usage.prompt
      item.completionTokens += usage.completion
      this.#estimate.learn(characters, usage)
    }
    return Effect.flatMap(
      this.#settle(permit, { tokens: usage?.total, rateLimits: heard.rateLimits }),
      () =>
        Effect.matchCauseEffect(this.#work.definition.answer(response), {
          onSuccess: (answer) => {
            this.#answered = true
            return this.#commit(item, false, answer)
          },
          onFailure: (cause) => this.#unread(item, cause)
        })
    )
  }

  /** A response came, and no answer could be read out of it. */
  #unread(item: AskedItem, cause: Cause.Cause<MistralError | AnswerFailed>): Step<Again | undefined> {
    const failure = errorOf(cause)
    if (failure?._tag === "MistralError") return this.#judge(item, failure)
    return this.fail(item, failure ?? new AnswerFailed({ description: whatThrew(cause) }))
  }

  /** No response came, or an error. */
  #refused(
    item: AskedItem,
    exit: Exit.Failure<unknown, MistralError>,
    permit: Limits.Permit,
    heard: Heard
  ): Step<Again | undefined> {
    const error = errorOf(exit.cause)
    if (error === undefined) {
      item.doubtful++
      const failure = new RequestFailed({ description: whatThrew(exit.cause) })
      return Effect.andThen(this.#settle(permit, {}), this.fail(item, failure))
    }
    const unfit = error.reason._tag === "InvalidOutput"
    const usage = unfit ? usageOf(error.reason.response) : undefined
    item.promptTokens += usage?.prompt ?? 0
    item.completionTokens += usage?.completion ?? 0
    const doubtful = mayBePaid(error)
    if (!wasSent(error)) this.#countAsked(item, -1)
    if (doubtful) item.doubtful++
    else if (!unfit) this.#countUnsettled(item, -1)
    return Effect.andThen(
      this.#settle(permit, {
        tokens: unfit || doubtful ? usage?.total : 0,
        rateLimits: heard.rateLimits ?? error.rateLimits,
        error
      }),
      this.#judge(item, error)
    )
  }

  #judge(item: AskedItem, error: MistralError): Step<Again | undefined> {
    const verdict = judge(error, this.#answered)
    const left = item.attempts < this.#maxAttempts && (verdict.now !== "again" || item.unfit++ === 0)
    switch (left ? verdict.now : verdict.atLast) {
      case "again":
        return this.#again(item, { error, atOnce: true })
      case "later":
        return this.#again(item, { error, atOnce: false })
      case "fail":
        return this.fail(item, error)
      case "pause":
        return this.#pause(error)
    }
  }

  /** Counts what may have been paid for an item that is asked again: a process that is killed meanwhile knows no more of it. */
  #again(item: AskedItem, again: Again): Step<Again> {
    if (item.unsettled === 0 || this.#stopped) return Effect.succeed(again)
    const { asked, completionTokens, doubtful, promptTokens } = item
    const before = item.charged
    return Effect.map(
      this.#work.charge({
        asked: asked - (before?.asked ?? 0),
        doubtful: doubtful - (before?.doubtful ?? 0),
        promptTokens: promptTokens - (before?.promptTokens ?? 0),
        completionTokens: completionTokens - (before?.completionTokens ?? 0)
      }),
      () => {
        item.charged = { asked, doubtful, promptTokens, completionTokens }
        this.#settleItem(item)
        return again
      }
    )
  }

  #pause(error: MistralError): Step<undefined> {
    if (this.#stopped) return Effect.undefined
    this.stop()
    return this.#work.pause(error.message)
  }

  #commit(item: AskedItem, failed: boolean, body: string): Step<undefined> {
    const { asked, charged, completionTokens, doubtful, promptTokens, seq } = item
    return Effect.matchEffect(
      this.#work.commit({
        seq,
        failed,
        body,
        asked,
        doubtful,
        promptTokens,
        completionTokens,
        ...charged === undefined ? {} : { charged }
      }),
      {
        onSuccess: () => {
          this.#open--
          this.#settleItem(item)
          return Effect.undefined
        },
        onFailure: (error) => {
          // The outcome was written all the same.
          if (error._tag === "PartStopped") this.#settleItem(item)
          return Effect.fail(error)
        }
      }
    )
  }

  #countUnsettled(item: AskedItem, requests: number): void {
    item.unsettled += requests
    this.#work.unsettled.requests += requests
  }

  #countAsked(item: AskedItem, requests: number): void {
    item.asked += requests
    item.ended += requests
    this.#work.unsettled.ended += requests
  }

  /** The ledger has the requests of an item, so that they do not count for the part. */
  #settleItem(item: AskedItem): void {
    this.#countUnsettled(item, -item.unsettled)
    this.#work.unsettled.ended -= item.ended
    item.ended = 0
  }

  /** Waits until the limits let a request through, and for their database if that is away. */
  #acquire(tokens: number): Step<Limits.Permit> {
    const { limits } = this.#asking
    return Effect.catch(
      limits.acquire(tokens),
      (error) => error.isRetryable ? untilBack("acquire", limits.acquire(tokens)) : Effect.fail(error)
    )
  }

  /** An error of the limits does not count here: the outcome is to be written, and the next `acquire` has the error, too. */
  #settle(permit: Limits.Permit, feedback: Limits.Feedback): Effect.Effect<void> {
    return this.#permits.delete(permit)
      ? Effect.ignore(this.#asking.limits.settle(permit, feedback))
      : Effect.void
  }
}

const defaultMaxAttempts = 4

const errorOf = <E>(cause: Cause.Cause<E>): E | undefined => cause.reasons.find(Cause.isFailReason)?.error

/** What a function of the program threw. Its message may quote the prompt. */
const whatThrew = (cause: Cause.Cause<unknown>): string => {
  const reason = cause.reasons.find(Cause.isDieReason)
  if (reason === undefined) return "the call was interrupted"
  return `the call threw ${reason.defect instanceof Error ? reason.defect.name : "no Error"}`
}
