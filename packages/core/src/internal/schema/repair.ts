import type * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import { isJsonObject } from "../json/jsonObject.ts"
import { predicateOf } from "./compiledPredicate.ts"

/**
 * The annotation of a union that keeps members of no known shape: a function that makes a member from such a value.
 */
export const unknownMember = "~@effect-mistral/core/unknownMember"

/**
 * Reads JSON that does not fit a schema: returns the value that the server most likely meant.
 *
 * *Details*: a value that fits is kept as it is, and so are unknown keys. Other values are repaired by the schema:
 *
 * - Absent, `null` and `""` mean the same. With `fill`, a required key without a value gets an empty one: `""`, `{}`, and
 *   by the key's name the position for `index`, `[]` for `choices` and `images`, `"{}"` for `arguments`.
 * - Numbers and booleans become texts, and texts numbers. A single object becomes a list of one, and a list of one its only
 *   member; an empty list becomes an object.
 * - An optional key whose value cannot be read is left out. So is such a member of the `lists` below.
 * - A choice with the `text` of OpenAI's legacy completions, or with the `message` of the other way to request one, gets
 *   it as the content of its `message` or `delta`.
 * - Nothing is filled in inside a union. A tagged object of unknown shape becomes an unknown kind (`unknownMember`).
 *
 * The result may still not fit, so it is to be validated.
 */
export const repairBy = (schema: Schema.Codec<unknown, unknown>, fill: boolean) => (json: unknown): unknown => {
  try {
    return attempt(schema.ast, json, fill, undefined)
  } catch {
    // A value is too deep to be written as text.
    return undefined
  }
}

/**
 * The lists of a completion and of a page, whose members are independent of each other. In a vector, each position has a
 * meaning.
 */
const lists: ReadonlyArray<PropertyKey | undefined> = [
  "choices",
  "content",
  "thinking",
  "tool_calls",
  "messages",
  "reasoning_details",
  "images",
  "tables",
  "blocks"
]

type JsonObject = Record<PropertyKey, unknown>

/** Reads a part of a value: `at` is its key, or its position in a list. `undefined` if it cannot be read. */
type Repair<Ast = SchemaAST.AST> = (ast: Ast, value: unknown, fill: boolean, at: PropertyKey | undefined) => unknown

const repair: Repair = (ast, value, fill, at) => predicateOf(ast)(value) ? value : repairUnfit(ast, value, fill, at)

const repairUnfit: Repair = (ast, value, fill, at) => {
  const repaired = attempt(ast, value, fill, at)
  return predicateOf(ast)(repaired) ? repaired : undefined
}

const attempt: Repair = (ast, value, fill, at) => {
  switch (ast._tag) {
    case "String":
      return typeof value === "number" || typeof value === "boolean" ? `${value}` : undefined
    case "Number":
      return typeof value === "string" && value.trim() && isFinite(+value) ? +value : undefined
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

const attemptUnion: Repair<SchemaAST.Union> = (ast, value, fill, at) => {
  if (isNothing(value)) return undefined
  const members = ast.types.filter(({ _tag }) => _tag !== "Null")
  for (const member of members) {
    const repaired = repairUnfit(member, value, fill && members.length === 1, at)
    if (repaired !== undefined) return repaired
  }
  const other = ast.annotations?.[unknownMember]
  return typeof other === "function" ? other(value) : undefined
}

const attemptList: Repair<SchemaAST.Arrays> = (ast, value, fill, at) => {
  if (!Array.isArray(value) && (at === undefined || !isJsonObject(value))) return undefined
  // A list that was sent as an object: its only member, or all of them by their positions.
  const members = Object.keys(value).every((key) => isFinite(+key)) ? Object.values(value) : [value]
  const repaired: Array<unknown> = []
  for (const one of members) {
    const member = repair(ast.rest[0]!, one, fill, repaired.length)
    if (member !== undefined) repaired.push(member)
    else if (!lists.includes(at)) return undefined
  }
  return repaired
}

const attemptObject: Repair<SchemaAST.Objects> = (ast, value, fill, at) => {
  // Some languages write an empty object as an empty list.
  const record: unknown = at !== undefined && Array.isArray(value) && value.length < 2 ? value[0] ?? {} : value
  if (!isJsonObject(record)) return undefined
  const repaired: JsonObject = { ...record }
  for (const { name, type } of ast.propertySignatures) {
    if (name === "message" || name === "delta") moveContent(repaired, name)
    const optional = SchemaAST.isOptional(type)
    if (optional && !(name in repaired)) continue
    let property = repair(type, repaired[name], fill, name)
    if (property === undefined && fill && !optional) property = emptyOf(type, repaired[name], name, at)
    if (property !== undefined) repaired[name] = property
    else if (optional) delete repaired[name]
    else if (!fill) return undefined
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
    : name === "choices" || name === "images"
    ? []
    : name === "arguments"
    ? isNothing(value) ? "{}" : JSON.stringify(value)
    : ast._tag === "String"
    ? ""
    : ast._tag === "Objects"
    ? attempt(ast, {}, true, name)
    : undefined

/** Makes a choice without a `message` or `delta` have one, from the other of both or from a text. */
const moveContent = (choice: JsonObject, name: "message" | "delta"): void => {
  if (isJsonObject(choice[name]) || Array.isArray(choice["messages"])) return
  for (const key of [name, "message", "delta", "text"]) {
    const content = choice[key]
    if (!isJsonObject(content) && (typeof content !== "string" || content === "")) continue
    delete choice[key]
    choice[name] = isJsonObject(content) ? content : { content }
    return
  }
}

const isNothing = (value: unknown): boolean => value === undefined || value === null || value === ""
