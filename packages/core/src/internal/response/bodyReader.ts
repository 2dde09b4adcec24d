import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Pull from "effect/Pull"
import type { Bytes, Reader } from "../../ByteSource.ts"
import type { MistralError } from "../../MistralError.ts"
import type { AttemptTimeouts, ExpiredLimit } from "../timeout/attemptTimeouts.ts"
import { type ResponseBody, TransportDefect } from "../transport/transport.ts"

/** A successful response whose first bytes were received. */
export interface OpenResponse {
  readonly status: number
  readonly contentType: string | undefined
  readonly requestId: string | undefined
  readonly header: (name: string) => string | undefined
  readonly headers: () => Readonly<Record<string, string | undefined>>
  readonly body: BodyReader<MistralError>
  /** Whether the body came as a whole, because the platform's `fetch` cannot stream. */
  readonly unstreamed?: boolean | undefined
  /** Closes the connection. If the body was read to its end, the connection stays alive for the next request. */
  readonly close: Effect.Effect<void>
}

/** Makes a value from bytes, or from `undefined` at the end of the body. Returns nothing where it needs more bytes. */
export type Consume<A, E> = (bytes: Bytes | undefined) => Pull.Pull<A, E> | undefined

/** Converts the ways in which reading a body fails. */
export interface ReadErrors<E> {
  readonly onLost: (error: unknown) => E
  readonly onTimeout: (expired: ExpiredLimit) => E
  readonly onDefect: (defect: unknown) => unknown
}

/**
 * Reads the body of a response by callback, within the time limits of its attempt.
 *
 * A read that completes no value does not resume the fiber. Bytes that arrive for a wait that was interrupted are kept for
 * the next one.
 */
export class BodyReader<E> implements Reader {
  /** Whether the body was read to its end. */
  ended = false
  readonly #source: ResponseBody
  readonly #timeouts: AttemptTimeouts
  readonly #errors: ReadErrors<E>
  #consume: Consume<unknown, E> = noop
  #resume: ((value: Pull.Pull<unknown, E>) => void) | undefined
  /** A value that was made, and that the waiting fiber has not taken yet. */
  #value: Pull.Pull<unknown, E> | undefined
  /** Bytes that arrived before anybody waited for them. */
  #buffered: Bytes | undefined
  /** Whether each read of the current wait restarts the idle limit. `nextEvent` limits all reads of the wait together. */
  #idleLimited = false
  /** Whether a read of the source is pending. */
  #reading = false
  #cancelRead: () => void = noop
  /** The failure of every further wait. */
  #failure: Effect.Effect<never, E> | undefined
  #inReadLoop = false
  #readAgain = false

  constructor(source: ResponseBody, timeouts: AttemptTimeouts, errors: ReadErrors<E>) {
    this.#source = source
    this.#timeouts = timeouts
    this.#errors = errors
  }

  /**
   * Waits for the first bytes, within the time limit to the first byte that is already running. The bytes are kept for the
   * next read. The value is false if the body ended without any.
   */
  waitForFirst(resume: (hasBytes: Effect.Effect<boolean, E>) => void): void {
    this.#timeouts.continueWith(this.#onExpired)
    // The cast is safe: `#keep` makes a value of every read and of the end, so the wait never ends with `Done`.
    this.#begin((bytes) => this.#keep(bytes), resume as (value: Pull.Pull<boolean, E>) => void)
  }

