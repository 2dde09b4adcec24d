import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** Makes a decoder that rejects excess keys and whose failure is a sentence. */
export const strictDecoder = <A>(schema: Schema.Codec<A, unknown>): (input: unknown) => Result.Result<A, string> => {
  const decode = Schema.decodeUnknownResult(schema)
  return (input) => Result.mapError(decode(input, { onExcessProperty: "error" }), (error) => error.message)
}
