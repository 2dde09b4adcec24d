import type * as TelemetrySearch from "@effect-mistral/observability/TelemetrySearch"
import type { ErrorResponse } from "../../http/errorResponse.ts"
import type { Sql } from "../../storage/database.ts"
import { bind, constant, join, sql } from "../../storage/sql.ts"
import { observabilityError } from "../api/observabilityError.ts"
import { conditionOf, type Literal } from "./expressionCondition.ts"
import { type Token, tokensOf } from "./expressionToken.ts"
import type { Signal, TelemetryField } from "./telemetrySignal.ts"

/** A syntax error in a search expression. */
class Unreadable extends Error {}

/**
 * Converts a search expression to a SQL condition on the rows of a signal.
 *
 *     expression := expression OR expression | expression AND expression | NOT expression | ( expression )
 *                 | field EXISTS | field [NOT] operator value | has(field, value) | hasAny(field, [..]) | hasAll(field, [..])
 *     operator   := = | != | <> | < | <= | > | >= | LIKE | ILIKE | CONTAINS | REGEXP | BETWEEN v AND v | IN (v, ..)
 *     field      := name | name['key']
 *     value      := 'text' | number | TRUE | FALSE
 *
 * As in SQL, a field without a value satisfies neither a condition nor its opposite.
 */
export const expressionSql = (signal: Signal, expression: string | null | undefined): Sql | ErrorResponse => {
  if (expression == null || expression.trim() === "") return constant("1")
  const tokens = tokensOf(expression)
  if (typeof tokens === "number") return unreadable(`unexpected character at ${tokens}`)
  try {
    return read(signal, tokens)
  } catch (error) {
    if (error instanceof Unreadable) return unreadable(error.message)
    throw error
  }
}

const unreadable = (why: string): ErrorResponse =>
  observabilityError(400, "TRACES_FILTER_QUERY_PARSE_ERROR", `The search expression cannot be read: ${why}`)

/** The maximum nesting of brackets and negations. */
const deepest = 100

const comparisons: Readonly<Record<string, TelemetrySearch.Operator>> = {
  "=": "eq",
  "!=": "neq",
  "<>": "neq",
  "<": "lt",
  "<=": "lte",
  ">": "gt",
  ">=": "gte"
}

const words: Readonly<Record<string, TelemetrySearch.Operator>> = {
  LIKE: "like",
  ILIKE: "ilike",
  CONTAINS: "contains",
  REGEXP: "regexp",
  BETWEEN: "between",
  IN: "in",
  EXISTS: "exists"
}

const functions: Readonly<Record<string, TelemetrySearch.Operator>> = { has: "has", hasany: "hasAny", hasall: "hasAll" }

const read = (signal: Signal, tokens: ReadonlyArray<Token>): Sql => {
  let next = 0
  let depth = 0
  const peek = (): Token => tokens[next]!
  const fail = (expected: string): never => {
    const { at, kind } = peek()
    throw new Unreadable(`expected ${expected} ${kind === "end" ? "at the end" : `at ${at}`}`)
  }
  const isWord = (word: string): boolean => peek().kind === "word" && peek().value.toUpperCase() === word
  const isMark = (mark: string): boolean => peek().kind === "mark" && peek().value === mark
  const take = (found: boolean): boolean => {
    if (found) next++
    return found
  }
  const expect = (mark: string): void => {
    if (!take(isMark(mark))) fail(`"${mark}"`)
  }

  const either = (): Sql => {
    const parts = [both()]
    while (take(isWord("OR"))) parts.push(both())
    return join(parts, "OR", constant("0"))
  }
  const both = (): Sql => {
    const parts = [single()]
    while (take(isWord("AND"))) parts.push(single())
    return join(parts, "AND", constant("1"))
  }
  const single = (): Sql => {
    if (++depth > deepest) fail(`at most ${deepest} levels`)
    const result = take(isWord("NOT")) ? sql`(NOT ${single()})` : bracketed()
    depth--
    return result
  }
  const bracketed = (): Sql => {
    if (!take(isMark("("))) return condition()
    const inner = either()
    expect(")")
    return inner
  }

  const condition = (): Sql => {
    const { kind, value } = peek()
    const name = functions[value.toLowerCase()]
    if (kind === "word" && name !== undefined && tokens[next + 1]?.value === "(") return call(name)
    const subject = field()
    const negated = take(isWord("NOT"))
    const comparison = peek().kind === "mark" ? comparisons[peek().value] : undefined
    const operator = comparison ?? (peek().kind === "word" ? words[peek().value.toUpperCase()] : undefined)
    if (operator === undefined || (negated && comparison !== undefined)) return fail("an operator")
    next++
    const made = conditionOf(subject, operator, operands(operator))
    if (typeof made === "string") throw new Unreadable(made)
    return negated ? sql`(NOT ${made})` : made
  }
  const operands = (operator: TelemetrySearch.Operator): ReadonlyArray<Literal> => {
    switch (operator) {
      case "exists":
        return []
      case "in":
        return several("(", ")")
      case "between": {
        const low = literal()
        if (!take(isWord("AND"))) fail("AND")
        return [low, literal()]
      }
      default:
        return [literal()]
    }
  }
  const call = (operator: TelemetrySearch.Operator): Sql => {
    next++
    expect("(")
    const subject = field()
    expect(",")
    const made = conditionOf(subject, operator, operator === "has" ? [literal()] : several("[", "]"))
    if (typeof made === "string") throw new Unreadable(made)
    expect(")")
    return made
  }

  const several = (open: string, close: string): ReadonlyArray<Literal> => {
    expect(open)
    const all = [literal()]
    while (take(isMark(","))) all.push(literal())
    expect(close)
    return all
  }
  const literal = (): Literal => {
    const { kind, value } = peek()
    if (kind === "text" || kind === "number") {
      next++
      return kind === "text" ? value : Number(value)
    }
    if (take(isWord("TRUE"))) return true
    if (take(isWord("FALSE"))) return false
    return fail("a value")
  }
  const field = (): TelemetryField => {
    const { kind, value } = peek()
    if (kind !== "word") return fail("a field")
    const found = signal.fields.find(({ name }) => name === value)
    if (found === undefined) throw new Unreadable(`there is no field ${value}`)
    next++
    if (!take(isMark("["))) return found
    const key = literal()
    expect("]")
    if (found.type !== "MAP" || typeof key !== "string") throw new Unreadable(`${value} has no such key`)
    return {
      name: `${value}['${key}']`,
      type: "TEXT",
      value: sql`(SELECT entry.value FROM json_each(${found.value}) AS entry WHERE entry.key = ${bind(key)})`
    }
  }

  const whole = either()
  return peek().kind === "end" ? whole : fail("the end")
}
