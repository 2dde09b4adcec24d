import { makeRandom } from "../random/random.ts"

const characters = "abcdefghijklmnopqrstuvwxyz0123456789"

/**
 * Makes the values of a stream's padding key `p`, which the platform adds to each chunk so that its length does not reveal
 * that of the token. A value is the beginning of a fixed text. The same completion and seed give the same lengths.
 */
export const paddingOf = (id: string, seed: number): () => string => {
  const random = makeRandom(`${seed}:padding:${id}`)
  return () => characters.slice(0, random.int(1, characters.length))
}
