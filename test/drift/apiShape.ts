/** The shape of a schema of an OpenAPI file, 3.0 or 3.1. */
import { below, circle, type Document, follow, isObject, type JsonObject, type Located, pointerTo } from "./document.ts"
import {
  boundNames,
  type Bounds,
  discriminatorOf,
  joinKinds,
  type Key,
  type Kind,
  type Node,
  plainKind,
  type Shape,
  tagsAt,
  type TypeName,
  type Value
} from "./shape.ts"

/** Reads the schemas of a file. */
export interface ApiSchemas {
  /** The node of a schema of the file. */
  readonly node: (located: Located) => Node
  /** The node of an object whose keys are given. */
  readonly object: (pointer: string, keys: ReadonlyMap<string, Key>) => Node
}

/** Makes a reader of the schemas of a file. */
export const apiSchemas = (document: Document): ApiSchemas => {
  const shapes = new Map<string, Shape>()

  const node = (located: Located): Node => ({
    pointer: located.pointer,
    identity: located.pointer,
    shape: () => {
      let shape = shapes.get(located.pointer)
      if (shape === undefined) shapes.set(located.pointer, shape = shapeOf(flatten(located, []), located.pointer))
      return shape
    }
  })

  /** Follows references and merges `allOf`, until what is left are the keywords of one schema and its alternatives. */
  const flatten = (located: Located, seen: ReadonlyArray<string>): Flat => {
    if (located.value === false) return { ...anything(located), types: [] }
    if (!isObject(located.value)) return anything(located)
    const { $ref, allOf, ...own } = located.value
    const parts: Array<Flat> = []
    if (typeof $ref === "string") {
      if (seen.includes($ref)) throw circle(document, $ref)
      const flat = flatten(follow(document, $ref), [...seen, $ref])
      parts.push({ ...flat, names: [$ref.split("/").at(-1) ?? $ref, ...flat.names] })
    }
    for (const index of Array.isArray(allOf) ? allOf.keys() : []) {
      parts.push(flatten(below(located, "allOf", index), seen))
    }
    // In 3.0, `nullable` beside a reference or `allOf` is meant to add null to it.
    const adds = own["nullable"] === true && parts.length > 0
    const merged = [...parts, plain({ ...located, value: adds ? { ...own, nullable: undefined } : own })].reduce(merge)
    return {
      ...merged,
      pointer: parts.length === 1 ? parts[0]!.pointer : located.pointer,
      nullable: adds || merged.nullable
    }
  }

  const plain = (located: Located): Flat => {
    // The cast is safe: `flatten` gives an object.
    const schema = located.value as JsonObject
    const values = schema["const"] === undefined ? schema["enum"] : [schema["const"]]
    const list = Array.isArray(values) ? values : undefined
    const declared = typesOf(schema)
    const groups = (["anyOf", "oneOf"] as const).flatMap((key) => {
      const members = schema[key]
      return Array.isArray(members) ? [members.map((_, index) => below(located, key, index))] : []
    })
    const { propertyName } = objectOf(schema["discriminator"])
    return {
      pointer: located.pointer,
      names: [],
      types: declared ?? impliedTypes(schema, list),
      nullable: schema["nullable"] === true || declared?.includes("null") === true || list?.includes(null) === true ||
        (declared === undefined && list === undefined),
      addsNull: schema["nullable"] === true && groups.length > 0,
      values: list?.filter((value): value is Value => value !== null),
      bounds: boundsOf(schema),
      format: typeof schema["format"] === "string" ? schema["format"] : undefined,
      items: schema["items"] === undefined ? undefined : below(located, "items"),
      keys: new Map(
        Object.keys(objectOf(schema["properties"])).map((name) => [name, below(located, "properties", name)])
      ),
      required: new Set(Array.isArray(schema["required"]) ? schema["required"].map(String) : []),
      rest: typeof schema["additionalProperties"] === "boolean"
        ? schema["additionalProperties"]
        : schema["additionalProperties"] === undefined
        ? undefined
        : below(located, "additionalProperties"),
      groups,
      discriminator: typeof propertyName === "string" ? propertyName : undefined,
      mapping: objectOf(objectOf(schema["discriminator"])["mapping"]),
      binary: schema["format"] === "binary" || schema["contentMediaType"] === "application/octet-stream",
      unread: uncompared.filter((keyword) => schema[keyword] !== undefined).map((keyword) =>
        `the keyword \`${keyword}\``
      )
    }
  }

  const shapeOf = (flat: Flat, pointer: string): Shape => {
    const [group, ...groups] = flat.groups
    if (group === undefined) {
      return {
        pointer,
        names: flat.names,
        nullable: flat.nullable,
        kinds: kindsOf(flat),
        discriminator: flat.discriminator
      }
    }
    const members = group.map((member) => {
      const own = flatten(member, [])
      const shape = shapeOf(merge({ ...flat, pointer: own.pointer, groups }, own), own.pointer)
      const tag = tagIn(flat.mapping, member)
      return { shape, kinds: tag === undefined ? shape.kinds : shape.kinds.map((kind) => ({ ...kind, tags: [tag] })) }
    })
    const kinds = joinKinds(members.flatMap(({ kinds }) => kinds))
    const discriminator = flat.discriminator ??
      members.find(({ shape }) => shape.discriminator !== undefined)?.shape.discriminator ?? discriminatorOf(kinds)
    return {
      pointer,
      names: [...flat.names, ...members.length === 2 ? members.flatMap(({ shape }) => shape.names) : []],
      nullable: flat.addsNull || members.some(({ shape }) => shape.nullable),
      kinds: kinds.map((kind) => ({
        ...kind,
        tags: kind.tags ?? tagsAt(kind, discriminator)
      })),
      discriminator
    }
  }

  const kindsOf = (flat: Flat): ReadonlyArray<Kind> =>
    (flat.types ?? ["any"]).filter((type) => type !== "null").map((type): Kind => ({
      // The cast is safe: the types of JSON Schema are these, and what is no type is reported as a difference.
      ...plainKind(flat.binary && type === "string" ? "binary" : type as TypeName, flat.pointer),
      values: valuesOf(flat.values, type),
      bounds: flat.bounds,
      format: flat.binary ? undefined : flat.format,
      items: flat.items === undefined ? undefined : node(flat.items),
      keys: type === "object" ? keysOf(flat) : new Map(),
      rest: flat.rest === undefined
        // An object of which nothing is said has any keys.
        ? flat.keys.size === 0 && flat.required.size === 0 ? true : undefined
        : typeof flat.rest === "boolean"
        ? flat.rest
        : isAnything(flat.rest)
        ? true
        : node(flat.rest),
      unread: flat.unread
    }))

  /** The keys of an object. One that is required and not described may have any value. */
  const keysOf = ({ keys, pointer, required }: Flat): ReadonlyMap<string, Key> => {
    const undescribed = [...required].filter((name) => !keys.has(name)).map((name): [string, Located] => [
      name,
      { value: {}, pointer: pointerTo(pointer, "properties", name) }
    ])
    return new Map(
      [...keys, ...undescribed].map(([name, located]) => [name, { node: node(located), required: required.has(name) }])
    )
  }

  return {
    node,
    object: (pointer, keys) => ({
      pointer,
      identity: pointer,
      shape: () => ({
        pointer,
        names: [],
        nullable: false,
        kinds: [{ ...plainKind("object", pointer), keys, rest: false }]
      })
    })
  }
}

