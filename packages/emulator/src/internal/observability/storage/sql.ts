import type { Sql, SqlValue } from "./database.ts"

/** Writes SQL: what is put into it is SQL again, never a value. */
export const sql = (strings: TemplateStringsArray, ...parts: ReadonlyArray<Sql>): Sql => ({
  text: strings.map((string, at) => string + (parts[at]?.text ?? "")).join(""),
  values: parts.flatMap(({ values }) => values)
})

/** A value in a piece of SQL. */
export const bind = (value: SqlValue): Sql => ({ text: "?", values: [value] })

/** SQL that is the same whatever is input. */
export const constant = (text: string): Sql => ({ text, values: [] })

/** The signs of the operators that compare, by the names that filters and expressions have for them. */
export const comparisons: Readonly<Record<string, Sql>> = {
  eq: constant("="),
  neq: constant("<>"),
  lt: constant("<"),
  lte: constant("<="),
  gt: constant(">"),
  gte: constant(">=")
}

/** Pieces of SQL between which a separator stands. */
export const list = (parts: ReadonlyArray<Sql>, separator: string): Sql => ({
  text: parts.map(({ text }) => text).join(separator),
  values: parts.flatMap(({ values }) => values)
})

/**
 * Pieces of SQL joined by an operator, as a balanced tree: SQLite refuses expressions that are 1,000 deep, and a plain
 * `a AND b AND c` is as deep as it is long.
 */
export const join = (parts: ReadonlyArray<Sql>, operator: "AND" | "OR", none: Sql): Sql => {
  if (parts.length === 0) return none
  if (parts.length === 1) return parts[0]!
  const middle = Math.ceil(parts.length / 2)
  const [left, right] = [parts.slice(0, middle), parts.slice(middle)].map((half) => join(half, operator, none))
  return sql`(${left!} ${constant(operator)} ${right!})`
}
