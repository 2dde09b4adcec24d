/** Endpoint values and an OpenAPI file that describes them, for tests that change the file. */
import * as Schema from "effect/Schema"
import type { Subject } from "./compareFiles.ts"
import { type Drift, findDrift } from "./drift.ts"

interface Part {
  readonly name: string
  readonly parts?: ReadonlyArray<Part> | undefined
}

const part: Schema.Codec<Part> = Schema.Struct({
  name: Schema.String,
  parts: Schema.optional(Schema.Array(Schema.suspend(() => part)))
})

const circle = Schema.Struct({ kind: Schema.Literal("circle"), radius: Schema.Finite })
const square = Schema.Struct({ kind: Schema.Literal("square"), side: Schema.Finite })

const thing = Schema.Struct({
  name: Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(10)),
  size: Schema.optional(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10 }))),
  weight: Schema.optional(Schema.Finite.check(Schema.isGreaterThan(0))),
  color: Schema.optional(Schema.Literals(["red", "green"])),
  note: Schema.optional(Schema.NullOr(Schema.String)),
  labels: Schema.optional(Schema.Record(Schema.String, Schema.String)),
  shape: Schema.optional(Schema.Union([circle, square])),
  parts: Schema.optional(Schema.Array(part))
})

const loose = <Fields extends Schema.Struct.Fields>(fields: Fields) =>
  Schema.StructWithRest(Schema.Struct(fields), [Schema.Record(Schema.String, Schema.Unknown)])

const response = loose({
  id: Schema.String,
  status: Schema.optionalKey(Schema.NullOr(Schema.String)),
  count: Schema.optionalKey(Schema.NullOr(Schema.Number))
})

/** The endpoint values that are compared with the file. */
export const subject: Subject = {
  endpoints: [
    { name: "Things.create", method: "POST", path: "/v1/things", request: thing, response },
    {
      name: "Things.list",
      method: "GET",
      path: "/v1/things",
      request: Schema.Void,
      response: loose({ data: Schema.Array(response) }),
      query: Schema.Struct({ page: Schema.optional(Schema.Int), search: Schema.optional(Schema.NullOr(Schema.String)) })
    },
    { name: "Things.fetch", method: "GET", path: "/v1/things/{thing_id}", request: Schema.Void, response },
    { name: "Things.stream", method: "POST", path: "/v1/things/stream", request: thing, event: response },
    { name: "Things.content", method: "GET", path: "/v1/things/{thing_id}/content", request: Schema.Void }
  ],
  groups: [{ name: "Things", paths: /^\/v1\/things/ }, { name: "Others", paths: /^\/v1\/others/ }],
  sets: { ThingError: ["NOT_FOUND"] },
  knownValues: (pointer) => pointer === "#/components/schemas/Status" ? ["new", "done"] : undefined,
  complete: false
}

const json = (name: string) => ({ "application/json": { schema: { $ref: `#/components/schemas/${name}` } } })
const answer = (content: object) => ({ responses: { "200": { description: "OK", content } } })
const id = { name: "thing_id", in: "path", required: true, schema: { type: "string" } }

/** The file. It says the same as the endpoint values. */
export const file = () => ({
  openapi: "3.1.0",
  info: { title: "Things", version: "1" },
  paths: {
    "/v1/things": {
      post: { tags: ["things"], requestBody: { content: json("Thing") }, ...answer(json("Created")) },
      get: {
        tags: ["things"],
        parameters: [
          { name: "page", in: "query", schema: { type: "integer" } },
          { name: "search", in: "query", schema: { type: ["string", "null"] } }
        ],
        ...answer(json("List"))
      }
    },
    "/v1/things/{thing_id}": { parameters: [id], get: answer(json("Created")) },
    "/v1/things/stream": {
      post: {
        requestBody: { content: json("Thing") },
        ...answer({
          "text/event-stream": {
            schema: { type: "object", properties: { data: { $ref: "#/components/schemas/Created" } } }
          }
        })
      }
    },
    "/v1/things/{thing_id}/content": {
      get: {
        parameters: [id],
        ...answer({ "application/octet-stream": { schema: { type: "string", format: "binary" } } })
      }
    }
  },
  components: {
    schemas: {
      Thing: {
        type: "object",
        required: ["name"],
        properties: {
          name: { type: "string", minLength: 1, maxLength: 10 },
          size: { type: "integer", minimum: 1, maximum: 10 },
          weight: { type: "number", exclusiveMinimum: 0 },
          color: { type: "string", enum: ["red", "green"] },
          note: { anyOf: [{ type: "string" }, { type: "null" }] },
          labels: { type: "object", additionalProperties: { type: "string" } },
          shape: {
            oneOf: [{ $ref: "#/components/schemas/Circle" }, { $ref: "#/components/schemas/Square" }],
            discriminator: { propertyName: "kind" }
          },
          parts: { type: "array", items: { $ref: "#/components/schemas/Part" } }
        }
      },
      Circle: {
        type: "object",
        required: ["kind", "radius"],
        properties: { kind: { const: "circle" }, radius: { type: "number" } }
      },
      Square: {
        type: "object",
        required: ["kind", "side"],
        properties: { kind: { const: "square" }, side: { type: "number" } }
      },
      Part: {
        type: "object",
        required: ["name"],
        properties: { name: { type: "string" }, parts: { type: "array", items: { $ref: "#/components/schemas/Part" } } }
      },
      Created: {
        type: "object",
        required: ["id"],
        properties: {
          id: { type: "string" },
          status: { $ref: "#/components/schemas/Status" },
          count: { type: "integer" }
        }
      },
      Status: { type: "string", enum: ["new", "done"] },
      List: {
        type: "object",
        required: ["data"],
        properties: { data: { type: "array", items: { $ref: "#/components/schemas/Created" } } }
      },
      ThingError: { type: "string", enum: ["NOT_FOUND"] }
    }
  }
})

/** The file after some changes: a value for a JSON pointer, or `undefined` to remove what is there. */
export const changedFile = (changes: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const root: Record<string, unknown> = file()
  for (const [pointer, value] of Object.entries(changes)) {
    const keys = pointer.split("/").slice(1).map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"))
    const parent = keys.slice(0, -1).reduce<unknown>((inner, key) => Reflect.get(Object(inner), key), root)
    if (parent === undefined) throw new Error(`the file has no ${pointer}`)
    if (value === undefined) Reflect.deleteProperty(Object(parent), keys.at(-1)!)
    else Reflect.set(Object(parent), keys.at(-1)!, value)
  }
  return root
}

/** Compares a changed file with the endpoint values. */
export const driftOf = (
  changes: Readonly<Record<string, unknown>>,
  exceptions: Parameters<typeof findDrift>[2] = [],
  more: Partial<Subject> = {}
): Drift => findDrift([{ file: "things.json", root: changedFile(changes) }], { ...subject, ...more }, exceptions)
