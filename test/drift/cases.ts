/** Changes of the constructed file. */
import { changedFile } from "./constructed.ts"

/** A change of the file, and the one line that it makes, up to the places. */
export type Case = readonly [name: string, changes: Readonly<Record<string, unknown>>, line: string]

/** The schema of a request, by its pointer. */
export const thing = "/components/schemas/Thing"
const created = "/components/schemas/Created"
const get = "/paths/~1v1~1things/get"

/** Changes that are each one line of the report. */
export const cases: ReadonlyArray<Case> = [
  [
    "a removed key",
    { [`${thing}/properties/size`]: undefined },
    `- key: There is the key "size" here; the API does not have it. #${thing}`
  ],
  [
    "a new key",
    { [`${thing}/properties/depth`]: { type: "integer" } },
    `+ key: The API has the key "depth"; it is not here. #${thing}`
  ],
  [
    "a new required key",
    { [`${thing}/properties/depth`]: { type: "integer" }, [`${thing}/required`]: ["name", "depth"] },
    `+ key: The API has the required key "depth"; it is not here. #${thing}`
  ],
  [
    "a required key that is not described",
    { [`${thing}/required`]: ["name", "depth"] },
    `+ key: The API has the required key "depth"; it is not here. #${thing}`
  ],
  [
    "a key that is required now",
    { [`${thing}/required`]: ["name", "size"] },
    `+ required: The API requires the key "size"; here it may be absent. #${thing}`
  ],
  [
    "a key that is required no more",
    { [`${thing}/required`]: undefined },
    `- required: The key "name" is required here; in the API it may be absent. #${thing}`
  ],
  [
    "a key of a response that is required no more",
    { [`${created}/required`]: [] },
    `- required: The key "id" is required here; in the API it may be absent. #${created}`
  ],
  [
    "a new key of a response",
    { [`${created}/properties/owner`]: { type: "string" } },
    `+ key: The API has the key "owner"; it is not here. #${created}`
  ],
  [
    "a new enum value",
    { [`${thing}/properties/color/enum`]: ["red", "green", "blue"] },
    `+ value: The API has the value "blue"; it is not known here. #${thing}/properties/color`
  ],
  [
    "a removed enum value",
    { [`${thing}/properties/color/enum`]: ["red"] },
    `- value: The value "green" is known here; the API does not have it. #${thing}/properties/color`
  ],
  [
    "a new value of an open set",
    { "/components/schemas/Status/enum": ["new", "done", "failed"] },
    `+ value: The API has the value "failed"; it is not known here. #/components/schemas/Status`
  ],
  [
    "a new error code",
    { "/components/schemas/ThingError/enum": ["NOT_FOUND", "TOO_HEAVY"] },
    `+ value: The API has the value "TOO_HEAVY"; it is not known here. #/components/schemas/ThingError`
  ],
  [
    "an enum that is open now",
    { [`${thing}/properties/color`]: { type: "string" } },
    `- value: The API takes any string; here only "red", "green". #${thing}/properties/color`
  ],
  [
    "a changed range",
    { [`${thing}/properties/size/maximum`]: 20 },
    `~ bound: The API has \`maximum\` 20; here there is \`maximum\` 10. #${thing}/properties/size`
  ],
  [
    "a range that is gone",
    { [`${thing}/properties/size/minimum`]: undefined },
    `- bound: The API has no \`minimum\`; here there is \`minimum\` 1. #${thing}/properties/size`
  ],
  [
    "a changed length",
    { [`${thing}/properties/name/maxLength`]: 5 },
    `~ bound: The API has \`maxLength\` 5; here there is \`maxLength\` 10. #${thing}/properties/name`
  ],
  [
    "a new length of a list",
    { [`${thing}/properties/parts/maxItems`]: 3 },
    `+ bound: The API has \`maxItems\` 3; here there is no \`maxItems\`. #${thing}/properties/parts`
  ],
  [
    "a new format",
    { [`${thing}/properties/name/format`]: "uuid" },
    `+ format: The API has the format uuid; here any string is taken. #${thing}/properties/name`
  ],
  [
    "null that is taken now",
    { [`${thing}/properties/size/type`]: ["integer", "null"] },
    `+ null: The API takes null; here it is refused. #${thing}/properties/size`
  ],
  [
    "null that is refused now",
    { [`${thing}/properties/note`]: { type: "string" } },
    `- null: Null is taken here; the API refuses it. #${thing}/properties/note`
  ],
  [
    "null in a response",
    { [`${created}/properties/id/type`]: ["string", "null"] },
    `+ null: The API takes null; here it is refused. #${created}/properties/id`
  ],
  [
    "another type",
    { [`${thing}/properties/size`]: { type: "string" } },
    `~ type: The API has a string; here it is an integer. #${thing}/properties/size`
  ],
  [
    "a number in place of an integer",
    { [`${thing}/properties/size/type`]: "number" },
    `~ type: The API has a number; here it is an integer. #${thing}/properties/size`
  ],
  [
    "another type beside the known one",
    { [`${thing}/properties/note/anyOf`]: [{ type: "string" }, { type: "boolean" }, { type: "null" }] },
    `+ type: The API has a boolean; here it can only be a string. #${thing}/properties/note`
  ],
  [
    "a new kind of a union",
    {
      "/components/schemas/Line": { type: "object", properties: { kind: { const: "line" } } },
      [`${thing}/properties/shape/oneOf/2`]: { $ref: "#/components/schemas/Line" }
    },
    `+ type: The API has the kind "line"; it is not here. #${thing}/properties/shape`
  ],
  [
    "a removed kind of a union",
    { [`${thing}/properties/shape`]: { oneOf: [{ $ref: "#/components/schemas/Circle" }] } },
    `- type: There is the kind "square" here; the API does not have it. #${thing}/properties/shape`
  ],
  [
    "another discriminator",
    { [`${thing}/properties/shape/discriminator/propertyName`]: "form" },
    `~ discriminator: The API tells the objects apart by "form", here "kind" does. #${thing}/properties/shape`
  ],
  [
    "other values of a map",
    { [`${thing}/properties/labels/additionalProperties/type`]: "boolean" },
    `~ type: The API has a boolean; here it is a string. #${thing}/properties/labels/additionalProperties`
  ],
  [
    "a map that takes any values",
    { [`${thing}/properties/labels/additionalProperties`]: true },
    `~ other keys: The API takes any other keys; here there are other keys whose values have a schema. #${thing}/properties/labels`
  ],
  [
    "other keys beside the known ones",
    { [`${thing}/additionalProperties`]: true },
    `+ other keys: The API takes any other keys; here there are no other keys. #${thing}`
  ],
  [
    "a change deep in a recursive schema",
    { "/components/schemas/Part/properties/name/minLength": 2 },
    `+ bound: The API has \`minLength\` 2; here there is no \`minLength\`. #/components/schemas/Part/properties/name`
  ],
  [
    "a keyword that is not compared",
    { [`${thing}/properties/name/not`]: { const: "x" } },
    `+ check: The API has the keyword \`not\`, which is not compared. #${thing}/properties/name`
  ],
  [
    "a new operation",
    { "/paths/~1v1~1things~1{thing_id}/delete": { responses: { "204": { description: "Gone" } } } },
    "+ operation: The API has the operation DELETE /v1/things/{thing_id}; it is not here. #/paths/~1v1~1things~1{thing_id}/delete"
  ],
  [
    "a removed operation",
    { "/paths/~1v1~1things~1stream": undefined },
    "- operation: There is the operation POST /v1/things/stream here; the API does not have it. #/paths"
  ],
  [
    "another method",
    {
      "/paths/~1v1~1things~1stream/post": undefined,
      "/paths/~1v1~1things~1stream/put": Reflect.get(changedFile({}).paths as object, "/v1/things/stream").post
    },
    "~ method: The API has the method PUT; here it is POST. #/paths/~1v1~1things~1stream/put"
  ],
  [
    "a renamed query parameter",
    { [`${get}/parameters/1/name`]: "query" },
    `~ parameter: The API has the query parameter "query"; here the same is called "search". #${get}`
  ],
  [
    "a renamed path parameter",
    {
      "/paths/~1v1~1things~1{thing_id}": undefined,
      "/paths/~1v1~1things~1{id}": Reflect.get(changedFile({}).paths as object, "/v1/things/{thing_id}")
    },
    "~ parameter: The API calls the path parameter \"id\"; here it is \"thing_id\". #/paths/~1v1~1things~1{id}/get"
  ],
  [
    "a new query parameter",
    { [`${get}/parameters/2`]: { name: "limit", in: "query", schema: { type: "integer" } } },
    `+ parameter: The API has the query parameter "limit"; it is not here. #${get}`
  ],
  [
    "a new header",
    { [`${get}/parameters/2`]: { name: "x-team", in: "header", required: true, schema: { type: "string" } } },
    `+ parameter: The API has the required header "x-team"; it is not here. #${get}`
  ],
  [
    "a removed query parameter",
    { [`${get}/parameters`]: [{ name: "page", in: "query", schema: { type: "integer" } }] },
    `- parameter: There is the query parameter "search" here; the API does not have it. #${get}`
  ],
  [
    "a query parameter that is required now",
    { [`${get}/parameters/0/required`]: true },
    `~ required: The API's query parameter "page" is required; here it is optional. #${get}/parameters/0`
  ],
  [
    "another type of a query parameter",
    { [`${get}/parameters/0/schema/type`]: "boolean" },
    `~ type: The API has a boolean; here it is an integer. #${get}/parameters/0/schema`
  ],
  [
    "a body that is not taken any more",
    { "/paths/~1v1~1things/post/requestBody": undefined },
    "- body: A body is sent here; the API takes none. #/paths/~1v1~1things/post"
  ],
  [
    "a response that is no stream any more",
    {
      "/paths/~1v1~1things~1stream/post/responses/200/content": {
        "application/json": { schema: { $ref: "#/components/schemas/Created" } }
      }
    },
    "- body: The response is read as a stream of events here; the API has only application/json. #/paths/~1v1~1things~1stream/post"
  ]
]

