/** A pseudo-random generator; the same seed gives the same numbers. */
export interface Random {
  /** From 0 inclusive to 1 exclusive. */
  readonly next: () => number
  /** An integer, both bounds inclusive. */
  readonly int: (minimum: number, maximum: number) => number
  readonly pick: <A>(from: readonly [A, ...ReadonlyArray<A>]) => A
}

type State = readonly [number, number, number, number]

/** A hash of four 32-bit numbers: cyrb128. */
const state = (text: string): State => {
  let a = 1779033703
  let b = 3144134277
  let c = 1013904242
  let d = 2773480762
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = b ^ Math.imul(a ^ unit, 597399067)
    b = c ^ Math.imul(b ^ unit, 2869860233)
    c = d ^ Math.imul(c ^ unit, 951274213)
    d = a ^ Math.imul(d ^ unit, 2716044179)
  }
  a = Math.imul(c ^ (a >>> 18), 597399067)
  b = Math.imul(d ^ (b >>> 22), 2869860233)
  c = Math.imul(a ^ (c >>> 17), 951274213)
  d = Math.imul(b ^ (d >>> 19), 2716044179)
  a ^= b ^ c ^ d
  return [a >>> 0, (b ^ a) >>> 0, (c ^ a) >>> 0, (d ^ a) >>> 0]
}

/** A hash of 32 hexadecimal digits. */
export const hexadecimal = (text: string): string =>
  state(text).map((part) => part.toString(16).padStart(8, "0")).join("")

/** The sfc32 generator, seeded by the hash of a text. */
export const makeRandom = (seed: string): Random => {
  let [a, b, c, d] = state(seed)
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
