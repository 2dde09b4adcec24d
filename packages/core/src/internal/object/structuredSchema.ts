import * as OpenAiStructuredOutput from "effect/ai/OpenAiStructuredOutput"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import type { Issue } from "../../MistralErrorReason.ts"
import type { ResponseFormat } from "../../ResponseFormat.ts"
import { parseJson } from "../json/parseJson.ts"
import { issuesOf } from "../schema/issues.ts"

/** The `response_format` of a schema, and the decoder of the text that the model writes. */
export interface StructuredSchema<A> {
  readonly format: ResponseFormat
  readonly decode: (text: string) => { readonly value: A } | { readonly issues: ReadonlyArray<Issue> }
}

/**
 * Converts a schema to a strict JSON Schema. In strict mode every key is required: an optional key becomes required and
 * may be `null`, and tuples and records, which the strict subset lacks, are sent in another form.
 *
 * @throws if the schema is not that of an object
 */
export const structuredSchema = <A>(
  schema: Schema.Codec<A, unknown>,
  name: string,
  description?: string
): StructuredSchema<A> => {
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
      const json = parseJson(text)
      if (json === undefined) {
        return { issues: [{ path: [], message: text.trim() === "" ? "Expected JSON, got no text" : "Expected JSON" }] }
      }
      const exit = decode(json, { errors: "all" })
      return Exit.isSuccess(exit) ? { value: exit.value } : {
        issues: exit.cause.reasons.flatMap((reason) => reason._tag === "Fail" ? issuesOf(reason.error) : [])
      }
    }
  }
}
