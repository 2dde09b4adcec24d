import type { SqlClient } from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"

/** How SQLite and PostgreSQL read the rows of a JSON text, so that one statement writes many rows. */
export interface Dialect {
  /** The table `r`: the elements of a JSON array. */
  readonly rows: (values: ReadonlyArray<unknown>) => Fragment
  /** The table `r`: the strings or numbers of a JSON array, as text in `r.value`. */
  readonly scalars: (values: ReadonlyArray<string | number>) => Fragment
  /** The place of a row in the array, from 0. */
  readonly index: Fragment
  /** A column of a row that is an array itself, from 0. */
  readonly integer: (column: number) => Fragment
  readonly text: (column: number) => Fragment
  /** What a `SELECT` ends with so that its rows are locked until the transaction ends. SQLite has one writer anyway. */
  readonly forUpdate: Fragment
}

export const makeDialect = (sql: SqlClient): Dialect => {
  const { literal } = sql
  const columns = (text: (column: number) => string) => {
    const known = Array.from({ length: 10 }, (_, column) => literal(text(column)))
    return (column: number): Fragment => known[column] ?? literal(text(column))
  }
  return sql.onDialectOrElse({
    pg: (): Dialect => ({
      rows: (values) => sql`json_array_elements(${JSON.stringify(values)}::json) WITH ORDINALITY AS r(value, n)`,
      scalars: (values) =>
        sql`json_array_elements_text(${JSON.stringify(values)}::json) WITH ORDINALITY AS r(value, n)`,
      index: literal("(r.n - 1)"),
      integer: columns((column) => `(r.value->>${column})::bigint`),
      text: columns((column) => `r.value->>${column}`),
      forUpdate: literal("FOR NO KEY UPDATE")
    }),
    orElse: (): Dialect => ({
      // Materialized, because `json_each` makes the text of a row anew for each column that is read of it.
      rows: (values) =>
        sql`(
          WITH one AS MATERIALIZED (SELECT key, value FROM json_each(${JSON.stringify(values)}))
          SELECT key, value FROM one
        ) AS r`,
      scalars: (values) => sql`json_each(${JSON.stringify(values)}) AS r`,
      index: literal("r.key"),
      integer: columns((column) => `r.value->>${column}`),
      text: columns((column) => `r.value->>${column}`),
      forUpdate: literal("")
    })
  })
}
