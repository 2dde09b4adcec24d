import type * as SchemaAST from "effect/SchemaAST"
import { type EncodingChain, linkOf } from "./encodingChain.ts"
import { type JsonSchema, schemaEntries } from "./jsonSchema.ts"
import { recordsOf } from "./strictShapes.ts"

/** Fails because a schema cannot be sent: with its place, the reason, and a way out. */
export const refuse = (
  place: ReadonlyArray<string>,
  reason: string,
  advice = "Leave the key out, or use a schema that has a JSON form"
): never => {
  throw new Error(
    `The schema cannot be sent to Mistral${place.length === 0 ? "" : ` (at ${place.join(".")})`}: ${reason}. ${advice}.`
  )
}

/** Refuses a schema that reads JSON, but none that a model could write. */
export const assertHasJson = ({ end, steps }: EncodingChain, place: ReadonlyArray<string>): void => {
  const [type] = steps
  for (const step of steps) {
    if (step._tag === "Symbol" || step._tag === "UniqueSymbol") refuse(place, "JSON has no symbols")
  }
  if (type?._tag === "Undefined" || type?._tag === "Void") {
    refuse(place, "JSON has no undefined", "Leave the key out, or use `Schema.optional` or `Schema.Null`")
  }
  if (end._tag === "Declaration" && linkOf(end) === undefined) {
    refuse(
      place,
      `${nameOf(end)} has no JSON form`,
      "Use a schema that is decoded from JSON (`Schema.decodeTo`), or annotate it with `toCodecJson`"
    )
  }
}

const nameOf = ({ annotations }: SchemaAST.Declaration): string => {
  const name = annotations?.["identifier"] ?? annotations?.title ?? annotations?.["expected"]
  return typeof name === "string" ? `\`${name}\`` : "a declared type"
}

/** Refuses a root that is no object. The strict mode takes no record either. */
export const assertIsObject = (root: JsonSchema, strict: boolean): void => {
  const kind = root["anyOf"] !== undefined || root["oneOf"] !== undefined
    ? "a union"
    : root["type"] === undefined
    ? "any JSON value"
    : root["type"] !== "object"
    ? `a JSON ${String(root["type"])}`
    : strict && recordsOf(root).length > 0 && schemaEntries(root, "properties").length === 0
    ? "a record"
    : undefined
  if (kind === undefined) return
  const key = root["type"] === "array" || kind === "a record" ? "items" : "value"
  refuse(
    [],
    `it is ${kind}, and the root must be an object with named keys`,
    `Wrap it in a Struct: Schema.Struct({ ${key}: ... })`
  )
}
