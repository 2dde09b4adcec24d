import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import { addKeywords, checkKeywords } from "./checkKeywords.ts"
import { anyOf, enumeration, impossible, keyOf, recordKeywords } from "./draftParts.ts"
import { type EncodingChain, encodingChain, identifierOf, keyNotesOf, type Notes, notesOf } from "./encodingChain.ts"
import {
  type Draft,
  isSchema,
  joinWords,
  type JsonSchema,
  type JsonSchemaDocument,
  referenceName,
  same,
  setOwn,
  tail,
  tailOf
} from "./jsonSchema.ts"
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
export const jsonSchemaOf = (schema: Schema.Top): JsonSchemaDocument => {
  const drafts = new Drafts()
  const root = drafts.make(codecOf(schema), [])
  if (root === impossible) return refuse([], "`Schema.Never` has no values")
  return drafts.document(root)
}

const codecOf = (schema: Schema.Top): SchemaAST.AST => {
  try {
    return Schema.toCodecJson(schema).ast
  } catch (cause) {
    // The only failure of the derivation.
    return refuse([], "a key of an object is a symbol or a number", "Use keys that are strings", cause)
  }
}

type Place = ReadonlyArray<string>

interface Definition {
  readonly base: string
  readonly name: string
  readonly schema: Draft
  readonly references: Array<{ readonly draft: Draft; readonly notes: Notes }>
}

/** A recursive schema is found again before its end: from this depth on, each level must be a new schema. */
const maxDepth = 200

class Drafts {
  readonly #definitions = new Map<string, Definition>()
  /** The names of recursive schemas, by their body. */
  readonly #named = new Map<object, string>()
  /** The schemas that are being made, by their body, and their names once they are known to be recursive. */
  readonly #open = new Map<object, { name: string | undefined; readonly wanted: string }>()
  readonly #names = new Set<string>()
  readonly #pending: Array<{ readonly name: string; readonly draft: Draft; readonly notes: Notes }> = []
  readonly #keyNotes: Array<readonly [Draft, Notes]> = []

  make(ast: SchemaAST.AST, place: Place, withoutUndefined = false): Draft {
    return this.#make(encodingChain(ast), place, withoutUndefined)
  }