  #keep(bytes: Bytes | undefined): Effect.Effect<boolean> {
    if (bytes !== undefined) this.unread(bytes)
    return Effect.succeed(bytes !== undefined)
  }

  /**
   * Reads until `consume` makes a value: each read within the idle time limit, and all of them within that to the next
   * event. Ends with `Done` at the end of the body.
   */
  readUntil<A>(consume: Consume<A, E>): Pull.Pull<A, E> {
    return Effect.callback((resume) => {
      // A read that was started for an interrupted wait continues, and so does its time limit.
      if (this.#value === undefined && this.#failure === undefined && !(this.#reading && this.#idleLimited)) {
        this.#timeouts.waitForRead(this.#onExpired)
      }
      this.#begin(consume, resume)
    })
  }

  /** Reads on for at most `millis` milliseconds, until `enough`. A failure ends it like the end of the body. */
  readFor(millis: number, enough: (bytes: Bytes) => boolean): Effect.Effect<void> {
    return Effect.callback((resume) => {
      if (this.ended || this.#failure !== undefined) return resume(Effect.void)
      this.#consume = (bytes) => bytes !== undefined && enough(bytes) ? Effect.void : undefined
      this.#resume = () => resume(Effect.void)
      this.#idleLimited = false
      this.#timeouts.waitFor(millis, this.#onExpired)
      if (!this.#reading) this.#read()
    })
  }

  /** Puts bytes back in front of those that were not read yet. */
  unread(bytes: Bytes): void {
    this.#buffered = this.#buffered === undefined ? bytes : [...bytes, ...this.#buffered]
  }

  /** True once the body has ended and no scope is left to close, so that nothing needs to be cancelled. */
  get released(): boolean {
    return this.ended && this.#source.closesScope !== true
  }

  /** Cancels the current wait and fails every further one. */
  cancel(): void {
    this.#fail(Effect.suspend(() => Effect.fail(this.#errors.onLost(new Error("The response was cancelled")))))
    this.#source.cancel?.()
  }

  readonly onBytes = (bytes: Bytes): void => {
    if (this.#failure !== undefined) return
    if (this.#reading) {
      this.#reading = false
      this.#onRead(bytes)
      // A source may deliver more than was requested.
    } else this.#buffered = this.#buffered === undefined ? bytes : [...this.#buffered, ...bytes]
  }

  readonly onEnd = (): void => {
    if (this.#failure !== undefined) return
    this.ended = true
    if (!this.#reading) return
    this.#reading = false
    this.#onReadEnd()
  }

  readonly onError = (error: unknown): void => {
    this.#reading = false
    this.#fail(
      error instanceof TransportDefect
        ? Effect.die(this.#errors.onDefect(error.cause))
        : Effect.fail(this.#errors.onLost(error))
    )
  }

  readonly #onExpired = (expired: ExpiredLimit): void => this.#fail(Effect.fail(this.#errors.onTimeout(expired)))

  #begin<A>(consume: Consume<A, E>, resume: (value: Pull.Pull<A, E>) => void): void {
    // The casts are safe: until the wait is over, every value is made by the `consume` that belongs to this `resume`.
    if (this.#value !== undefined) return resume(this.#takeValue as Effect.Effect<never>)
    if (this.#failure !== undefined) return resume(this.#failure)
    this.#resume = resume as (value: Pull.Pull<unknown, E>) => void
    this.#consume = consume
    this.#idleLimited = true
    if (!this.#reading) this.#read()
  }

  /** Reads the source. It may deliver synchronously any number of times, so a loop keeps the stack flat. */
  #read(): void {
    this.#readAgain = true
    if (this.#inReadLoop) return
    this.#inReadLoop = true
    while (this.#readAgain && this.#failure === undefined) {
      this.#readAgain = false
      if (this.#buffered !== undefined) {
        const bytes = this.#buffered
        this.#buffered = undefined
        this.#onRead(bytes)
      } else if (this.ended) this.#onReadEnd()
      else {
        this.#reading = true
        try {
          this.#cancelRead = this.#source.read(this)
        } catch (error) {
          this.onError(new TransportDefect(error))
        }
      }
    }
    this.#inReadLoop = false
  }

  #onRead(bytes: Bytes): void {
    const value = this.#consumed(bytes)
    if (value !== undefined) return this.#deliver(value)
    if (this.#idleLimited) this.#timeouts.restart()
    this.#read()
  }

  #onReadEnd(): void {
    this.#deliver(this.#consumed(undefined) ?? Cause.done())
  }

  #consumed(bytes: Bytes | undefined): Pull.Pull<unknown, E> | undefined {
    try {
      return this.#consume(bytes)
    } catch (defect) {
      return Effect.die(defect)
    }
  }

  #deliver(value: Pull.Pull<unknown, E>): void {
    if (this.#idleLimited) this.#timeouts.pause()
    this.#value = value
    const resume = this.#resume
    this.#resume = undefined
    resume?.(this.#takeValue)
  }

  /** Runs in the waiting fiber: a value is only taken by a fiber that still waits for it. */
  readonly #takeValue: Pull.Pull<unknown, E> = Effect.suspend(() => {
    const value = this.#value!
    this.#value = undefined
    return value
  })

  #fail(failure: Effect.Effect<never, E>): void {
    if (this.#failure !== undefined) return
    this.#failure = failure
    try {
      if (this.#reading) this.#cancelRead()
    } catch {
      // A transport that throws when it is cancelled must not keep the fiber waiting or the request open.
    }
    if (this.#resume !== undefined) this.#deliver(failure)
  }
}

const noop = () => undefined
