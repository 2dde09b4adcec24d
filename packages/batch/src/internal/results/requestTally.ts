/**
 * Counts the requests of a job that have a result, by their ids.
 *
 * *Details*: it keeps a hash of 64 bits and a count in place of each id, 12 to 24 bytes with the free places of the table, so
 * that a million requests need 18 MiB whatever the length of their ids. Of a million ids two have the same hash in one of
 * about 37 million jobs.
 */
export class RequestTally {
  /** The results that were given, whether their request is known or not. */
  results = 0
  /** The ids that have a result. */
  distinct = 0
  /** The results of requests without an id. */
  anonymous = 0
  #taken = 0
  #capacity = 1024
  /** Two numbers for each place of the table. */
  #hashes = new Int32Array(2 * this.#capacity)
  /** The number of results of the id in each place, up to 254; 0 where the place is free, `taken` where all were taken. */
  #counts = new Uint8Array(this.#capacity)
  #low = 0
  #high = 0

  /** Counts a result of a request. `null` is a request without an id. */
  add(id: string | null): void {
    if (id === null) {
      this.anonymous++
      return
    }
    this.#hash(id)
    const place = this.#find()
    const count = this.#counts[place]!
    if (count === 0) {
      this.#store(place, 1)
      if (++this.distinct * 4 > this.#capacity * 3) this.#grow()
    } else if (count < taken - 1) this.#counts[place] = count + 1
  }

  /**
   * Takes a result of a request away, and says whether there was one. A request that stands twice in the input is answered
   * where it has two results.
   */
  take(id: string | null): boolean {
    if (id === null) return this.anonymous > 0 && this.anonymous-- > 0
    this.#hash(id)
    const place = this.#find()
    const count = this.#counts[place]!
    if (count === 0 || count === taken) return false
    // The place is not freed: other ids may be found behind it.
    this.#counts[place] = count === 1 ? taken : count - 1
    this.#taken++
    return true
  }

  /** The requests that have a result and were not taken. */
  get unmatched(): number {
    return Math.max(0, this.distinct - this.#taken) + this.anonymous
  }

  #hash(id: string): void {
    let low = 0x9e3779b9 | 0
    let high = 0x41c6ce57
    for (let index = 0; index < id.length; index++) {
      const unit = id.charCodeAt(index)
      low = Math.imul(low ^ unit, 0x9e3779b1)
      high = Math.imul(high ^ unit, 0x5f356495)
    }
    low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35)
    high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35)
    this.#low = low
    this.#high = high
  }

  /** The place of the hash, or the free place that it would take. */
  #find(): number {
    let place = this.#high & (this.#capacity - 1)
    while (
      this.#counts[place] !== 0 &&
      (this.#hashes[2 * place] !== this.#low || this.#hashes[2 * place + 1] !== this.#high)
    ) place = (place + 1) & (this.#capacity - 1)
    return place
  }

  #store(place: number, count: number): void {
    this.#hashes[2 * place] = this.#low
    this.#hashes[2 * place + 1] = this.#high
    this.#counts[place] = count
  }

  #grow(): void {
    const hashes = this.#hashes
    const counts = this.#counts
    this.#capacity *= 2
    this.#hashes = new Int32Array(2 * this.#capacity)
    this.#counts = new Uint8Array(this.#capacity)
    for (let place = 0; place < counts.length; place++) {
      const count = counts[place]!
      if (count === 0) continue
      this.#low = hashes[2 * place]!
      this.#high = hashes[2 * place + 1]!
      this.#store(this.#find(), count)
    }
  }
}

const taken = 255
