import type { Issue } from "@effect-mistral/core/MistralErrorReason"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { issuesOf } from "./schemaIssues.ts"

/** Writes values of a schema as JSON text, and reads them back. Neither throws, whatever the schema does. */
export interface JsonCodec<out A> {
  readonly encode: (value: unknown) => Result.Result<string, ReadonlyArray<Issue>>
  readonly decode: (json: string) => Result.Result<A, ReadonlyArray<Issue>>
}

/** Makes the codec of a schema, out of its JSON form. */
export const makeJsonCodec = <A>(schema: Schema.Codec<A, unknown>): JsonCodec<A> => {
  const codec = Schema.toCodecJson(schema)
  const encode = Schema.encodeUnknownExit(codec)
  const decode = Schema.decodeUnknownExit(codec)
  return {
    encode: (value) => {
      try {
        const exit = encode(value, options)
        return Exit.isSuccess(exit) ? Result.succeed(JSON.stringify(exit.value)) : Result.fail(issuesOf(exit.cause))
      } catch {
        return Result.fail(tooDeep)
      }
    },
    decode: (json) => {
      let parsed: unknown
      try {
        parsed = JSON.parse(json)
      } catch {
        // The message of the exception quotes the text.
        return Result.fail(notJson)
      }
      const exit = decode(parsed, options)
      return Exit.isSuccess(exit) ? Result.succeed(exit.value) : Result.fail(issuesOf(exit.cause))
    }
  }
}

const options = { errors: "all" } as const

const tooDeep: ReadonlyArray<Issue> = [{ path: [], message: "Expected a value that can be written as JSON" }]

const notJson: ReadonlyArray<Issue> = [{ path: [], message: "Expected JSON" }]
