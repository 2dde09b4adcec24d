import { impossible } from "./draftParts.ts"
import type { Notes } from "./encodingChain.ts"
import {
  type Draft,
  isSchema,
  joinWords,
  type JsonSchema,
  type JsonSchemaDocument,
  referenceName,
  same,
  setOwn,
  tailOf
} from "./jsonSchema.ts"

interface Definition {
  readonly wanted: string
  readonly name: string
  readonly schema: Draft
}

/** The definitions of a document, the references to them, and the annotations of both. */
export class Definitions {
  readonly #definitions = new Map<string, Definition>()
  readonly #names = new Set<string>()
  readonly #references: Array<{ readonly name: string; readonly draft: Draft; readonly notes: Notes }> = []
  readonly #keyNotes: Array<readonly [Draft, Notes]> = []

  /** A name that no other definition has. */
  nameOf(wanted: string): string {
    const base = wanted.replace(/[^\w-]/g, "_").slice(0, 60) || "_"
    let name = base
    for (let count = 2; this.#names.has(name); count++) name = `${base}_${count}`
    this.#names.add(name)
    return name
  }

  /** Adds a definition, unless there is the same, and gives its name. */
  define(schema: Draft, wanted: string, given: string | undefined): string {
    const other = [...this.#definitions.values()].find((one) => one.wanted === wanted && same(one.schema, schema))
    const name = given ?? other?.name ?? this.nameOf(wanted)
    if (!this.#definitions.has(name)) this.#definitions.set(name, { wanted, name, schema })
    return name
  }

  reference(name: string, notes: Notes): Draft {
    const draft: Draft = { $ref: `#/$defs/${name}` }
    this.#references.push({ name, draft, notes })
    return draft
  }

  describe(draft: Draft, notes: Notes): Draft {
    if (draft["$ref"] !== undefined) this.describeKey(draft, notes)
    else if (draft !== impossible) addNotes(draft, notes)
    return draft
  }

  /** Describes the place of a schema. Its words come before those of the schema, which are added first. */
  describeKey(draft: Draft, notes: Notes): void {
    this.#keyNotes.push([draft, notes])
  }

  /** The document of a root: its definitions are those that references lead to. */
  document(draft: Draft): JsonSchemaDocument {
    for (const { name, schema } of this.#definitions.values()) {
      // Annotations belong to the definition unless its uses differ in them.
      const [first, ...others] = this.#references.filter((one) => one.name === name)
      if (first === undefined) continue
      if (others.every(({ notes }) => same(notes, first.notes))) addNotes(schema, first.notes)
      else for (const { draft, notes } of [first, ...others]) addNotes(draft, notes)
    }
    for (const [place, notes] of this.#keyNotes) addNotes(place, notes)
    const { $ref: _, ...notes } = draft
    const definition = this.#definitions.get(referenceName(draft) ?? "")
    const root = definition === undefined ? draft : { ...definition.schema, ...notes }
    return { root, definitions: this.#reachable(root) }
  }

  #reachable(root: JsonSchema): Record<string, JsonSchema> {
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
    return definitions
  }
}

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
