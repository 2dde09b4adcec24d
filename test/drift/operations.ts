/** The operations of OpenAPI files, and which of them an endpoint value stands for. */
import {
  below,
  type Document,
  isObject,
  type JsonObject,
  type Located,
  objectAt,
  pointerTo,
  resolve
} from "./document.ts"

/** One operation of a file. */
export interface Operation {
  readonly document: Document
  readonly method: string
  /** The path as the file has it, without a fragment that only tells two operations of one path apart. */
  readonly path: string
  readonly tags: ReadonlyArray<string>
  readonly at: Located
  /** The parameters of the operation and of its path. */
  readonly parameters: ReadonlyArray<Parameter>
}

/** A parameter of an operation. */
export interface Parameter {
  readonly name: string
  readonly in: string
  readonly required: boolean
  readonly pointer: string
  readonly schema: Located
}

const methods = ["get", "post", "put", "patch", "delete", "head", "options", "trace"]

/** Every operation of a file. */
export const operationsOf = (document: Document): ReadonlyArray<Operation> => {
  const paths = { value: document.root["paths"], pointer: "#/paths" }
  return Object.keys(objectAt(document.root, "paths")).flatMap((path) => {
    const item = resolve(document, below(paths, path))
    if (!isObject(item.value)) return []
    return Object.keys(item.value).filter((key) => methods.includes(key)).map((method): Operation => {
      const at = below(item, method)
      const { tags } = Object(at.value)
      const own = parametersOf(document, at)
      const shared = parametersOf(document, item).filter((one) =>
        !own.some((other) => other.name === one.name && other.in === one.in)
      )
      return {
        document,
        method: method.toUpperCase(),
        path: path.replace(/#.*$/, ""),
        tags: Array.isArray(tags) ? tags.map(String) : [],
        at,
        parameters: [...shared, ...own]
      }
    })
  })
}

const parametersOf = (document: Document, located: Located): ReadonlyArray<Parameter> => {
  const { value } = below(located, "parameters")
  return (Array.isArray(value) ? [...value.keys()] : []).flatMap((index) => {
    const parameter = resolve(document, below(located, "parameters", index))
    if (!isObject(parameter.value)) return []
    const { content, in: place, name, required } = parameter.value
    const media = isObject(content) ? Object.keys(content)[0] : undefined
    return [{
      name: String(name),
      in: String(place),
      required: required === true,
      pointer: parameter.pointer,
      schema: media === undefined ? below(parameter, "schema") : below(parameter, "content", media, "schema")
    }]
  })
}

/** A path whose parameters have no names, by which paths are compared. */
export const nameless = (path: string): string => path.replaceAll(/\{[^}]*\}/g, "{}")

/** The names of the parameters of a path. */
export const pathParameters = (path: string): ReadonlyArray<string> =>
  [...path.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name ?? "")

/** The schemas of a body by its media types. A body without a schema has anything. */
export const bodyOf = ({ at, document }: Operation): ReadonlyMap<string, Located> => {
  const body = below(at, "requestBody")
  return body.value === undefined ? new Map() : contentOf(resolve(document, body))
}

/** The schemas of the successful responses by their media types. */
export const responsesOf = ({ at, document }: Operation): ReadonlyMap<string, Located> => {
  const responses = below(at, "responses")
  const statuses = Object.keys(Object(responses.value)).filter((status) => status.startsWith("2")).sort()
  return new Map(statuses.flatMap((status) => [...contentOf(resolve(document, below(responses, status)))]))
}

const contentOf = (located: Located): ReadonlyMap<string, Located> =>
  new Map(
    Object.keys(objectAt(located.value, "content")).map((media) => [
      media.replace(/;.*$/, "").trim().toLowerCase(),
      withSchema(below(located, "content", media))
    ])
  )

const withSchema = (media: Located): Located => {
  const schema = below(media, "schema")
  return schema.value === undefined ? { value: {}, pointer: pointerTo(media.pointer, "schema") } : schema
}

/** An operation as a line has it: `POST /v1/chat/completions`. */
export const signature = ({ method, path }: { readonly method: string; readonly path: string }): string =>
  `${method} ${path}`

/** Whether a media type is JSON. */
export const isJson = (media: string): boolean => media === "application/json" || media.endsWith("+json")

/** The data of an event, where a stream's schema describes the event around it. */
export const eventData = (document: Document, schema: Located): Located => {
  const resolved = resolve(document, schema)
  const properties: JsonObject = objectAt(resolved.value, "properties")
  return properties["data"] === undefined ? schema : below(resolved, "properties", "data")
}
