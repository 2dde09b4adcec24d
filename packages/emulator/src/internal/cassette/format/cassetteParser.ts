import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { firstError } from "../../json/jsonSyntax.ts"
import { CassetteError } from "./cassetteError.ts"
import { Cassette, version } from "./cassetteFormat.ts"

const decode = Schema.decodeUnknownResult(Cassette, { onExcessProperty: "error" })

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/** Whether a problem is that a key is there or is not, which may only mean that another form was meant. */
const isOfKey = (message: string): boolean => /^(?:Missing key|Expected no excess property)$/.test(message)

/** Reads the text of a cassette file. */
export const readCassette = (file: string, text: string): Result.Result<Cassette, CassetteError> => {
  const fail = (place: string | undefined, problem: string) =>
    Result.fail(new CassetteError({ file, problem, ...(place === undefined ? undefined : { place }) }))
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    const { at, error } = firstError(text)
    const lines = text.slice(0, at).split("\n")
    return fail(`line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`, `not JSON: ${error}`)
  }
  if (!Predicate.isObject(value)) return fail(undefined, "not a cassette: an object was expected")
  if (!Predicate.hasProperty(value, "version")) return fail("version", "not a cassette: it has no version")
  if (value.version !== version) {
    return fail("version", `this program reads version ${version} of cassettes, and this is another one`)
  }
  const decoded = decode(value)
  if (Result.isFailure(decoded)) {
    // Of the forms that a body may have, the one that fits best fails at the deepest place, and there over a value.
    const [worst] = format(decoded.failure.issue).issues
      .map(({ message, path = [] }) => ({
        message,
        path: path.map((step) => Predicate.isObject(step) ? step.key : step)
      }))
      .sort((a, b) => b.path.length - a.path.length || Number(isOfKey(a.message)) - Number(isOfKey(b.message)))
    return fail(worst?.path.map(String).join("."), worst?.message ?? "not a cassette")
  }
  // The schema changes nothing. The value itself is kept, with the order of its keys: bodies are written from it.
  return Result.succeed(value as unknown as Cassette)
}