  #make(chain: EncodingChain, place: Place, withoutUndefined = false): Draft {
    if (place.length > maxDepth) {
      return refuse([], "a recursive schema is made anew at each level", "Refer to one schema by `Schema.suspend`")
    }
    assertHasJson(chain, place)
    const { end } = chain
    if (end._tag === "Suspend") return this.#withNotes(this.make(end.thunk(), place), notesOf(chain))
    const body = withoutUndefined ? undefined : bodyOf(end)
    const open = body === undefined ? undefined : this.#open.get(body)
    const identifier = identifierOf(chain)
    if (open !== undefined) {
      return this.#reference(open.name ??= this.#nameOf(open.wanted), notesOf(chain))
    }
    const named = body === undefined ? undefined : this.#named.get(body)
    if (named !== undefined) return this.#reference(named, notesOf(chain))
    const entry = { name: undefined as string | undefined, wanted: identifier ?? place.at(-1) ?? "Root" }
    if (body !== undefined) this.#open.set(body, entry)
    const draft = this.#body(chain, place, withoutUndefined)
    if (body !== undefined) this.#open.delete(body)
    if (draft === impossible) return impossible
    const notes = notesOf(chain)
    if (identifier === undefined && entry.name === undefined) return this.#withNotes(draft, notes)
    const name = entry.name ?? this.#sameDefinition(identifier, draft) ?? this.#nameOf(entry.wanted)
    if (!this.#definitions.has(name)) {
      this.#definitions.set(name, { base: entry.wanted, name, schema: draft, references: [] })
    }
    if (body !== undefined && entry.name !== undefined) this.#named.set(body, name)
    return this.#reference(name, notes)
  }

  /** The document of a root: its definitions are those that references lead to. */
  document(draft: Draft): JsonSchemaDocument {
    for (const { draft: reference, name, notes } of this.#pending) {
      this.#definitions.get(name)?.references.push({ draft: reference, notes })
    }
    for (const { references, schema } of this.#definitions.values()) {
      // Annotations belong to the definition unless its uses differ in them.
      const [first] = references
      if (first !== undefined && references.every(({ notes }) => same(notes, first.notes))) {
        addNotes(schema, first.notes)
      } else for (const reference of references) addNotes(reference.draft, reference.notes)
    }
    for (const [key, notes] of this.#keyNotes) addNotes(key, notes)
    const { $ref: _, ...notes } = draft
    const definition = this.#definitions.get(referenceName(draft) ?? "")
    const root = definition === undefined ? draft : { ...definition.schema, ...notes }
    const definitions: Record<string, JsonSchema> = {}
    const visit = (value: unknown): void => {
      if (Array.isArray(value)) return value.forEach(visit)
      if (!isSchema(value)) return
      const found = this.#definitions.get(referenceName(value) ?? "")
      if (found !== undefined && !Object.hasOwn(definitions, found.name)) {
        setOwn(definitions, found.name, found.schema)
        visit(found.schema)
      }
      Object.values(value).forEach(visit)
      visit(tailOf(value))
    }
    visit(root)
    return { root, definitions }
  }

  #reference(name: string, notes: Notes): Draft {
    const draft: Draft = { $ref: `#/$defs/${name}` }
    this.#pending.push({ name, draft, notes })
    return draft
  }

  #withNotes(draft: Draft, notes: Notes): Draft {
    if (draft === impossible) return draft
    if (draft["$ref"] === undefined) addNotes(draft, notes)
    else this.#keyNotes.push([draft, notes])
    return draft
  }

  #sameDefinition(base: string | undefined, schema: Draft): string | undefined {
    for (const one of this.#definitions.values()) if (one.base === base && same(one.schema, schema)) return one.name
    return undefined
  }

  #nameOf(wanted: string): string {
    const base = wanted.replace(/[^\w-]/g, "_").slice(0, 60) || "_"
    let name = base
    for (let count = 2; this.#names.has(name); count++) name = `${base}_${count}`
    this.#names.add(name)
    return name
  }

  #body(chain: EncodingChain, place: Place, withoutUndefined: boolean): Draft {
    const { end } = chain
    const draft = this.#base(end, place, withoutUndefined)
    if (draft === impossible) return draft
    addKeywords(draft, stringForm(chain, (content) => this.#make(content, place)))
    for (const check of end.checks ?? []) {
      for (const keywords of checkKeywords(check, draft["type"], (ast) => this.make(SchemaAST.toType(ast), place))) {
        addKeywords(draft, keywords)
      }
    }
    return draft
  }

  #base(ast: SchemaAST.AST, place: Place, withoutUndefined: boolean): Draft {
    switch (ast._tag) {
      case "Null":
      case "Undefined":
      case "Void":
        return { type: "null" }
      case "Never":
        return impossible
      case "String":
      case "BigInt":
        return { type: "string" }
      case "Number":
        return { type: "number" }
      case "Boolean":
        return { type: "boolean" }
      case "Literal":
        return { type: typeof ast.literal, enum: [ast.literal] }
      case "Enum":
        return enumeration(ast)
      case "TemplateLiteral":
        return { type: "string", pattern: templatePattern(ast.parts) }
      case "Arrays":
        return this.#array(ast, place)
      case "Objects":
        return this.#object(ast, place)
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
      const optional = SchemaAST.isOptional(chain.end)
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

  #object(ast: SchemaAST.Objects, place: Place): Draft {
    const properties: Record<string, JsonSchema> = {}
    const required: Array<string> = []
    for (const { name, type } of ast.propertySignatures) {
      const key = String(name)
      const chain = encodingChain(type)
      const optional = SchemaAST.isOptional(chain.end)
      const draft = this.make(type, [...place, key], optional)
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
    const notes = keyNotesOf(chain)
    if (draft !== impossible && Object.keys(notes).length > 0) this.#keyNotes.push([draft, notes])
    return draft
  }
}

/** What is the same in all copies of a schema that differ only in their key, such as an optional one. */
const bodyOf = (ast: SchemaAST.AST): object | undefined => {
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

const addNotes = (draft: Draft, { description, ...notes }: Notes): void => {
  for (const [key, value] of Object.entries(notes)) if (value !== undefined && isJson(value)) draft[key] = value
  const words = joinWords([description, draft["description"]])
  if (words !== undefined) draft["description"] = words
}

const isJson = (value: unknown): boolean => {
  try {
    return same(JSON.parse(JSON.stringify(value)), value)
  } catch {
    return false
  }
}
