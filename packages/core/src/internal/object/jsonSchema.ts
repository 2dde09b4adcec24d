/** A JSON Schema: an object of keywords. */
export interface JsonSchema {
  readonly [keyword: string]: unknown
}

/** A JSON Schema and the definitions that its references (`#/$defs/Name`) lead to. */
export interface JsonSchemaDocument {
  readonly root: JsonSchema
  readonly definitions: Readonly<Record<string, JsonSchema>>
}

/**
 * The items of an array that has other items after any number of the same: JSON Schema has no keywords for them. A symbol
 * is not serialised.
 */
export const tail: unique symbol = /* @__PURE__ */ Symbol("tail")

export interface Tail {
  readonly rest: JsonSchema | undefined
  readonly last: ReadonlyArray<JsonSchema>
}

/** A JSON Schema while it is made. */
export interface Draft {
  [keyword: string]: unknown
  [tail]?: Tail
}

export const tailOf = (schema: Draft | JsonSchema): Tail | undefined => (schema as Draft)[tail]

export const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The schemas of a keyword that has a list of them, such as `anyOf`. */
export const schemasAt = (schema: JsonSchema, keyword: string): ReadonlyArray<JsonSchema> | undefined => {
  const list = schema[keyword]
  return Array.isArray(list) ? list.filter(isSchema) : undefined
}

/** The schemas of a keyword that has one for each name, such as `properties`. */
export const schemaEntries = (schema: JsonSchema, keyword: string): ReadonlyArray<readonly [string, JsonSchema]> => {
  const map = schema[keyword]
  return isSchema(map)
    ? Object.entries(map).flatMap(([name, one]) => isSchema(one) ? [[name, one] as const] : [])
    : []
}

/** The name of the definition that a reference leads to. */
export const referenceName = (schema: JsonSchema): string | undefined => {
  const reference = schema["$ref"]
  return typeof reference === "string" && reference.startsWith("#/$defs/") ? reference.slice(8) : undefined
}

/** Whether two JSON values, such as two schemas, are equal. The order of keys does not matter. */
export const same = (a: unknown, b: unknown): boolean => {
  if (a === b) return true
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const [left, right] = [Object.entries(a), new Map(Object.entries(b))]
  return left.length === right.size && left.every(([key, value]) => right.has(key) && same(value, right.get(key))) &&
    (isSchema(a) && isSchema(b) ? same(tailOf(a), tailOf(b)) : true)
}

/** Sets an own key, whatever its name. */
export const setOwn = (target: object, key: string, value: unknown): void => {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
}

/** Joins sentences, each once. */
export const joinWords = (words: ReadonlyArray<unknown>): string | undefined => {
  let all = ""
  for (const one of words) {
    if (typeof one !== "string" || one.trim() === "" || one === all) continue
    if (all === "" || one.startsWith(`${all}. `)) all = one
    else if (!all.startsWith(`${one}. `) && !all.endsWith(`. ${one}`)) {
      all += `${/[.!?:]\s*$/.test(all) ? "" : "."} ${one}`
    }
  }
  return all === "" ? undefined : all
}
