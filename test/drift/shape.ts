/** What a JSON value may be, as both an OpenAPI schema and an Effect schema say it. The comparison is of two of these. */

/** A limit of a value, and its name as in JSON Schema. */
export const boundNames = [
  "minimum",
  "exclusiveMinimum",
  "maximum",
  "exclusiveMaximum",
  "multipleOf",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "minProperties",
  "maxProperties"
] as const

/** The name of a limit. */
export type BoundName = (typeof boundNames)[number]

/** The limits of a value. */
export type Bounds = { readonly [Name in BoundName]?: number }

/** A value of a closed set. */
export type Value = string | number | boolean

/** The types of JSON, integers and bytes told apart, and `any` for every value. */
export type TypeName = "any" | "string" | "binary" | "integer" | "number" | "boolean" | "array" | "object"

/** A schema of one side whose shape is read when it is needed: schemas may be recursive. */
export interface Node {
  /** The JSON pointer of a schema of the file; empty on the other side. */
  readonly pointer: string
  /** Two nodes with the same identity have the same shape. */
  readonly identity: unknown
  readonly shape: () => Shape
}

/** A key of an object. */
export interface Key {
  readonly node: Node
  readonly required: boolean
}

/** One of the kinds of value that a schema takes. */
export interface Kind {
  readonly type: TypeName
  /** The place of the kind in the file; empty on the other side. */
  readonly pointer: string
  /** The closed set that the value is of, if it is of one. */
  readonly values?: ReadonlyArray<Value> | undefined
  readonly bounds: Bounds
  readonly format?: string | undefined
  readonly items?: Node | undefined
  readonly keys: ReadonlyMap<string, Key>
  /** The schema of keys with other names. `true`: any value, `false`: there are none, `undefined`: it is not said. */
  readonly rest?: Node | boolean | undefined
  /** The values of the discriminator by which a union selects this object. */
  readonly tags?: ReadonlyArray<string> | undefined
  /** Checks and keywords of which nothing is known but their description. */
  readonly unread: ReadonlyArray<string>
}

/** Every value that a schema takes. */
export interface Shape {
  readonly pointer: string
  /** The names of the schemas of the file that lead here, such as `FilePurpose`. */
  readonly names: ReadonlyArray<string>
  readonly nullable: boolean
  readonly kinds: ReadonlyArray<Kind>
  /** The key that tells the objects of a union apart. */
  readonly discriminator?: string | undefined
}

/** A kind of which nothing is known but its type. */
export const plainKind = (type: TypeName, pointer: string): Kind => ({
  type,
  pointer,
  bounds: {},
  keys: new Map(),
  unread: []
})

/** Joins kinds of one type to one: a type that is open in one place is open, and a number may be an integer. */
export const joinKinds = (kinds: ReadonlyArray<Kind>): ReadonlyArray<Kind> => {
  const any = kinds.find(({ type }) => type === "any")
  if (any !== undefined) return [any]
  const number = kinds.some(({ type, values }) => type === "number" && values === undefined)
  const joined: Array<Kind> = []
  for (const kind of kinds) {
    if (number && kind.type === "integer") continue
    const at = kind.type === "object" ? -1 : joined.findIndex(({ type }) => type === kind.type)
    const other = joined[at]
    if (other === undefined) joined.push(kind)
    else joined[at] = join(other, kind)
  }
  return joined
}

const join = (one: Kind, other: Kind): Kind => {
  const items = [one.items, other.items].filter((node) => node !== undefined)
  return {
    ...(one.values !== undefined && other.values === undefined ? other : one),
    values: one.values === undefined || other.values === undefined
      ? undefined
      : [...new Set([...one.values, ...other.values])],
    items: items.length === 0 ? undefined : unionNode(items)
  }
}

/** The closed set of a kind that has one value: a constant. */
export const constant = ({ kinds, nullable }: Shape): Value | undefined =>
  !nullable && kinds.length === 1 && kinds[0]?.values?.length === 1 ? kinds[0].values[0] : undefined

/** The node of a value that is of one of several schemas of one side. */
export const unionNode = (nodes: ReadonlyArray<Node>): Node =>
  nodes.length === 1 ? nodes[0]! : {
    pointer: nodes[0]!.pointer,
    identity: nodes[0]!.identity,
    shape: () => {
      const shapes = nodes.map((one) => one.shape())
      return {
        pointer: nodes[0]!.pointer,
        names: shapes.flatMap(({ names }) => names),
        nullable: shapes.some(({ nullable }) => nullable),
        kinds: joinKinds(shapes.flatMap(({ kinds }) => kinds))
      }
    }
  }

/** One object with the keys of all: a key is required where it is in each of them. */
export const joinObjects = (objects: ReadonlyArray<Kind>): Kind => {
  const names = new Set(objects.flatMap(({ keys }) => [...keys.keys()]))
  const keys = [...names].map((name): [string, Key] => {
    const present = objects.flatMap(({ keys }) => keys.get(name) ?? [])
    const required = present.length === objects.length && present.every(({ required }) => required)
    return [name, { node: unionNode(present.map(({ node }) => node)), required }]
  })
  return {
    ...objects[0]!,
    keys: new Map(keys),
    tags: objects.every(({ tags }) => tags !== undefined) ? objects.flatMap(({ tags }) => tags ?? []) : undefined,
    unread: [...new Set(objects.flatMap(({ unread }) => unread))]
  }
}

/** The key that is a constant in every object of a union, or in all but one: the kind that a reader does not know. */
export const discriminatorOf = (kinds: ReadonlyArray<Kind>): string | undefined => {
  const objects = kinds.filter(({ type }) => type === "object")
  if (objects.length < 2) return undefined
  const names = new Set(objects.flatMap(({ keys }) => [...keys.keys()]))
  return [...names].find((name) => {
    const tags = objects.flatMap((kind) => tagsAt(kind, name) === undefined ? [] : [tagsAt(kind, name) ?? []])
    const values = tags.flat()
    return tags.length > 1 && tags.length >= objects.length - 1 && new Set(values).size === values.length
  })
}

/** The values of an object at the key that tells the objects of its union apart. */
export const tagsAt = ({ keys }: Kind, discriminator: string | undefined): ReadonlyArray<string> | undefined => {
  const kinds = discriminator === undefined ? [] : keys.get(discriminator)?.node.shape().kinds ?? []
  return kinds.length === 1 ? kinds[0]?.values?.map(String) : undefined
}
