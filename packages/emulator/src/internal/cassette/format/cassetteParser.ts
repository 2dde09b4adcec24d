import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { firstError } from "../../json/jsonSyntax.ts"
import { CassetteError } from "./cassetteError.ts"
import { Cassette, version } from "./cassetteFormat.ts"

const decode = Schema.decodeUnknownResult(Cassette, { onExcessProperty: "error" })

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/**
 * Whether a problem is only a missing or an excess key. Such a problem may just mean that another alternative of the
 * union was intended.
 */
const isOfKey = (message: string): boolean => /^(?:Missing key|Expected no excess property)$/.test(message)

/** Parses the text of a cassette file. */
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
    return fail("version", `only version ${version} of the cassette format is supported`)
  }
  const decoded = decode(value)
  if (Result.isFailure(decoded)) {
    // A body is a union. The alternative that fits best fails at the deepest path, and there because of a value.
    const [worst] = format(decoded.failure.issue).issues
      .map(({ message, path = [] }) => ({
        message,
        path: path.map((step) => Predicate.isObject(step) ? step.key : step)
      }))
      .sort((a, b) => b.path.length - a.path.length || Number(isOfKey(a.message)) - Number(isOfKey(b.message)))
    return fail(worst?.path.map(String).join("."), worst?.message ?? "not a cassette")
  }
  // The schema transforms nothing. The parsed value is returned because it keeps the order of its keys, from which
  // bodies are written.
  return Result.succeed(value as unknown as Cassette)
}
