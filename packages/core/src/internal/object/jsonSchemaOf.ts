import type * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import { addKeywords, checkKeywords } from "./checkKeywords.ts"
import { Definitions } from "./definitions.ts"
import { anyOf, enumeration, impossible, keyOf, recordKeywords } from "./draftParts.ts"
import { type EncodingChain, encodingChain, identifierOf, keyNotesOf, notesOf } from "./encodingChain.ts"
import { type Draft, type JsonSchema, type JsonSchemaDocument, setOwn, tail } from "./jsonSchema.ts"
import { propertyChains } from "./propertyChains.ts"
import { stringForm } from "./stringForms.ts"
import { templatePattern } from "./templatePattern.ts"
import { assertHasJson, refuse } from "./unsupportedSchema.ts"

export type { JsonSchema, JsonSchemaDocument } from "./jsonSchema.ts"

/**
 * The JSON Schema of the JSON that `Schema.toCodecJson(schema)` reads and writes. Named and recursive schemas are
 * definitions; the root is never a reference.
 *
 * It is made from the steps of the codec and not from its encoded form alone, because the descriptions and checks of a
 * transformed schema belong to its type, and dates are plain strings in the encoded form.
 *
 * @throws if a value of the schema has no JSON form; the message names the place and says what to do
 */
export const jsonSchemaOf = (schema: Schema.Constraint): JsonSchemaDocument => {
  const drafts = new Drafts()
  const root = drafts.make(schema.ast, [])
  if (root === impossible) return refuse([], "`Schema.Never` has no values")
  return drafts.document(root)
}

type Place = ReadonlyArray<string>

/** A recursive schema is found again before its end: from this depth on, each level must be a new schema. */
const maxDepth = 200

class Drafts {
  readonly #definitions = new Definitions()
  /** The schemas that are being made, by their body, and their names once they are known to be recursive. */
  readonly #open = new Map<object, { name: string | undefined; readonly wanted: string }>()
  /** The names of the definitions that were made, by their body and identifier. */
  readonly #made = new Map<object, Map<string | undefined, string>>()

  make(ast: SchemaAST.AST, place: Place, withoutUndefined = false): Draft {
    return this.#make(encodingChain(ast), place, withoutUndefined)
  }

  document(root: Draft): JsonSchemaDocument {
    return this.#definitions.document(root)
  }

