import type * as JsonSchemaModule from "effect/JsonSchema"
import type * as SchemaAST from "effect/SchemaAST"
import { type Draft, isSchema, joinWords, type JsonSchema, same } from "./jsonSchema.ts"

type Check = SchemaAST.Checks[number]

/** The keywords of a check, as far as JSON Schema has them, and in words what it has no keywords for. */
export const checkKeywords = (
  check: Check,
  type: unknown,
  compile: (ast: SchemaAST.AST) => JsonSchema
): ReadonlyArray<JsonSchema> => {
  const { annotations } = check
  const description = { description: annotations?.description }
  const known = knownKeywords(check, type)
  if (known !== undefined) return [known, description]
  const toJsonSchema = annotations?.toJsonSchema
  if (toJsonSchema !== undefined) {
    const result: unknown = toJsonSchema({
      type: isType(type) ? type : undefined,
      schemas: (annotations?.representation?.schemas ?? []).map(compile)
    })
    const [keywords, exact] = Array.isArray(result) ? [result[0], false] : [result, true]
    const isSaid = exact && isSchema(keywords) && Object.keys(keywords).every((key) => said.test(key))
    if (isSchema(keywords)) return [keywords, isSaid ? description : { description: checkWords(check) }]
  }
  return check._tag === "FilterGroup"
    ? [description, ...check.checks.flatMap((inner: Check) => checkKeywords(inner, type, compile))]
    : [{ description: checkWords(check) }]
}

/** The keywords that reach a model, as they are or in words. */
const said =
  /^(type|enum|pattern|format|title|description|multipleOf|uniqueItems|propertyNames|(exclusiveM|m)(in|ax).*)$/

const isType = (type: unknown): type is JsonSchemaModule.Type =>
  typeof type === "string" && /^(string|number|integer|boolean|array|object|null)$/.test(type)

/** The words of a check: its description, or the value that it expects. */
export const checkWords = ({ annotations }: Check): string | undefined =>
  joinWords([annotations?.description ?? sentence(annotations?.expected)])

/** A phrase such as "a value greater than 1" as the beginning of a sentence. */
export const sentence = (phrase: unknown): string | undefined =>
  typeof phrase === "string" && phrase !== "" ? phrase[0]!.toUpperCase() + phrase.slice(1) : undefined

/**
 * The keywords of checks that Effect leaves out of a JSON Schema, because they are not exact for every string: patterns
 * without the flag `u`, and lengths, which count code units. For the text of a model they are exact enough.
 */
const knownKeywords = ({ annotations }: Check, type: unknown): JsonSchema | undefined => {
  const { id, payload } = annotations?.representation ?? {}
  if (!isSchema(payload)) return undefined
  if (id === "effect/schema/isPattern") {
    const { flags, source } = payload
    if (typeof source !== "string" || typeof flags !== "string") return undefined
    return /^[dguvy]*$/.test(flags) && isPortable(source)
      ? { pattern: source }
      : { description: `It matches the regular expression /${source}/${flags}.` }
  }
  if (type !== "string" || !/\/is\w+Length$/.test(id ?? "")) return undefined
  const { maxLength = payload["maximum"], minLength = payload["minimum"] } = payload
  return { ...(minLength === undefined ? {} : { minLength }), ...(maxLength === undefined ? {} : { maxLength }) }
}

const isPortable = (source: string): boolean => {
  try {
    return new RegExp(source, "u").source === source
  } catch {
    return false
  }
}

/** Adds keywords to a schema: the tighter bound applies, and a string must match every pattern. */
export const addKeywords = (draft: Draft, { allOf, ...keywords }: JsonSchema): void => {
  for (const [key, value] of Object.entries(keywords)) {
    const current = draft[key]
    if (value === undefined) continue
    if (key === "description") draft[key] = joinWords([current, value])
    else if (current === undefined) draft[key] = value
    else if (key === "type") draft[key] = value === "integer" || current === "integer" ? "integer" : current
    else if (key === "pattern" && current !== value) draft[key] = bothPatterns(`${current}`, `${value}`)
    else if (typeof current === "number" && typeof value === "number") {
      if (/^(exclusiveM|m)(in|ax)/.test(key)) {
        draft[key] = /[mM]in/.test(key)
          ? Math.max(current, value)
          : Math.min(current, value)
      }
    } else if (key === "enum" && Array.isArray(current) && Array.isArray(value)) {
      draft[key] = current.filter((one) => value.some((two) => same(one, two)))
    }
  }
  // Every integer of JavaScript is between these bounds.
  if (draft["minimum"] === Number.MIN_SAFE_INTEGER) delete draft["minimum"]
  if (draft["maximum"] === Number.MAX_SAFE_INTEGER) delete draft["maximum"]
  if (Array.isArray(allOf)) { for (const part of allOf) if (isSchema(part)) addKeywords(draft, part) }
}

/** One pattern for two: one after the other where that is enough, because grammars of models lack lookaheads. */
const bothPatterns = (first: string, second: string): string => {
  const simple = !hasAlternatives(first) && !hasAlternatives(second)
  const follows = (before: string, after: string) => simple && !/(^|[^\\])\$$/.test(before) && !after.startsWith("^")
  if (follows(first, second)) return `${first}[\\s\\S]*${second}`
  if (follows(second, first)) return `${second}[\\s\\S]*${first}`
  return `${first.startsWith("^(?=[\\s\\S]*?") ? first : `^${lookahead(first)}`}${lookahead(second)}`
}

/** Whether a pattern has alternatives that are in no group: nothing may come before or after it then. */
const hasAlternatives = (pattern: string): boolean => {
  let text = pattern.replace(/\\./g, "").replace(/\[[^\]]*\]/g, "")
  for (let before = ""; before !== text;) [before, text] = [text, text.replace(/\([^()]*\)/g, "")]
  return text.includes("|")
}

const lookahead = (pattern: string): string => `(?=[\\s\\S]*?(?:${pattern}))`
