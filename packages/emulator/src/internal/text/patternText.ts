import { patternFor } from "../json/patternMatch.ts"
import type { CharacterSet, PatternPart } from "../json/patternParser.ts"
import type { Random } from "../random/random.ts"
import type { Generation } from "./generation.ts"

const range = (from: number, to: number): ReadonlyArray<string> =>
  Array.from({ length: to - from + 1 }, (_, at) => String.fromCodePoint(from + at))

const printable = range(0x20, 0x7e)

/** Where to look for the characters of a set that has no printable one of ASCII: in scripts, signs and controls. */
const others = [
  [0xa0, 0x24f],
  [0x370, 0x5ff],
  [0x900, 0x97f],
  [0x3040, 0x30ff],
  [0x4e00, 0x4e4f],
  [0xac00, 0xac4f],
  [
    0x2000,
    0x2bff
  ],
  [0x1f300, 0x1f6ff],
  [0, 0x1f]
] as const

/** The characters of a set that a text is made of: letters and digits rather than signs, small letters rather than all. */
const charactersOf = (set: CharacterSet): ReadonlyArray<string> => {
  const all = printable.filter(set.has)
  if (all.length === 0) {
    for (const [from, to] of others) {
      const some = range(from, to).filter(set.has)
      if (some.length > 0) return some
    }
    return []
  }
  const plain = all.filter((character) => /[A-Za-z0-9]/.test(character))
  const letters = plain.filter((character) => /[a-z]/.test(character))
  return letters.length === 26 && plain.length > 36 ? letters : plain.length > 0 ? plain : all
}

/** A text can be no longer than this, whatever its pattern repeats. */
const longest = 10_000

/** Makes a text of a pattern's parts, whose lookarounds and edges are not considered; `undefined` if a set is empty. */
const textOf = (part: PatternPart, random: Random, more: number, sets: Map<PatternPart, ReadonlyArray<string>>) => {
  let text = ""
  const write = (part: PatternPart): boolean => {
    if (text.length > longest) return false
    switch (part._tag) {
      case "Set": {
        const characters = sets.get(part) ?? charactersOf(part)
        sets.set(part, characters)
        text += characters[random.int(0, characters.length - 1)] ?? ""
        return characters.length > 0
      }
      case "Sequence":
        return part.parts.every(write)
      case "Choice": {
        const one = part.parts[random.int(0, part.parts.length - 1)]
        return one === undefined || write(one)
      }
      case "Repeat": {
        const most = Math.min(part.maximum, Math.max(part.minimum, 1) + more)
        const count = random.int(part.minimum, Math.max(part.minimum, most))
        for (let at = 0; at < count; at++) {
          const before = text.length
          if (!write(part.part)) return false
          // What has no characters may be repeated a billion times.
          if (text.length === before && at > 100) break
        }
        return true
      }
      case "Edge":
      case "Look":
        return true
    }
  }
  return write(part) ? text : undefined
}

/** The parts of a pattern, with those that its lookaheads ask for: a text of all of them often matches it. */
const wanted = (part: PatternPart): ReadonlyArray<PatternPart> =>
  part._tag === "Sequence"
    ? part.parts.map((one) => one._tag === "Look" && one.ahead && !one.negative ? withoutStart(one.part) : one)
    : [part]

/** A lookahead without what may stand before the part that it looks for. */
const withoutStart = (part: PatternPart): PatternPart =>
  part._tag === "Sequence" && part.parts[0]?._tag === "Repeat" && part.parts[0].minimum === 0
    ? { ...part, parts: part.parts.slice(1) }
    : part

/**
 * Makes a text that matches a pattern and has a length between two bounds; one that does not is given where none was
 * found, and `undefined` where there is none at all. Texts that look like something come first: `likely`.
 */
export const patternText = (
  source: string,
  likely: Iterable<string>,
  { budget, random }: Generation,
  minimum: number,
  maximum: number
): string | undefined => {
  const pattern = patternFor(source, budget)
  const fit = (text: string) => {
    if (text.length > 2 * longest) return false
    const { length } = [...text]
    return length >= minimum && length <= maximum && pattern.matches(text)
  }
  for (const text of likely) if (fit(text)) return text
  const sets = new Map<PatternPart, ReadonlyArray<string>>()
  const make = (part: PatternPart, more: number): string | undefined => {
    budget.steps(100)
    const text = textOf(part, random, more, sets)
    budget.steps(text?.length ?? longest)
    return text
  }
  let last: string | undefined
  for (const more of [3, 1, 6, 0, 12, minimum, Math.ceil(minimum / 4), 2 * minimum]) {
    for (let attempt = 0; attempt < 4; attempt++) {
      const text = make(pattern.part, more)
      if (text === undefined) continue
      last = text
      if (fit(text)) return text
      const asked = wanted(pattern.part).map((part) => make(part, more) ?? "").filter((part) => part !== "")
      // A pattern that may occur anywhere in a text may occur in it several times.
      const repeated = text === "" ? "" : text.repeat(Math.ceil(Math.min(longest, minimum) / text.length))
      const found = [asked.join(""), asked.toReversed().join(""), ...asked, repeated].find(fit)
      if (found !== undefined) return found
    }
  }
  return last
}