  #make(chain: EncodingChain, place: Place, withoutUndefined = false): Draft {
    if (place.length > maxDepth) {
      return refuse([], "a recursive schema is made anew at each level", "Refer to one schema by `Schema.suspend`")
    }
    assertHasJson(chain, place)
    const { end } = chain
    const notes = notesOf(chain)
    if (end._tag === "Suspend") return this.#definitions.describe(this.make(end.thunk(), place), notes)
    const body = withoutUndefined ? {} : bodyOf(end) ?? {}
    const identifier = identifierOf(chain)
    const open = this.#open.get(body)
    const known = open === undefined
      ? this.#made.get(body)?.get(identifier)
      : open.name ??= this.#definitions.nameOf(open.wanted)
    if (known !== undefined) return this.#definitions.reference(known, notes)
    const entry = { name: undefined as string | undefined, wanted: identifier ?? place.at(-1) ?? "Root" }
    this.#open.set(body, entry)
    const draft = this.#body(chain, place, withoutUndefined)
    this.#open.delete(body)
    if (draft === impossible) return impossible
    if (identifier === undefined && entry.name === undefined) return this.#definitions.describe(draft, notes)
    const name = this.#definitions.define(draft, entry.wanted, entry.name)
    this.#made.set(body, (this.#made.get(body) ?? new Map<string | undefined, string>()).set(identifier, name))
    return this.#definitions.reference(name, notes)
  }

  #body(chain: EncodingChain, place: Place, withoutUndefined: boolean): Draft {
    const { end } = chain
    const draft = this.#base(chain, place, withoutUndefined)
    if (draft === impossible) return draft
    addKeywords(draft, stringForm(chain, (content) => this.#make(content, place)))
    for (const check of end.checks ?? []) {
      for (const keywords of checkKeywords(check, draft["type"], (ast) => this.make(SchemaAST.toType(ast), place))) {
        addKeywords(draft, keywords)
      }
    }
    return draft
  }

  #base(chain: EncodingChain, place: Place, withoutUndefined: boolean): Draft {
    const ast = chain.end
    switch (ast._tag) {
      case "Null":
      case "Undefined":
      case "Void":
        return { type: "null" }
      case "Never":
        return impossible
      case "String":
        return { type: "string" }
      case "BigInt":
        return { type: "string", pattern: "^-?\\d+$", description: "An integer as a string." }
      case "Number":
        return { type: "number" }
      case "Boolean":
        return { type: "boolean" }
      case "Literal":
        return typeof ast.literal === "bigint"
          ? { type: "string", enum: [`${ast.literal}`] }
          : { type: typeof ast.literal, enum: [ast.literal] }
      case "ObjectKeyword":
        return { anyOf: [{ type: "array", items: {} }, { type: "object", additionalProperties: {} }] }
      case "Enum":
        return enumeration(ast)
      case "TemplateLiteral":
        return { type: "string", pattern: templatePattern(ast.parts) }
      case "Arrays":
        return this.#array(ast, place)
      case "Objects":
        return this.#object(ast, propertyChains(chain), place)
      case "Union":
        return this.#union(ast, place, withoutUndefined)
      default:
        return {}
    }
  }

  #union(ast: SchemaAST.Union, place: Place, withoutUndefined: boolean): Draft {
    const members = ast.types.filter((type) => !(withoutUndefined && isUndefined(type)))
    const only = members.length > 1 || members.some((type) => !isUndefined(type))
    const drafts = only ? members.map((type) => isUndefined(type) ? { type: "null" } : this.make(type, place)) : []
    return anyOf(drafts, ast.options?.mode === "oneOf" ? "oneOf" : "anyOf")
  }

  #array(ast: SchemaAST.Arrays, place: Place): Draft {
    const inner = [...place, "items"]
    const elements = ast.elements.map((element) => {
      const chain = encodingChain(element)
      const { optional } = chain
      const draft = this.make(element, inner, optional)
      if (draft === impossible && !optional) return refuse(inner, "`Schema.Never` has no values")
      return { draft: this.#withKeyNotes(draft, chain), optional }
    })
    const first = elements.findIndex(({ draft }) => draft === impossible)
    const fixed = elements.slice(0, first < 0 ? undefined : first)
    const [rest, ...last] = ast.rest.map((type) => this.make(type, inner))
    if (last.includes(impossible)) return refuse(inner, "`Schema.Never` has no values")
    const least = fixed.filter(({ optional }) => !optional).length + last.length
    const items = rest === impossible ? undefined : rest
    const draft: Draft = { type: "array" }
    if (fixed.length > 0) draft["prefixItems"] = fixed.map(({ draft }) => draft)
    if (items !== undefined || last.length > 0) {
      draft["items"] = anyOf([...(items === undefined ? [] : [items]), ...last], "anyOf")
    } else draft["maxItems"] = fixed.length
    if (last.length > 0) draft[tail] = { rest: items, last }
    if (least > 0) draft["minItems"] = least
    return draft
  }

  #object(ast: SchemaAST.Objects, chains: ReadonlyArray<EncodingChain>, place: Place): Draft {
    const properties: Record<string, JsonSchema> = {}
    const required: Array<string> = []
    for (const [at, { name }] of ast.propertySignatures.entries()) {
      if (typeof name !== "string") {
        return refuse(place, "a key of an object is a symbol or a number", "Use keys that are strings")
      }
      const key = name
      const chain = chains[at]!
      const { optional } = chain
      const draft = this.#make(chain, [...place, key], optional)
      if (draft === impossible) {
        if (optional) continue
        return refuse([...place, key], "`Schema.Never` has no values")
      }
      setOwn(properties, key, this.#withKeyNotes(draft, chain))
      if (!optional) required.push(key)
    }
    const records = ast.indexSignatures.flatMap(({ parameter, type }) => {
      const value = this.make(type, [...place, "*"])
      return value === impossible ? [] : [{ key: keyOf(this.make(parameter, place)), value }]
    })
    return {
      type: "object",
      properties,
      required,
      ...recordKeywords(records, Object.keys(properties))
    }
  }

  #withKeyNotes(draft: Draft, chain: EncodingChain): Draft {
    if (draft !== impossible) this.#definitions.describeKey(draft, keyNotesOf(chain))
    return draft
  }
}

/** The part of a schema that is the same in all copies that differ only in their key, such as an optional one. */
const bodyOf = (ast: SchemaAST.AST): object | undefined => {
  if (ast.checks !== undefined) return ast.checks
  switch (ast._tag) {
    case "Objects":
      return ast.propertySignatures.length > 0 ? ast.propertySignatures : ast.indexSignatures
    case "Union":
      return ast.types
    case "Arrays":
      return ast.elements.length > 0 ? ast.elements : ast.rest
    default:
      return undefined
  }
}

const isUndefined = (ast: SchemaAST.AST): boolean => ast._tag === "Undefined" || ast._tag === "Void"
