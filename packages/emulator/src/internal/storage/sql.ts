import type { Sql, SqlValue } from "./database.ts"

/** Builds SQL from fragments; values are only added by `bind`. */
export const sql = (strings: TemplateStringsArray, ...parts: ReadonlyArray<Sql>): Sql => ({
  text: strings.map((string, at) => string + (parts[at]?.text ?? "")).join(""),
  values: parts.flatMap(({ values }) => values)
})

/** A bound value as a fragment. */
export const bind = (value: SqlValue): Sql => ({ text: "?", values: [value] })

/** A constant fragment. */
export const constant = (text: string): Sql => ({ text, values: [] })

/** The comparison operators of SQL, by their names in filters and expressions. */
export const comparisons: Readonly<Record<string, Sql>> = {
  eq: constant("="),
  neq: constant("<>"),
  lt: constant("<"),
  lte: constant("<="),
  gt: constant(">"),
  gte: constant(">=")
}

/** Joins fragments by a separator. */
export const list = (parts: ReadonlyArray<Sql>, separator: string): Sql => ({
  text: parts.map(({ text }) => text).join(separator),
  values: parts.flatMap(({ values }) => values)
})

/**
 * Joins conditions by an operator as a balanced tree. SQLite rejects expressions deeper than 1,000, and a plain `a AND
 * b AND c` is as deep as it is long.
 */
export const join = (parts: ReadonlyArray<Sql>, operator: "AND" | "OR", none: Sql): Sql => {
  if (parts.length === 0) return none
  if (parts.length === 1) return parts[0]!
  const middle = Math.ceil(parts.length / 2)
  const [left, right] = [parts.slice(0, middle), parts.slice(middle)].map((half) => join(half, operator, none))
  return sql`(${left!} ${constant(operator)} ${right!})`
}
