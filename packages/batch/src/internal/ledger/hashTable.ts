/** How many numbers are kept for one hash. Different prompts hardly ever share one; more are not worth a search. */
const most = 8

/**
 * Numbers by hash, for which a `Map` would need several times the memory: a table with open addressing, at most 6 of 10 places
 * full. Hashes and numbers have 32 bits.
 */
export class HashTable {
  #hashes = new Int32Array(1024)
  /** Each number plus 1, or 0 where the place is free. */
  #numbers = new Uint32Array(1024)
  /** How far a product is shifted so that its highest bits are a place. */
  #shift = 22
  #size = 0

  get size(): number {
    return this.#size
  }

  add(hash: number, number: number): void {
    if (this.#size >= this.#hashes.length * 0.6) this.#grow()
    this.#put(hash, number)
  }

  /** The numbers of a hash, sorted. */
  get(hash: number): ReadonlyArray<number> {
    const found: Array<number> = []
    for (let place = this.#start(hash); this.#numbers[place] !== 0; place = this.#next(place)) {
      if (this.#hashes[place] === hash) found.push((this.#numbers[place] ?? 0) - 1)
    }
    return found.length < 2 ? found : found.sort((one, other) => one - other)
  }

  /** The pairs whose hash is at least `from` and less than `to`, sorted by hash. */
  between(from: number, to: number): ReadonlyArray<readonly [hash: number, number: number]> {
    const pairs: Array<readonly [number, number]> = []
    this.#hashes.forEach((hash, place) => {
      const number = this.#numbers[place] ?? 0
      if (number !== 0 && hash >= from && hash < to) pairs.push([hash, number - 1])
    })
    return pairs.sort(([one], [other]) => one - other)
  }

  #put(hash: number, number: number): void {
    let place = this.#start(hash)
    for (let same = 0; this.#numbers[place] !== 0; place = this.#next(place)) {
      if (this.#hashes[place] === hash && ++same === most) return
    }
    this.#hashes[place] = hash
    this.#numbers[place] = number + 1
    this.#size++
  }

  #start(hash: number): number {
    // Fibonacci hashing: hashes that are near each other go to places far apart.
    return Math.imul(hash, 0x9e3779b1) >>> this.#shift
  }

  #next(place: number): number {
    return (place + 1) & (this.#hashes.length - 1)
  }

  #grow(): void {
    const [hashes, numbers] = [this.#hashes, this.#numbers]
    this.#hashes = new Int32Array(hashes.length * 2)
    this.#numbers = new Uint32Array(hashes.length * 2)
    this.#shift--
    this.#size = 0
    hashes.forEach((hash, place) => {
      const number = numbers[place] ?? 0
      if (number !== 0) this.#put(hash, number - 1)
    })
  }
}