/** A schema without references, and with its `allOf` merged. */
interface Flat {
  readonly pointer: string
  readonly names: ReadonlyArray<string>
  readonly types: ReadonlyArray<string> | undefined
  readonly nullable: boolean
  /** `nullable: true` of 3.0 beside alternatives, which adds null to them. */
  readonly addsNull: boolean
  readonly values: ReadonlyArray<Value> | undefined
  readonly bounds: Bounds
  readonly format: string | undefined
  readonly items: Located | undefined
  readonly keys: ReadonlyMap<string, Located>
  readonly required: ReadonlySet<string>
  readonly rest: Located | boolean | undefined
  /** The alternatives of `anyOf` and of `oneOf`. */
  readonly groups: ReadonlyArray<ReadonlyArray<Located>>
  readonly discriminator: string | undefined
  readonly mapping: JsonObject
  readonly binary: boolean
  readonly unread: ReadonlyArray<string>
}

const anything = ({ pointer }: Located): Flat => ({
  pointer,
  names: [],
  types: undefined,
  nullable: true,
  addsNull: false,
  values: undefined,
  bounds: {},
  format: undefined,
  items: undefined,
  keys: new Map(),
  required: new Set(),
  rest: undefined,
  groups: [],
  discriminator: undefined,
  mapping: {},
  binary: false,
  unread: []
})

