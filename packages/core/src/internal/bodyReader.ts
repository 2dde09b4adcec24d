import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Pull from "effect/Pull"
import type { Bytes, Reader } from "../ByteSource.ts"
import type { Source } from "./byteSource.ts"
import type { Watch } from "./watch.ts"

/** What is made of bytes, or of `undefined` at their end; nothing where more is wanted. */
export type Take<A, E> = (bytes: Bytes | undefined) => Pull.Pull<A, E> | undefined

/**
 * Reads the body of an answer. What no fiber need wake for does not wake one, and a read makes no closures: there is one
 * for each token of each stream.
 *
 * What comes for a wait that was interrupted is kept for the next one.
 */
export class BodyReader<E> implements Reader {
  /** The body was read to its end. */
  ended = false
  readonly #source: Source
  readonly #watch: Watch<E>
  readonly #lost: (error: unknown) => E
  #take: Take<unknown, E> = nothing
  #resume: ((result: Pull.Pull<unknown, E>) => void) | undefined
  #result: Pull.Pull<unknown, E> | undefined
  #ahead: Bytes | undefined
  #limited = false
  /** The source was asked, and has not answered. */
  #asked = false
  #cancel: () => void = nothing
  /** What every further wait fails with. */
  #over: Effect.Effect<never, E> | undefined
  #asking = false
  #wanted = false

  constructor(source: Source, watch: Watch<E>, lost: (error: unknown) => E) {
    this.#source = source
    this.#watch = watch
    this.#lost = lost
  }

  /**
   * Waits for the first read, in what is left of the time of who waited for the answer to begin. The cast is true:
   * something is made of every read, and of the end.
   */
  first<A>(
    take: (bytes: Bytes | undefined) => Effect.Effect<A, E>,
    resume: (result: Effect.Effect<A, E>) => void
  ): void {
    this.#watch.handOver(this.#giveUp)
    this.#begin(take, resume as (result: Pull.Pull<A, E>) => void)
  }

  /** Reads until something is made of it, each read within the time limits. The end of which nothing is made is `Done`. */
  readUntil<A>(take: Take<A, E>): Pull.Pull<A, E> {
    return this.#wait(take)
  }

  /** Reads what is left, for so many milliseconds at most, until it is enough. A failure ends it as the end does. */
  readFor(limit: number, enough: (bytes: Bytes) => boolean): Effect.Effect<void> {
    return Effect.callback((resume) => {
      if (this.ended || this.#over !== undefined) return resume(Effect.void)
      this.#take = (bytes) => bytes !== undefined && enough(bytes) ? Effect.void : undefined
      this.#resume = () => resume(Effect.void)
      this.#limited = false
      this.#watch.waitFor(limit, this.#giveUp)
      if (!this.#asked) this.#ask()
    })
  }

  /** Puts bytes back that were read too early. */
  unread(bytes: Bytes): void {
    this.#ahead = this.#ahead === undefined ? bytes : [...bytes, ...this.#ahead]
  }

  /** Its connection is free: there is nothing to give up. */
  get freed(): boolean {
    return this.ended && this.#source.closes !== true
  }

  /** Gives up what is waited for, and all that would come. */
  stop(): void {
    this.#giveUp(Effect.suspend(() => Effect.fail(this.#lost(new Error("The answer was given up")))))
    this.#source.cancel?.()
  }

  // A source may tell more than it was asked for: that is kept until it is asked for.
  readonly onBytes = (bytes: Bytes): void => {
    if (this.#over !== undefined) return
    if (this.#asked) {
      this.#asked = false
      this.#came(bytes)
    } else this.#ahead = this.#ahead === undefined ? bytes : [...this.#ahead, ...bytes]
  }

  readonly onEnd = (): void => {
    if (this.#over !== undefined) return
    this.ended = true
    if (!this.#asked) return
    this.#asked = false
    this.#cameToEnd()
  }

  readonly onError = (error: unknown): void => {
    this.#asked = false
    this.#giveUp(Effect.fail(this.#lost(error)))
  }

  #wait<A>(take: Take<A, E>): Effect.Effect<A, E | Cause.Done> {
    return Effect.callback((resume) => {
      // A read that was begun for a wait that was interrupted goes on, and so does its time.
      if (this.#result === undefined && this.#over === undefined && !(this.#asked && this.#limited)) {
        this.#watch.waitForRead(this.#giveUp)
      }
      this.#begin(take, resume)
    })
  }

  /** The casts are true: what `take` makes is all that is given until the wait is over. */
  #begin<A>(take: Take<A, E>, resume: (result: Pull.Pull<A, E>) => void): void {
    if (this.#result !== undefined) return resume(this.#deliver as Effect.Effect<never>)
    if (this.#over !== undefined) return resume(this.#over)
    this.#resume = resume as (result: Pull.Pull<unknown, E>) => void
    this.#take = take
    this.#limited = true
    if (!this.#asked) this.#ask()
  }

  /** A source may answer at once, any number of times: the loop keeps the stack flat. */
  #ask(): void {
    this.#wanted = true
    if (this.#asking) return
    this.#asking = true
    while (this.#wanted && this.#over === undefined) {
      this.#wanted = false
      if (this.#ahead !== undefined) {
        const bytes = this.#ahead
        this.#ahead = undefined
        this.#came(bytes)
      } else if (this.ended) this.#cameToEnd()
      else {
        this.#asked = true
        try {
          this.#cancel = this.#source.read(this)
        } catch (error) {
          this.onError(error)
        }
      }
    }
    this.#asking = false
  }

  #came(bytes: Bytes): void {
    const result = this.#taken(bytes)
    if (result !== undefined) return this.#give(result)
    if (this.#limited) this.#watch.again()
    this.#ask()
  }

  #cameToEnd(): void {
    this.#give(this.#taken(undefined) ?? Cause.done())
  }

  #taken(bytes: Bytes | undefined): Pull.Pull<unknown, E> | undefined {
    try {
      return this.#take(bytes)
    } catch (defect) {
      return Effect.die(defect)
    }
  }

  #give(result: Pull.Pull<unknown, E>): void {
    if (this.#limited) this.#watch.rest()
    this.#result = result
    const resume = this.#resume
    this.#resume = undefined
    resume?.(this.#deliver)
  }

  /** Runs where somebody waits, and only then is the result taken. */
  readonly #deliver: Pull.Pull<unknown, E> = Effect.suspend(() => {
    const result = this.#result!
    this.#result = undefined
    return result
  })

  readonly #giveUp = (failure: Effect.Effect<never, E>): void => {
    if (this.#over !== undefined) return
    this.#over = failure
    try {
      if (this.#asked) this.#cancel()
    } catch {
      // A transport that cannot even let go is no reason to wait for it, nor to leave its request open.
    }
    if (this.#resume !== undefined) this.#give(failure)
  }
}

const nothing = () => undefined
