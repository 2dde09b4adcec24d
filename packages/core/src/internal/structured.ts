import * as OpenAiStructuredOutput from "effect/ai/OpenAiStructuredOutput"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import type { Issue } from "../MistralErrorReason.ts"
import type { ResponseFormat } from "../ResponseFormat.ts"
import { issues } from "./issues.ts"

/** A schema as the server enforces it, and the way back from what the model wrote. */
export interface Structured<A> {
  readonly format: ResponseFormat
  readonly decode: (text: string) => { readonly value: A } | { readonly issues: ReadonlyArray<Issue> }
}

/**
 * The strict `json_schema` of a schema. In strict mode every key is required: an optional one becomes required and may be
 * `null`, and what has no place in JSON Schema's strict subset (tuples, records) takes another form on the way.
 *
 * @throws if the schema is not that of an object
 */
export const structured = <A>(schema: Schema.Codec<A, unknown>, name: string, description?: string): Structured<A> => {
  const { codec, jsonSchema } = OpenAiStructuredOutput.toCodecOpenAI(schema)
  const decode = Schema.decodeUnknownExit(codec)
  return {
    format: {
      type: "json_schema",
      json_schema: {
        name,
        ...(description === undefined ? undefined : { description }),
        schema: jsonSchema,
        strict: true
      }
    },
    decode: (text) => {
      let json: unknown
      try {
        json = JSON.parse(text)
      } catch {
        return { issues: [{ path: [], message: text.trim() === "" ? "Expected JSON, got no text" : "Expected JSON" }] }
      }
      const exit = decode(json, { errors: "all" })
      return Exit.isSuccess(exit) ? { value: exit.value } : {
        issues: exit.cause.reasons.flatMap((reason) => reason._tag === "Fail" ? issues(reason.error) : [])
      }
    }
  }
}
