import { parsePattern, type PatternPart } from "./patternParser.ts"
import { NoAnswer, type WorkBudget } from "./workBudget.ts"

type Instruction =
  | { readonly op: "character"; readonly has: (character: string) => boolean }
  /** Goes on at each of these places. */
  | { readonly op: "split"; readonly to: Array<number> }
  | { readonly op: "edge"; readonly at: "start" | "end" | "word" | "notWord" }
  | { readonly op: "look"; readonly program: Program; readonly ahead: boolean; readonly negative: boolean }
  | { readonly op: "match" }

type Program = ReadonlyArray<Instruction>

/** A regular expression that can be matched. */
export interface Pattern {
  readonly part: PatternPart
  /** Whether the pattern matches anywhere in a text. */
  readonly matches: (text: string) => boolean
}

/** The most instructions of a program: `(a{1000}){1000}` would have a million. */
const mostInstructions = 20_000

const compiled = new WeakMap<WorkBudget, Map<string, Pattern>>()

/**
 * Compiles the pattern of a JSON Schema, once for each budget. Throws `NoAnswer` where it cannot be read, see
 * `parsePattern`.
 *
 * *Details*: the runtime's own regular expressions try alternatives one after the other, and may take exponential time.
 * This one follows all of them at once, so that each character costs at most one step for each instruction.
 */
export const patternFor = (source: string, budget: WorkBudget): Pattern => {
  const known = compiled.get(budget) ?? new Map<string, Pattern>()
  compiled.set(budget, known)
  const before = known.get(source)
  if (before !== undefined) return before
  budget.steps(source.length)
  const part = parsePattern(source)
  const size = { left: mostInstructions }
  const program = part === undefined ? undefined : compile(part, size)
  if (part === undefined || program === undefined) {
    throw new NoAnswer({
      message: "it has a pattern that is not valid, is too long, or refers back to a group, which is not supported"
    })
  }
  budget.steps(mostInstructions - size.left)
  const pattern: Pattern = {
    part,
    matches: (text) => run(program, [...text], { from: 0, anywhere: true, end: undefined }, budget)
  }
  known.set(source, pattern)
  return pattern
}

/** How many instructions may still be written. */
interface Size {
  left: number
}

const compile = (part: PatternPart, size: Size): Program | undefined => {
  const program: Array<Instruction> = []
  return emit(part, program, size) && add(program, { op: "match" }, size) ? program : undefined
}

const add = (program: Array<Instruction>, instruction: Instruction, size: Size): boolean => {
  program.push(instruction)
  return --size.left >= 0
}

/** Writes the instructions of a part; `false` if they are too many. */
const emit = (part: PatternPart, program: Array<Instruction>, size: Size): boolean => {
  switch (part._tag) {
    case "Set":
      return add(program, { op: "character", has: part.has }, size)
    case "Edge":
      return add(program, { op: "edge", at: part.at }, size)
    case "Sequence":
      return part.parts.every((one) => emit(one, program, size))
    case "Look": {
      const inner = compile(part.part, size)
      return inner !== undefined &&
        add(program, { op: "look", program: inner, ahead: part.ahead, negative: part.negative }, size)
    }
    case "Choice": {
      const first: Array<number> = []
      const ends: Array<Array<number>> = []
      if (!add(program, { op: "split", to: first }, size)) return false
      for (const one of part.parts) {
        first.push(program.length)
        const end: Array<number> = []
        if (!emit(one, program, size) || !add(program, { op: "split", to: end }, size)) return false
        ends.push(end)
      }
      for (const end of ends) end.push(program.length)
      return true
    }
    case "Repeat":
      return emitRepeat(part, program, size)
  }
}

const emitRepeat = (
  { maximum, minimum, part }: Extract<PatternPart, { readonly _tag: "Repeat" }>,
  program: Array<Instruction>,
  size: Size
): boolean => {
  for (let count = 0; count < minimum; count++) {
    const before = program.length
    if (!emit(part, program, size)) return false
    // What has no instructions may be repeated a billion times.
    if (program.length === before) break
  }
  if (maximum === Infinity) {
    const start = program.length
    const to = [start + 1]
    if (!add(program, { op: "split", to }, size) || !emit(part, program, size)) return false
    if (!add(program, { op: "split", to: [start] }, size)) return false
    to.push(program.length)
    return true
  }
  const exits: Array<Array<number>> = []
  for (let count = minimum; count < maximum; count++) {
    const to = [program.length + 1]
    exits.push(to)
    if (!add(program, { op: "split", to }, size) || !emit(part, program, size)) return false
  }
  for (const exit of exits) exit.push(program.length)
  return true
}

interface Range {
  readonly from: number
  /** Whether a match may begin at any place, or at the first one only. */
  readonly anywhere: boolean
  /** The place where a match must end, if it may not end at any. */
  readonly end: number | undefined
}

const run = (program: Program, text: ReadonlyArray<string>, range: Range, budget: WorkBudget): boolean => {
  const last = range.end ?? text.length
  /** The place at which each instruction was reached last, so that none is followed twice there. */
  const reached = new Int32Array(program.length).fill(-1)
  budget.steps(program.length)
  let current: Array<number> = [0]
  for (let at = range.from; at <= last; at++) {
    if (range.anywhere && at > range.from) current.push(0)
    const next: Array<number> = []
    let matched = false
    while (current.length > 0) {
      const pc = current.pop() ?? 0
      if (reached[pc] === at) continue
      reached[pc] = at
      budget.steps(1)
      const instruction = program[pc]
      switch (instruction?.op) {
        case "character": {
          const character = text[at]
          if (character !== undefined && instruction.has(character)) next.push(pc + 1)
          break
        }
        case "split":
          for (const to of instruction.to) current.push(to)
          break
        case "edge":
          if (isEdge(instruction.at, text, at)) current.push(pc + 1)
          break
        case "look": {
          const seen = run(instruction.program, text, {
            from: instruction.ahead ? at : 0,
            anywhere: !instruction.ahead,
            end: instruction.ahead ? undefined : at
          }, budget)
          if (seen !== instruction.negative) current.push(pc + 1)
          break
        }
        case "match":
          matched = true
          break
      }
    }
    if (matched && (range.end === undefined || at === range.end)) return true
    if (next.length === 0 && !range.anywhere) return false
    current = next
  }
  return false
}

const isWord = (character: string | undefined): boolean => character !== undefined && /^\w$/.test(character)

const isEdge = (kind: "start" | "end" | "word" | "notWord", text: ReadonlyArray<string>, at: number): boolean =>
  kind === "start"
    ? at === 0
    : kind === "end"
    ? at === text.length
    : (isWord(text[at - 1]) !== isWord(text[at])) === (kind === "word")
