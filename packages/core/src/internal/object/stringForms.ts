import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import * as SchemaParser from "effect/SchemaParser"
import { sentence } from "./checkKeywords.ts"
import { type EncodingChain, isInteger, typeNameOf } from "./encodingChain.ts"
import type { JsonSchema } from "./jsonSchema.ts"

/** A form that values of a type have in JSON: a sample, and the keywords that describe it. */
type Form = readonly [type: RegExp, sample: unknown, keywords: JsonSchema]

const iso8601 = "A date and time in ISO 8601, such as 2026-01-31T09:30:00Z."

const forms: ReadonlyArray<Form> = [
  [/^(Date|DateTimeUtc)$/, "2026-01-31T09:30:00.000Z", { format: "date-time", description: iso8601 }],
  [/^(Date|DateTimeUtc)$/, "Sat, 31 Jan 2026 09:30:00 GMT", {
    description: "An HTTP date, such as Sat, 31 Jan 2026 09:30:00 GMT."
  }],
  [/^(Date|DateTimeUtc)$/, 1769851800000, { description: "Milliseconds since 1970-01-01T00:00:00Z." }],
  [/^DateTimeZoned$/, "2026-01-31T09:30:00.000+01:00[Europe/Paris]", {
    description: "A date and time with its zone, such as 2026-01-31T09:30:00.000+01:00[Europe/Paris]."
  }],
  [/^Number$/, "12.5", { pattern: "^-?\\d+(\\.\\d+)?$", description: "A number as a string." }],
  [/^Number$/, "12", { pattern: "^-?\\d+$", description: "An integer as a string." }],
  [/^(BigInt|ByteSize)$/, "12", { description: "An integer as a string." }],
  [/^BigDecimal$/, "12.5", { pattern: "^-?\\d+(\\.\\d+)?$", description: "A decimal number as a string." }],
  [/^URL$/, "https://example.com/a", {
    pattern: "^https?://[A-Za-z0-9][A-Za-z0-9.-]*(:\\d{1,4})?(/\\S*)?$",
    description: "A URL, such as https://example.com/."
  }],
  [/^Uint8Array$/, "AQI=", {
    pattern: "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
    description: "Bytes in base64."
  }],
  [/^Uint8Array$/, "0aff", { pattern: "^([0-9a-fA-F]{2})*$", description: "Bytes in hexadecimal digits." }],
  [/^Duration$/, "1500 millis", {
    pattern: "^\\d+ (millis|seconds|minutes|hours|days|weeks)$",
    description: "A duration, such as 5 minutes."
  }],
  [/^Duration$/, 1500, { description: "Milliseconds." }],
  [/^Duration$/, "PT5M", { format: "duration", description: "A duration in ISO 8601, such as PT5M." }]
]

/**
 * The keywords of a value that is written as a string or a number, such as a date: by the first form in which the schema
 * can read it. A form that the schema describes itself, by a format or a check, stays as it is.
 */
export const stringForm = (
  { end, steps }: EncodingChain,
  compile: (content: EncodingChain) => JsonSchema
): JsonSchema => {
  if (end._tag !== "String" && end._tag !== "Number" || steps.length === 1) return {}
  const expected = end.annotations?.["expected"]
  const described = end.annotations?.["format"] !== undefined || (end._tag === "String" && end.checks !== undefined)
  for (const step of steps.slice(0, -1)) {
    const type = typeNameOf(step)
    for (const [pattern, sample, keywords] of forms) {
      if (!pattern.test(type) || typeof sample !== end._tag.toLowerCase()) continue
      if (type === "Number" && sample === "12.5" && isInteger(step)) continue
      if (takes(step, sample)) {
        return described && type !== "BigInt" && type !== "ByteSize" && type !== "Uint8Array" ? {} : keywords
      }
    }
  }
  if (expected === "a string that will be decoded as JSON" && steps.length > 1) {
    const content = steps.at(-2)
    return {
      description: "A string that contains JSON.",
      contentMediaType: "application/json",
      ...(content === undefined || content._tag === "Unknown"
        ? {}
        : { contentSchema: compile({ steps: steps.slice(0, -1), end: content, optional: false }) })
    }
  }
  return end.checks === undefined ? { description: sentence(expected) } : {}
}

/** Whether a sample is read and written again as it was: a schema may read more forms than the one that it writes. */
const takes = (ast: SchemaAST.AST, sample: unknown): boolean => {
  const schema = Schema.toCodecJson(Schema.make<Schema.Codec<unknown>>(ast))
  try {
    const read = SchemaParser.decodeUnknownExit(schema)(sample, { disableChecks: true })
    if (!Exit.isSuccess(read)) return false
    const written = SchemaParser.encodeUnknownExit(schema)(read.value, { disableChecks: true })
    return Exit.isSuccess(written) && written.value === sample
  } catch {
    return false
  }
}
