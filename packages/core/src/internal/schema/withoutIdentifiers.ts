import { eachSchema } from "./jsonSchema.ts"

type JsonSchema = Readonly<Record<string, unknown>>

/**
 * A JSON Schema without the `$schema` and `$id` of all its schemas, which Mistral does not compile. A reference by a `$id`
 * becomes a pointer to the same place. A schema without such keys is returned as it is.
 */
export const withoutIdentifiers = (root: JsonSchema): JsonSchema => {
  const schemas = new Set<object>()
  // The pointer of each `$id`. A pointer in a reference begins at the closest schema around it that has one.
  const pointers = new Map<string, string>()
  let found = false
  eachSchema(root, [], (schema, path) => {
    schemas.add(schema)
    const { $id, $schema } = schema
    if (typeof $id === "string") pointers.set($id.replace(/#$/, ""), path.map(step).join(""))
    found ||= typeof $id === "string" || typeof $schema === "string"
  })
  if (!found) return root

  const around = (pointer: string): string =>
    [...pointers.values()]
      .filter((one) => `${pointer}/`.startsWith(`${one}/`))
      .reduce((longest, one) => one.length > longest.length ? one : longest, "")

  const pointTo = (reference: string, pointer: string): string => {
    const [base = "", fragment = ""] = reference.split("#")
    const target = base === ""
      ? around(pointer)
      : [...pointers].find(([id]) => id === base || id.endsWith(`/${base}`))?.[1]
    return target === undefined ? reference : `#${fragment === "" || fragment.startsWith("/") ? target : ""}${fragment}`
  }

  const copy = (value: unknown, pointer: string): unknown => {
    if (typeof value !== "object" || value === null) return value
    if (Array.isArray(value)) return value.map((item, at) => copy(item, pointer + step(at)))
    const isSchema = schemas.has(value)
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, inner]) =>
        !isSchema || typeof inner !== "string" || !/^\$(schema|id|ref)$/.test(key)
          ? [[key, copy(inner, pointer + step(key))]]
          : key === "$ref"
          ? [[key, pointTo(inner, pointer)]]
          : []
      )
    )
  }
  // The cast is safe: the copy of an object is an object.
  return copy(root, "") as JsonSchema
}

/** A step of a pointer in the fragment of a URI. */
const step = (key: string | number): string => `/${encodeURI(String(key).replaceAll("~", "~0").replaceAll("/", "~1"))}`
