import * as StructuredOutput from "@effect-mistral/core/StructuredOutput"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"

type Reader = (json: unknown) => unknown

/** Readers by the schema of the parameters: a schema is converted once, and its tool is called often. */
const readers = /* @__PURE__ */ new WeakMap<object, Reader>()

/**
 * Converts the JSON of a call to the encoded side of its tool's schema, which `Toolkit` decodes.
 *
 * The JSON may have the plain form or that of strict mode. Its plain form is what `Schema.toCodecJson` reads, which differs
 * from the encoded side where that has values beyond JSON, such as dates, and those are decoded. JSON that does not fit
 * keeps its plain form, so that `Toolkit` reports what does not fit and not the form.
 */
export const encodedParameters = (schema: Schema.Top, json: unknown): unknown => {
  const reader = readers.get(schema) ?? makeReader(schema)
  readers.set(schema, reader)
  return reader(json)
}

const makeReader = (schema: Schema.Top): Reader => {
  const encoded = Schema.toEncoded(schema)
  const codec = Schema.toCodecJson(encoded)
  const decode = Schema.decodeUnknownExit(codec)
  return (json) => {
    const plain = attempt(() => StructuredOutput.fromStrict(schema, json)) ?? json
    if (codec.ast === encoded.ast) return plain
    // The second time without checks: what they say is for `Toolkit` to report.
    for (const disableChecks of [false, true]) {
      const exit = attempt(() => decode(plain, { disableChecks }))
      if (exit !== undefined && Exit.isSuccess(exit)) return exit.value
    }
    return plain
  }
}

/** `undefined` where a schema has no JSON form, or a transformation of it throws. */
const attempt = <A>(run: () => A): A | undefined => {
  try {
    return run()
  } catch {
    return undefined
  }
}
