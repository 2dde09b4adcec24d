import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Pull from "effect/Pull"
import * as SqlClient from "effect/sql/SqlClient"
import type { Connection } from "effect/sql/SqlConnection"
import type { SqlError } from "effect/sql/SqlError"
import * as Stream from "effect/Stream"
import type { DatabaseSync, SQLInputValue } from "node:sqlite"
import { statementError } from "./sqliteError.ts"
import { bindParameters, makeStatementCache, type PreparedStatement, prepareStatement } from "./sqliteStatements.ts"

/** The connection of a database. Each statement runs at once, so that it cannot be interrupted. */
export const makeConnection = (database: DatabaseSync): Connection => {
  const prepare = makeStatementCache(database, 500)

  const rows = (sql: string, parameters: ReadonlyArray<unknown>, arrays: boolean) =>
    attempt((bigints): ReadonlyArray<unknown> => {
      const prepared = prepare(sql)
      const bound = bindParameters(parameters)
      if (prepared.returnsRows) return configure(prepared, arrays, bigints).all(...bound)
      runStatement(prepared, bound, bigints)
      return []
    })

  const execute: Connection["execute"] = (sql, parameters, transform) =>
    // The cast is safe: rows are objects, unless arrays are wanted.
    Effect.map(rows(sql, parameters, false), (found) => transform ? transform(found as ReadonlyArray<object>) : found)

  const executeValues: Connection["executeValues"] = (sql, parameters) =>
    // The cast is safe: arrays are wanted.
    Effect.map(rows(sql, parameters, true), (found) => found as ReadonlyArray<ReadonlyArray<unknown>>)

  return {
    execute,
    executeUnprepared: execute,
    executeRaw: (sql, parameters) =>
      attempt((bigints) => {
        const prepared = prepare(sql)
        const bound = bindParameters(parameters)
        return prepared.returnsRows
          ? configure(prepared, false, bigints).all(...bound)
          : runStatement(prepared, bound, bigints)
      }),
    executeStream: (sql, parameters, transform) =>
      // The statement is its own: one of the cache would begin anew when the reader of the stream runs the same text.
      Stream.unwrap(Effect.map(
        attempt((bigints) => {
          const prepared = prepareStatement(database, sql)
          return configure(prepared, false, bigints).iterate(...bindParameters(parameters))
        }),
        (iterator) => streamRows(iterator, transform)
      )),
    executeValues,
    executeValuesUnprepared: executeValues
  }
}

/** The rows of a stream are read so many at a time. */
const chunkSize = 128

type Row = Record<string, unknown>

const streamRows = (
  iterator: Iterator<Row>,
  transform: Parameters<Connection["executeStream"]>[2]
): Stream.Stream<Row, SqlError> => {
  let end: Effect.Effect<never, SqlError | Cause.Done> | undefined
  const pull = Effect.suspend((): Pull.Pull<Arr.NonEmptyReadonlyArray<Row>, SqlError> => {
    const rows: Array<Row> = []
    try {
      while (end === undefined && rows.length < chunkSize) {
        const next = iterator.next()
        if (next.done === true) end = Cause.done()
        else rows.push(next.value)
      }
    } catch (cause) {
      end = Effect.fail(statementError(cause))
    }
    const transformed = transform ? transform(rows) : rows
    return Arr.isReadonlyArrayNonEmpty(transformed) ? Effect.succeed(transformed) : end ?? pull
  })
  // An iterator that is left keeps the file locked for reading.
  const close = Effect.addFinalizer(() => Effect.sync(() => iterator.return?.()))
  return Stream.scoped(Stream.fromPull(Effect.as(close, pull)))
}

const configure = ({ statement }: PreparedStatement, arrays: boolean, bigints: boolean) => {
  statement.setReturnArrays(arrays)
  statement.setReadBigInts(bigints)
  return statement
}

/**
 * Runs a statement without rows. Its row id is always read as a `bigint`: with a number, Node 26 throws for an id above 2^53,
 * after the row was written.
 */
const runStatement = ({ statement }: PreparedStatement, bound: ReadonlyArray<SQLInputValue>, bigints: boolean) => {
  statement.setReadBigInts(true)
  const result = statement.run(...bound)
  if (bigints) return result
  return { changes: Number(result.changes), lastInsertRowid: Number(result.lastInsertRowid) }
}

const attempt = <A>(run: (bigints: boolean) => A): Effect.Effect<A, SqlError> =>
  Effect.withFiber((fiber) => {
    try {
      return Effect.succeed(run(Context.get(fiber.context, SqlClient.SafeIntegers)))
    } catch (cause) {
      return Effect.fail(statementError(cause))
    }
  })