/** Keywords that are not compared. Where one occurs, it is reported. */
const uncompared = [
  "not",
  "if",
  "patternProperties",
  "propertyNames",
  "prefixItems",
  "contains",
  "dependentRequired",
  "dependentSchemas",
  "unevaluatedProperties",
  "uniqueItems"
]

/** A schema that takes what both take. */
const merge = (one: Flat, other: Flat): Flat => ({
  pointer: one.pointer,
  names: [...one.names, ...other.names],
  types: one.types === undefined
    ? other.types
    : other.types === undefined
    ? one.types
    : one.types.flatMap((type) => commonType(type, other.types ?? [])),
  nullable: one.nullable && other.nullable,
  addsNull: one.addsNull || other.addsNull,
  values: one.values === undefined || other.values === undefined
    ? one.values ?? other.values
    : one.values.filter((value) => other.values?.includes(value)),
  bounds: { ...one.bounds, ...mapBounds(other.bounds, one.bounds) },
  format: other.format ?? one.format,
  items: other.items ?? one.items,
  keys: new Map([...one.keys, ...other.keys]),
  required: new Set([...one.required, ...other.required]),
  rest: other.rest ?? one.rest,
  groups: [...one.groups, ...other.groups],
  discriminator: one.discriminator ?? other.discriminator,
  mapping: { ...one.mapping, ...other.mapping },
  binary: one.binary || other.binary,
  unread: [...new Set([...one.unread, ...other.unread])]
})

const commonType = (type: string, others: ReadonlyArray<string>): ReadonlyArray<string> =>
  others.includes(type) || (type === "integer" && others.includes("number"))
    ? [type]
    : type === "number" && others.includes("integer")
    ? ["integer"]
    : []

/** The tighter of two limits of the same name. */
const mapBounds = (bounds: Bounds, others: Bounds): Bounds =>
  Object.fromEntries(boundNames.flatMap((name) => {
    const [one, other] = [bounds[name], others[name]]
    if (one === undefined) return []
    return [[
      name,
      other === undefined ? one : /^(min|exclusiveMin)/.test(name) ? Math.max(one, other) : Math.min(one, other)
    ]]
  }))

const objectOf = (value: unknown): JsonObject => isObject(value) ? value : {}

const typesOf = ({ type }: JsonObject): ReadonlyArray<string> | undefined =>
  typeof type === "string" ? [type] : Array.isArray(type) ? type.map(String) : undefined

/** The type of a schema that names none. */
const impliedTypes = (
  schema: JsonObject,
  values: ReadonlyArray<unknown> | undefined
): ReadonlyArray<string> | undefined =>
  values !== undefined
    ? [...new Set(values.filter((value) => value !== null).map(typeOfValue))]
    : schema["properties"] !== undefined || isObject(schema["additionalProperties"])
    ? ["object"]
    : schema["items"] !== undefined
    ? ["array"]
    : undefined

const typeOfValue = (value: unknown): string =>
  typeof value === "number" ? Number.isInteger(value) ? "integer" : "number" : typeof value

const valuesOf = (values: ReadonlyArray<Value> | undefined, type: string): ReadonlyArray<Value> | undefined =>
  values?.filter((value) => commonType(typeOfValue(value), [type]).length > 0)

/** The limits of a schema. In 3.0, `exclusiveMinimum: true` makes `minimum` exclusive. */
const boundsOf = (schema: JsonObject): Bounds => {
  const bounds = new Map(
    boundNames.flatMap((name) => typeof schema[name] === "number" ? [[name as string, schema[name]] as const] : [])
  )
  for (const [name, exclusive] of [["minimum", "exclusiveMinimum"], ["maximum", "exclusiveMaximum"]] as const) {
    const bound = bounds.get(name)
    if (schema[exclusive] !== true || bound === undefined) continue
    bounds.delete(name)
    bounds.set(exclusive, bound)
  }
  return Object.fromEntries(bounds)
}

const isAnything = ({ value }: Located): boolean => isObject(value) && Object.keys(value).length === 0

/** The value of a discriminator that selects a member of a union. */
const tagIn = (mapping: JsonObject, { value }: Located): string | undefined => {
  const reference = isObject(value) ? value["$ref"] : undefined
  const found = Object.entries(mapping).find(([, to]) =>
    to === reference || (typeof to === "string" && pointerTo("#", "components", "schemas", to) === reference)
  )
  return found?.[0]
}
