import type { Generation } from "./generation.ts"
import { byFormat, likelyStrings, plainWords, stringFor } from "./knownStrings.ts"
import { patternText } from "./patternText.ts"
import { keyName } from "./words.ts"

type Keywords = Readonly<Record<string, unknown>>

const numberOf = (schema: Keywords, keyword: string, otherwise: number): number =>
  typeof schema[keyword] === "number" ? schema[keyword] : otherwise

/** The example that a description names, as a model would follow it: "A city, such as Paris." or "e.g. Paris". */
const exampleIn = (description: unknown): string | undefined => {
  if (typeof description !== "string") return undefined
  const [, found] =
    /\b(?:such as|e\.g\.,?|for example,?|for instance,?)\s+["'`“]?([^.;()"'`”\n]{1,100}(?:\.[^\s;()"'`”]{1,100})*)/i
      .exec(description.slice(0, 2000)) ?? []
  const text = found?.trim().replace(/[,.]+$/, "")
  return text === undefined || text === "" ? undefined : text
}

/** The name of the key that says most: `name` and `title` are those of what holds them. */
const nameOf = (key: string, parent: string): string => {
  const name = keyName(key)
  const holder = keyName(parent)
  return (name === "name" || name === "value" || name === "") && holder !== "" ? `${holder}_${name || "value"}` : name
}

/**
 * Generates a string for a JSON Schema's string keywords, as far as possible; `key` is the key of the value, and `parent` that
 * of its object. Throws `NoAnswer` if it would be too long, or if its pattern cannot be read.
 */
export const generateString = (schema: Keywords, key: string, parent: string, generation: Generation): string => {
  const { budget, random } = generation
  const minimum = Math.max(0, numberOf(schema, "minLength", 0))
  const maximum = numberOf(schema, "maxLength", Infinity)
  const name = nameOf(key, parent)
  const format = typeof schema["format"] === "string" ? byFormat.get(schema["format"]) : undefined
  const usual = format?.(generation, name) ?? exampleIn(schema["description"]) ?? stringFor(name, generation)
  // Checked first, because a text of a billion characters cannot even be begun.
  budget.characters(Math.max(minimum, usual.length))
  if (typeof schema["pattern"] === "string") {
    const text = patternText(schema["pattern"], likelyStrings(usual, name, generation), generation, minimum, maximum)
    if (text !== undefined) {
      budget.characters(Math.max(0, text.length - minimum))
      return text
    }
  }
  if (format !== undefined) return usual
  const parts = [usual]
  for (let length = [...usual].length; length < minimum;) {
    const word = random.pick(plainWords)
    parts.push(word)
    length += word.length + 1
  }
  return shortened(parts.join(" "), minimum, maximum)
}

/** Cuts a text between words where that is possible. Lengths count characters, not their halves. */
const shortened = (text: string, minimum: number, maximum: number): string => {
  if (text.length <= maximum) return text
  const characters = [...text]
  if (characters.length <= maximum) return text
  const cut = characters.slice(0, maximum).join("")
  const words = cut.slice(0, Math.max(0, cut.lastIndexOf(" ")))
  return words.length >= Math.max(minimum, maximum / 2) ? words : cut
}
