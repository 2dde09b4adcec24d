/** A part of a regular expression. */
export type PatternPart =
  | CharacterSet
  | { readonly _tag: "Sequence" | "Choice"; readonly parts: ReadonlyArray<PatternPart> }
  | { readonly _tag: "Repeat"; readonly part: PatternPart; readonly minimum: number; readonly maximum: number }
  | { readonly _tag: "Edge"; readonly at: "start" | "end" | "word" | "notWord" }
  | { readonly _tag: "Look"; readonly part: PatternPart; readonly ahead: boolean; readonly negative: boolean }

/** One character of some set. */
export interface CharacterSet {
  readonly _tag: "Set"
  readonly has: (character: string) => boolean
}

/** The longest pattern that is read, and the deepest nesting of its groups. */
const longest = 10_000
const deepest = 100

/** Thrown inside the parser only. */
class Unsupported extends Error {}

/**
 * Parses the regular expression of a JSON Schema; `undefined` for one that is not valid, is too long, or needs what has no
 * bound on its time: a reference back to a group.
 *
 * *Details*: the syntax is JavaScript's. Escapes that only other dialects allow, such as `\-`, mean the character.
 */
export const parsePattern = (pattern: string): PatternPart | undefined => {
  if (pattern.length > longest) return undefined
  try {
    const parser = new Parser([...pattern])
    return parser.whole()
  } catch (error) {
    if (error instanceof Unsupported) return undefined
    throw error
  }
}

class Parser {
  #at = 0
  #depth = 0
  readonly #source: ReadonlyArray<string>

  constructor(source: ReadonlyArray<string>) {
    this.#source = source
  }

  whole(): PatternPart {
    const part = this.#choice()
    if (this.#at < this.#source.length) throw new Unsupported()
    return part
  }

  #peek(ahead = 0): string | undefined {
    return this.#source[this.#at + ahead]
  }

  #next(): string {
    const character = this.#source[this.#at++]
    if (character === undefined) throw new Unsupported()
    return character
  }

  #takes(text: string): boolean {
    for (let at = 0; at < text.length; at++) if (this.#peek(at) !== text[at]) return false
    this.#at += text.length
    return true
  }

  #choice(): PatternPart {
    const parts = [this.#sequence()]
    while (this.#takes("|")) parts.push(this.#sequence())
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { _tag: "Choice", parts }
  }

  #sequence(): PatternPart {
    const parts: Array<PatternPart> = []
    for (let next = this.#peek(); next !== undefined && next !== "|" && next !== ")"; next = this.#peek()) {
      parts.push(this.#repeated(this.#atom()))
    }
    return { _tag: "Sequence", parts }
  }

  #repeated(part: PatternPart): PatternPart {
    const count = this.#quantifier()
    if (count === undefined) return part
    // A lazy quantifier matches the same texts.
    this.#takes("?")
    if (count[0] > count[1] || part._tag === "Edge") throw new Unsupported()
    return { _tag: "Repeat", part, minimum: count[0], maximum: count[1] }
  }

  #quantifier(): readonly [number, number] | undefined {
    if (this.#takes("*")) return [0, Infinity]
    if (this.#takes("+")) return [1, Infinity]
    if (this.#takes("?")) return [0, 1]
    const braces = this.#peek() === "{"
      ? /^\{(\d{1,9})(,(\d{0,9}))?\}/.exec(this.#source.slice(this.#at, this.#at + 24).join(""))
      : null
    if (braces === null) return undefined
    this.#at += braces[0].length
    const minimum = Number(braces[1])
    return [minimum, braces[2] === undefined ? minimum : braces[3] === "" ? Infinity : Number(braces[3])]
  }

  #atom(): PatternPart {
    const character = this.#next()
    switch (character) {
      case "(":
        return this.#group()
      case "[":
        return this.#class()
      case "\\":
        return this.#escape()
      case "^":
        return { _tag: "Edge", at: "start" }
      case "$":
        return { _tag: "Edge", at: "end" }
      case ".":
        return setOf(".")
      case "*":
      case "+":
      case "?":
        throw new Unsupported()
      default:
        return literal(character)
    }
  }

  #group(): PatternPart {
    if (++this.#depth > deepest) throw new Unsupported()
    const look = this.#takes("?=")
      ? { ahead: true, negative: false }
      : this.#takes("?!")
      ? { ahead: true, negative: true }
      : this.#takes("?<=")
      ? { ahead: false, negative: false }
      : this.#takes("?<!")
      ? { ahead: false, negative: true }
      : undefined
    if (look === undefined && this.#takes("?") && !this.#takes(":")) {
      // A named group, with the mark that Python writes before the name.
      this.#takes("P")
      if (!this.#takes("<")) throw new Unsupported()
      while (this.#next() !== ">");
    }
    const part = this.#choice()
    if (!this.#takes(")")) throw new Unsupported()
    this.#depth--
    return look === undefined ? part : { _tag: "Look", part, ...look }
  }

  #class(): PatternPart {
    const from = this.#at - 1
    this.#takes("^")
    for (let next = this.#next(); next !== "]"; next = this.#next()) {
      if (next === "\\") this.#next()
    }
    return setOf(this.#source.slice(from, this.#at).join(""))
  }

  #escape(): PatternPart {
    const character = this.#next()
    if (/[1-9k]/.test(character)) throw new Unsupported()
    if (character === "b") return { _tag: "Edge", at: "word" }
    if (character === "B") return { _tag: "Edge", at: "notWord" }
    if (/[dDwWsS]/.test(character)) return setOf(`\\${character}`)
    const rest = this.#source.slice(this.#at, this.#at + 80).join("")
    const longer = character === "p" || character === "P"
      ? /^\{[\w=]+\}/
      : character === "u"
      ? /^(?:\{[0-9a-fA-F]{1,6}\}|[0-9a-fA-F]{4})/
      : character === "x"
      ? /^[0-9a-fA-F]{2}/
      : character === "c"
      ? /^[A-Za-z]/
      : /^(?=[nrtvf0])/
    const found = longer.exec(rest)
    if (found === null) return literal(character)
    this.#at += found[0].length
    return setOf(`\\${character}${found[0]}`)
  }
}

const literal = (expected: string): CharacterSet => ({ _tag: "Set", has: (character) => character === expected })

/** The set of a class or an escape. A test of one character has no repetition, so it takes constant time. */
const setOf = (source: string): CharacterSet => {
  for (const flags of ["u", ""]) {
    try {
      const one = new RegExp(`^(?:${source})$`, flags)
      return { _tag: "Set", has: (character) => one.test(character) }
    } catch {
      // Without the flag `u`, more escapes are valid.
    }
  }
  throw new Unsupported()
}
