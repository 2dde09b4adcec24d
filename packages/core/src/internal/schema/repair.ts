import type * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import { predicateOf } from "./compiledPredicate.ts"

/**
 * The annotation of a union that keeps members of no known shape: a function that makes a member from such a value.
 */
export const unknownMember = "~@effect-mistral/core/unknownMember"

/**
 * Reads JSON tolerantly that does not fit a schema: returns the value that the server most likely meant.
 *
 * *Details*: a value that fits is kept as it is, and so are unknown keys. What does not fit is repaired by the schema:
 *
 * - Absent, `null` and `""` mean the same. With `fill`, a required key without a value gets an empty one: `""`, `{}`, and
 *   by the key's name the position for `index`, `[]` for `choices`, `"{}"` for `arguments`.
 * - Numbers, booleans and texts become each other, a single object becomes a list, an empty list becomes an object.
 * - An optional key whose value cannot be read is left out. So is such a member of the `lists` below.
 * - A choice with the `text` of OpenAI's legacy completions, or with the `message` of the other way to request one, gets
 *   it as the content of its `message` or `delta`.
 * - Nothing is filled in inside a union. A tagged object of unknown shape becomes an unknown kind (`unknownMember`).
 *
 * The result may still not fit, so it is to be validated.
 */
export const repairBy = (schema: Schema.Codec<unknown, unknown>, fill: boolean) => (json: unknown): unknown =>
  attempt(schema.ast, json, fill, undefined)

/** The lists of a completion, whose members are independent of each other. In a vector, each position has a meaning. */
const lists: ReadonlyArray<PropertyKey | undefined> = ["choices", "content", "thinking", "tool_calls", "messages"]

type JsonObject = Readonly<Record<PropertyKey, unknown>>

/** The value that a value is read as, or `undefined` if it cannot be read. `at` is its key, or its position in a list. */
const repair = (ast: SchemaAST.AST, value: unknown, fill: boolean, at: PropertyKey | undefined): unknown => {
  const fits = predicateOf(ast)
  if (fits(value)) return value
  const repaired = attempt(ast, value, fill, at)
  return fits(repaired) ? repaired : undefined
}

const attempt = (ast: SchemaAST.AST, value: unknown, fill: boolean, at: PropertyKey | undefined): unknown => {
  switch (ast._tag) {
    case "String":
      return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined
    case "Number":
      return typeof value === "string" && value.trim() !== "" && isFinite(+value) ? +value : undefined
    case "Boolean":
      return value === "true" || (value === "false" ? false : undefined)
    case "Literal":
      return isNothing(value) ? ast.literal : undefined
    case "Union":
      return attemptUnion(ast, value, fill, at)
    case "Arrays":
      return attemptList(ast, value, fill, at)
    case "Objects":
      return attemptObject(ast, value, fill, at)
  }
  return undefined
}

const attemptUnion = (ast: SchemaAST.Union, value: unknown, fill: boolean, at: PropertyKey | undefined): unknown => {
  if (isNothing(value)) return undefined
  const members = ast.types.filter(({ _tag }) => _tag !== "Null")
  for (const member of members) {
    const repaired = repair(member, value, fill && members.length === 1, at)
    if (repaired !== undefined) return repaired
  }
  const other = ast.annotations?.[unknownMember]
  return typeof other === "function" ? other(value) : undefined
}

const attemptList = (ast: SchemaAST.Arrays, value: unknown, fill: boolean, at: PropertyKey | undefined): unknown => {
  const list = Array.isArray(value) ? value : at !== undefined && isObject(value) ? membersOf(value) : undefined
  const repaired: Array<unknown> = []
  for (const one of list ?? []) {
    const member = repair(ast.rest[0]!, one, fill, repaired.length)
    if (member !== undefined) repaired.push(member)
    else if (!lists.includes(at)) return undefined
  }
  return list && repaired
}

/** The members of a list that was sent as an object: its only member, or all of them by their positions. */
const membersOf = (value: JsonObject): ReadonlyArray<unknown> =>
  Object.keys(value).every((key) => /^\d+$/.test(key)) ? Object.values(value) : [value]

const attemptObject = (
  ast: SchemaAST.Objects,
  value: unknown,
  fill: boolean,
  at: PropertyKey | undefined
): unknown => {
  const record = Array.isArray(value) && value.length === 0 ? {} : value
  if (!isObject(record)) return undefined
  const repaired: Record<PropertyKey, unknown> = { ...record }
  for (const { name, type } of ast.propertySignatures) {
    const optional = SchemaAST.isOptional(type)
    if (name === "message" || name === "delta") moveContent(repaired, name)
    if (optional && !(name in repaired)) continue
    const property = repair(type, repaired[name], fill, name) ??
      (fill && !optional ? emptyOf(type, repaired[name], name, at) : undefined)
    if (property !== undefined) repaired[name] = property
    else if (optional) delete repaired[name]
  }
  for (const { type } of ast.indexSignatures) {
    if (type._tag === "Unknown") continue
    for (const name in record) {
      const property = repair(type, repaired[name], fill, name)
      if (property === undefined) delete repaired[name]
      else repaired[name] = property
    }
  }
  return repaired
}

/** The value of a required key whose value is missing or cannot be read. */
const emptyOf = (ast: SchemaAST.AST, value: unknown, name: PropertyKey, at: PropertyKey | undefined): unknown =>
  name === "index"
    ? at
    : name === "choices"
    ? []
    : name === "arguments"
    ? isNothing(value) ? "{}" : JSON.stringify(value)
    : ast._tag === "String"
    ? ""
    : ast._tag === "Objects"
    ? attempt(ast, {}, true, name)
    : undefined

/** Makes a choice without a `message` or `delta` have one, from the other of both or from a text. */
const moveContent = (choice: Record<PropertyKey, unknown>, name: "message" | "delta"): void => {
  if (isObject(choice[name]) || !isNothing(choice["messages"])) return
  const other = name === "delta" ? "message" : "delta"
  const from = [name, other, "text"].find((key) => isObject(choice[key]) || isText(choice[key]))
  if (from === undefined) return
  const content = choice[from]
  if (from !== name) delete choice[from]
  choice[name] = isObject(content) ? content : { content }
}

const isText = (value: unknown): boolean => typeof value === "string" && value !== ""

const isNothing = (value: unknown): boolean => value === undefined || value === null || value === ""

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)
