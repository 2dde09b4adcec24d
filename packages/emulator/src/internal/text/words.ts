/** Splits a name or a text into its words in lower case: `getWeather`, `get_weather` and "Get weather" alike. */
export const wordsOf = (text: string): ReadonlyArray<string> =>
  text.replace(/(\p{Ll}|\p{N})(?=\p{Lu})/gu, "$1 ").replace(/(\p{Lu})(?=\p{Lu}\p{Ll})/gu, "$1 ").toLowerCase()
    .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []

/** The singular of a word, roughly. Two forms of a word have the same stem, which need not be a word. */
export const stemOf = (word: string): string =>
  word.length < 4 || /(?:ss|us|is)$/.test(word)
    ? word
    : word.endsWith("ies") && word.length > 4
    ? `${word.slice(0, -3)}y`
    : /(?:ss|x|ch|sh)es$/.test(word)
    ? word.slice(0, -2)
    : word.endsWith("s")
    ? word.slice(0, -1)
    : word

/** The results of a function that are kept: the keys of a JSON Schema recur in each of its values. */
const kept = 1000

const remembering = <A>(find: (text: string) => A): (text: string) => A => {
  const known = new Map<string, A>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined || known.has(text)) return before ?? find(text)
    const found = find(text)
    if (known.size >= kept) known.clear()
    known.set(text, found)
    return found
  }
}

const nameOfKey = remembering((key) => {
  const words = wordsOf(key)
  return [...words.slice(0, -1), ...words.slice(-1).map(stemOf)].join("_")
})

/** The words of a key with underscores between them, the last one in the singular: `phone_number` for `phoneNumbers`. */
export const keyName = (key: string): string => nameOfKey(key.slice(0, 200))

/** Finds the value of the first pattern of a table that fits a name. */
export const lookUp = <A>(table: ReadonlyArray<readonly [RegExp, A]>): (name: string) => A | undefined =>
  remembering((name) => table.find(([pattern]) => pattern.test(name))?.[1])