/** Changes of the way in which the same is said. */
export const equivalents: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "version 3.0, with `nullable` and a boolean `exclusiveMinimum`": {
    "/openapi": "3.0.3",
    [`${thing}/properties/note`]: { type: "string", nullable: true },
    [`${thing}/properties/weight`]: { type: "number", minimum: 0, exclusiveMinimum: true }
  },
  "`nullable` beside `allOf`, and beside `anyOf`": {
    "/openapi": "3.0.3",
    "/components/schemas/Text": { type: "string" },
    [`${thing}/properties/note`]: { allOf: [{ $ref: "#/components/schemas/Text" }], nullable: true },
    [`${get}/parameters/1/schema`]: { anyOf: [{ type: "string" }], nullable: true }
  },
  "`allOf` of two objects": {
    "/components/schemas/Base": { type: "object", required: ["id"], properties: { id: { type: "string" } } },
    [created]: {
      allOf: [
        { $ref: "#/components/schemas/Base" },
        { properties: { status: { $ref: "#/components/schemas/Status" }, count: { type: "integer" } } }
      ]
    }
  },
  "limits in a part of `allOf`": {
    [`${thing}/properties/size`]: { allOf: [{ type: "integer", minimum: 0, maximum: 10 }, { minimum: 1 }] }
  },
  "references to a parameter, a body, a response and a path": {
    "/components/parameters": { Page: { name: "page", in: "query", schema: { type: "integer" } } },
    "/components/requestBodies": {
      Thing: { content: { "application/json": { schema: { $ref: "#/components/schemas/Thing" } } } }
    },
    "/components/responses": {
      Created: { content: { "application/json": { schema: { $ref: "#/components/schemas/Created" } } } }
    },
    [`${get}/parameters/0`]: { $ref: "#/components/parameters/Page" },
    "/paths/~1v1~1things/post/requestBody": { $ref: "#/components/requestBodies/Thing" },
    "/paths/~1v1~1things/post/responses/200": { $ref: "#/components/responses/Created" }
  },
  "keys that are tolerated in responses": {
    [`${created}/properties/count`]: { type: "integer", minimum: 0 },
    [`${created}/additionalProperties`]: true,
    [`${created}/required`]: ["id", "status", "count"]
  },
  "a mapping of the discriminator": {
    [`${thing}/properties/shape/discriminator/mapping`]: {
      circle: "#/components/schemas/Circle",
      square: "#/components/schemas/Square"
    },
    "/components/schemas/Circle/properties/kind": { type: "string", enum: ["circle"] }
  }
}
