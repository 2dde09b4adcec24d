/** A pseudo-random generator; the same seed gives the same numbers. */
export interface Random {
  /** From 0 inclusive to 1 exclusive. */
  readonly next: () => number
  /** An integer, both bounds inclusive. */
  readonly int: (minimum: number, maximum: number) => number
  readonly pick: <A>(from: readonly [A, ...ReadonlyArray<A>]) => A
}

type State = readonly [number, number, number, number]

const start: State = [1779033703, 3144134277, 1013904242, 2773480762]

/** The first half of cyrb128, a hash of four 32-bit numbers: it reads a text, or goes on with the end of one. */
const read = (text: string, [a, b, c, d]: State): State => {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = b ^ Math.imul(a ^ unit, 597399067)
    b = c ^ Math.imul(b ^ unit, 2869860233)
    c = d ^ Math.imul(c ^ unit, 951274213)
    d = a ^ Math.imul(d ^ unit, 2716044179)
  }
  return [a, b, c, d]
}

/** The second half of the hash. */
const state = ([a, b, c, d]: State): State => {
  a = Math.imul(c ^ (a >>> 18), 597399067)
  b = Math.imul(d ^ (b >>> 22), 2869860233)
  c = Math.imul(a ^ (c >>> 17), 951274213)
  d = Math.imul(b ^ (d >>> 19), 2716044179)
  a ^= b ^ c ^ d
  return [a >>> 0, (b ^ a) >>> 0, (c ^ a) >>> 0, (d ^ a) >>> 0]
}

/** A hash of 32 hexadecimal digits. */
export const hexadecimal = (text: string): string =>
  state(read(text, start)).map((part) => part.toString(16).padStart(8, "0")).join("")

/** Makes the generators for texts with the same beginning, which is read only once. It may be long. */
export const makeRandoms = (beginning: string): (end: string) => Random => {
  const before = read(beginning, start)
  return (end) => fromState(state(read(end, before)))
}

/** Makes the generator for a text. */
export const makeRandom = (seed: string): Random => fromState(state(read(seed, start)))

/** The sfc32 generator. */
const fromState = ([a, b, c, d]: State): Random => {
  const next = () => {
    const sum = (a + b + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum | 0
    return (sum >>> 0) / 4294967296
  }
  // The first outputs still correlate with the seed.
  for (let i = 0; i < 12; i++) next()
  const int = (minimum: number, maximum: number) => minimum + Math.floor(next() * (maximum - minimum + 1))
  return { next, int, pick: (from) => from[int(0, from.length - 1)] ?? from[0] }
}
