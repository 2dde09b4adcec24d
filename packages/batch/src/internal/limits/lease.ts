/** The time, in milliseconds, for which a lease is taken in advance. */
const leaseMillis = 50

/** What is left of a lease is dropped so many milliseconds after it could be used: spent later, it would add to a burst. */
const lifetimeMillis = 100

/** A lease covers at most so many requests of the size of the one that needs it. */
const mostRequests = 20

const minuteMillis = 60_000

/** What is to be taken from the shared bucket. `owed` of the `amount` pays for requests that used more than estimated. */
export interface LeaseRequest {
  readonly amount: number
  readonly owed: number
}

/**
 * The part of a shared limit, in requests or tokens, that this process has taken from the shared bucket in advance.
 *
 * *Details*: a process that uses up its lease within 50 ms doubles the next one, up to 50 ms worth of the limit and 20
 * requests. One that lets a lease expire halves it. So a busy process seldom reads the database, and an idle one holds next
 * to nothing.
 */
export class Lease {
  readonly perMinute: number
  readonly #most: number
  #left = 0
  #usableAt = -Infinity
  #ahead = 1
  /** The use over the estimates that the shared bucket does not know of yet. Below zero: what was estimated but not used. */
  #debt = 0

  constructor(perMinute: number) {
    this.perMinute = perMinute
    this.#most = Math.floor(perMinute * leaseMillis / minuteMillis)
  }

  /** Whether `need` can be taken now. */
  covers(need: number, now: number): boolean {
    return need <= this.#left && now >= this.#usableAt && now < this.#usableAt + lifetimeMillis
  }

  take(need: number): void {
    this.#left -= need
  }

  /** Returns what was taken for a request that was not sent. */
  giveBack(need: number): void {
    this.#left += need
  }

  /** The time from which what was taken last may be used. */
  get usableAt(): number {
    return this.#usableAt
  }

  /** Counts what a request used over its estimate. A credit is kept up to a second's worth of the limit. */
  correct(difference: number): void {
    this.#debt = Math.max(this.#debt + difference, -this.perMinute / 60)
  }

  /**
   * What must be taken from the shared bucket so that `need` is covered. It is zero, and `need` is taken, where what earlier
   * requests did not use is enough.
   */
  request(need: number, now: number): LeaseRequest {
    const unused = now - this.#usableAt
    if (unused >= lifetimeMillis) {
      if (this.#left > 0) this.#ahead = Math.max(1, Math.floor(this.#ahead / 2))
      this.#left = 0
    } else if (unused >= 0 && unused < leaseMillis) {
      this.#ahead = Math.min(mostRequests, this.#ahead * 2)
    }
    const inAdvance = Math.max(0, Math.min(need * this.#ahead, this.#most) - need)
    const missing = Math.max(0, need + inAdvance - this.#left)
    const amount = Math.max(0, missing + this.#debt)
    const request: LeaseRequest = { amount, owed: amount - missing }
    if (amount === 0) this.granted(request, need, now)
    return request
  }

  /**
   * Records what was taken from the shared bucket, and takes `need` of it. It may be used from `usableAt`, or from when what
   * was left may be used, such as that of a request that was interrupted while it waited.
   */
  granted({ amount, owed }: LeaseRequest, need: number, usableAt: number): void {
    if (this.#left > 0) usableAt = Math.max(usableAt, this.#usableAt)
    this.#debt -= owed
    this.#left += amount - owed - need
    this.#usableAt = usableAt
  }
}
