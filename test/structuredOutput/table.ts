import { Chat } from "@effect-mistral/chat"
import { TestCompletion } from "@effect-mistral/testing"
import * as effect from "effect"
import { Effect, Formatter, Layer, Predicate, Schema } from "effect"

/** A row of the table in `docs/structured-output.md`: code, and JSON of what is sent and written. */
export interface Row {
  readonly code: string
  readonly sent: string
  readonly written: string
  readonly value: string
}

/** The schema of a field that the code of a row makes. */
const fieldOf = (code: string): Schema.Codec<unknown, unknown> => {
  const { Schema } = effect
  class Author extends Schema.Class<Author>("Author")({ name: Schema.String }) {}
  // The code is that of a document of this repository.
  return new Function("Schema", "Effect", "Author", `return ${code}`)(Schema, Effect, Author)
}

/** The facts of a row: what is sent for the code, and what comes back for what the model writes. */
export const rowOf = (code: string, written: string): Effect.Effect<Row, unknown> =>
  Effect.gen(function*() {
    let sent: unknown
    const chat = Layer.mock(Chat.Chat)({
      complete: ({ response_format }) => {
        sent = response_format?.json_schema?.schema
        return Effect.succeed(TestCompletion.response(`{"value":${written}}`))
      }
    })
    const schema = Schema.Struct({ value: fieldOf(code) })
    const { value } = yield* Effect.provide(Chat.completeObject({ model: "m", messages: [], schema }), chat)
    const properties = Predicate.hasProperty(sent, "properties") ? sent.properties : undefined
    return {
      code,
      written,
      sent: JSON.stringify(Predicate.hasProperty(properties, "value") ? properties.value : undefined),
      value: "value" in value ? Formatter.format(value.value) : "absent"
    }
  })

/** The message with which the schema that the code makes is refused. */
export const refusalOf = (code: string): Effect.Effect<string, unknown> =>
  Effect.gen(function*() {
    const chat = Layer.mock(Chat.Chat)({ complete: () => Effect.die("a request was sent") })
    const error = yield* Effect.flip(
      Effect.provide(Chat.completeObject({ model: "m", messages: [], schema: fieldOf(code) }), chat)
    )
    return error.reason._tag === "InvalidRequest"
      ? error.reason.issues.map(({ message }) => message).join()
      : error.message
  })

/** The refusals of the document: code, and a message. */
export const refusalsIn = (markdown: string): ReadonlyArray<readonly [code: string, message: string]> =>
  markdown.split("\n").flatMap((line) => {
    const [, code, message] = /^\| `(.*)` +\| (The schema .*?) +\|$/.exec(line) ?? []
    return code === undefined || message === undefined ? [] : [[code, message] as const]
  })

/** The rows of a table of the document, whose cells are code. */
export const rowsIn = (markdown: string): ReadonlyArray<Row> =>
  markdown.split("\n").flatMap((line) => {
    const cells = line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim().replaceAll("\\|", "|"))
    const [code, sent, written, value] = cells.map((cell) => /^`(.*)`$/.exec(cell)?.[1])
    return cells.length === 4 && code !== undefined && sent !== undefined && written !== undefined &&
        value !== undefined
      ? [{ code, sent, written, value }]
      : []
  })

export const lineOf = (row: Row): string =>
  `| ${[row.code, row.sent, row.written, row.value].map((cell) => `\`${cell.replaceAll("|", "\\|")}\``).join(" | ")} |`
