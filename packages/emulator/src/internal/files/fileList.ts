import type * as File from "@effect-mistral/batch/File"
import * as Result from "effect/Result"
import { detail, type ErrorResponse, type Problem } from "../http/errorResponse.ts"
import { boolean, integer, oneOf, type Query, queryValue, queryValues, type Reader } from "../http/parameters.ts"
import type { Database, Sql } from "../storage/database.ts"
import { bind, constant, join, list, sql } from "../storage/sql.ts"
import { toFile, visible } from "./fileStore.ts"
import { purposes } from "./uploadFields.ts"

const sampleTypes = ["pretrain", "instruct", "batch_request", "batch_result", "batch_error"]

const sources = ["upload", "repository", "mistral"]

const anyText: Reader<string> = (text) => Result.succeed(text)

/** Reads a page of files, newest first. */
export const listFiles = (database: Database, query: Query, now: number): File.ListResponse | ErrorResponse => {
  const problems: Array<Problem> = []
  const valid = <A>(key: string, reader: Reader<A>, texts: ReadonlyArray<string>): ReadonlyArray<A> =>
    texts.flatMap((text) => {
      const read = reader(text, ["query", key])
      if (Result.isSuccess(read)) return [read.success]
      problems.push(read.failure)
      return []
    })
  const one = <A>(key: string, reader: Reader<A>): A | undefined => {
    const text = queryValue(query, key)
    return text === undefined ? undefined : valid(key, reader, [text])[0]
  }
  const many = (key: string, reader: Reader<string>) => valid(key, reader, queryValues(query, key))
  const page = one("page", integer({ minimum: 0 })) ?? 0
  const size = one("page_size", integer({ minimum: 0 })) ?? 100
  const withTotal = one("include_total", boolean) ?? true
  const search = one("search", anyText)
  const purpose = one("purpose", oneOf(purposes))
  const conditions = [
    { ...constant(visible), values: [now, now] },
    ...among("sample_type", many("sample_type", oneOf(sampleTypes))),
    ...among("source", many("source", oneOf(sources))),
    ...among("purpose", purpose === undefined ? [] : [purpose]),
    ...among("mimetype", many("mimetypes", anyText)),
    ...(search === undefined ? [] : [sql`instr(fold(filename), ${bind(search.toLowerCase())}) > 0`])
  ]
  if (problems.length > 0) return detail(422, problems)
  const where = join(conditions, "AND", constant("1"))
  const counting = sql`SELECT count(*) AS number FROM files WHERE ${where}`
  const start = Math.min(page * size, Number.MAX_SAFE_INTEGER)
  const reading = sql`SELECT * FROM files WHERE ${where} ORDER BY seq DESC LIMIT ${bind(size)} OFFSET ${bind(start)}`
  return {
    data: database.all(reading.text, ...reading.values).map(toFile),
    object: "list",
    total: withTotal ? Number(database.get(counting.text, ...counting.values)?.["number"]) : null
  }
}

const among = (column: string, values: ReadonlyArray<string>): ReadonlyArray<Sql> =>
  values.length === 0 ? [] : [sql`${constant(column)} IN (${list(values.map(bind), ", ")})`]
