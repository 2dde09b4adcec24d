/** The comparison of OpenAPI files with endpoint values: each change of a constructed file is one line of the report. */
import { assert, describe, it } from "@effect/vitest"
import { changedFile, driftOf, subject } from "./constructed.ts"
import { UnreadableFile } from "./document.ts"
import { findDrift, reportOf } from "./drift.ts"

/** A change of the file, and the one line that it makes, up to the places. */
type Case = readonly [name: string, changes: Readonly<Record<string, unknown>>, line: string]

const thing = "/components/schemas/Thing"
const created = "/components/schemas/Created"
const get = "/paths/~1v1~1things/get"

const cases: ReadonlyArray<Case> = [
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
const equivalents: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
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

describe("drift", () => {
  it("is not seen where file and endpoint values say the same", () => {
    const drift = driftOf({})
    assert.deepStrictEqual(drift.differences, [])
    assert.isTrue(drift.clean)
    assert.strictEqual(drift.compared, subject.endpoints.length)
  })

  for (const [name, changes, line] of cases) {
    it(`shows ${name} in one line`, () => {
      const drift = driftOf(changes)
      const lines = reportOf(drift).split("\n").filter((line) => /^ {2}[-+~!] /.test(line))
      assert.deepStrictEqual(lines.map((line) => line.trim().replace(/ \([^()]*(\([^()]*\)[^()]*)*\)$/, "")), [line])
      assert.isFalse(drift.clean)
    })
  }

  for (const [name, changes] of Object.entries(equivalents)) {
    it(`is not seen in ${name}`, () => assert.deepStrictEqual(driftOf(changes).differences, []))
  }

  it("names every place of a schema that several operations use", () => {
    const [difference] = driftOf({ [`${thing}/properties/color/enum`]: ["red", "green", "blue"] }).differences
    assert.deepStrictEqual(difference?.places, ["Things.create request.color", "Things.stream request.color"])
  })
})

describe("known differences", () => {
  const changes = { [`${thing}/properties/depth`]: { type: "integer" } }
  const exception = { about: "key", at: `#${thing}`, name: "depth", reason: "It is only for machines." } as const

  it("are left out, with their reasons", () => {
    const drift = driftOf(changes, [exception])
    assert.isTrue(drift.clean)
    assert.deepStrictEqual(drift.exceptions, [exception])
  })

  it("are reported when they no longer apply", () => {
    const drift = driftOf({}, [exception])
    assert.isFalse(drift.clean)
    assert.deepStrictEqual(drift.stale, [exception])
    assert.include(reportOf(drift), "! key: \"depth\" at #/components/schemas/Thing is no difference any more.")
  })

  it("at a place that the file does not have are reported if the file is complete", () => {
    const elsewhere = { ...exception, at: "#/components/schemas/Other" }
    assert.isTrue(driftOf({}, [elsewhere]).clean)
    assert.strictEqual(driftOf({}, [elsewhere], { complete: true }).stale.length, 1)
  })

  it("can be told by an endpoint and a place in it, and then hold there alone", () => {
    const drift = driftOf(changes, [{ ...exception, at: "Things.create request.depth" }])
    assert.deepStrictEqual(drift.differences.map(({ places }) => places), [["Things.stream request.depth"]])
  })

  it("in responses are not missed where a request uses the schema", () => {
    const inResponse = { ...exception, at: `#${thing}`, in: "response" } as const
    assert.isTrue(driftOf({}, [inResponse]).clean)
  })
})

describe("operations", () => {
  const others = {
    "/paths/~1v1~1agents": { get: { tags: ["agents"], responses: {} } },
    "/paths/~1v2~1quantum#a": { post: { tags: ["quantum"], responses: {} } },
    "/paths/~1v2~1quantum#b": { post: { tags: ["quantum"], responses: {} } }
  }

  it("that are not served are listed by tag, with the reason or as not claimed", () => {
    const drift = driftOf(others)
    assert.isTrue(drift.clean)
    assert.deepStrictEqual(drift.notServed.map(({ operation, tag }) => [tag, operation]), [
      ["agents", "GET /v1/agents"],
      ["quantum", "POST /v2/quantum"]
    ])
    const report = reportOf(drift)
    assert.match(report, /Operations that are not served \(2\):\n {2}agents \(Management of agents: /)
    assert.include(report, "  quantum (not claimed)\n    POST /v2/quantum")
  })

  const endpoints = [...subject.endpoints, { ...subject.endpoints[2]!, name: "Others.fetch", path: "/v1/others/{id}" }]

  it("of a part that the file does not describe are listed, and missed if the file is complete", () => {
    const drift = driftOf({}, [], { endpoints })
    assert.isTrue(drift.clean)
    assert.deepStrictEqual(drift.notDescribed, { Others: ["GET /v1/others/{id}"] })
    assert.include(reportOf(drift), "  Others (1 operation)")
    assert.deepStrictEqual(driftOf({}, [], { endpoints, complete: true }).differences.map(({ name }) => name), [
      "GET /v1/others/{id}"
    ])
  })

  it("are looked up in all files", () => {
    const other = changedFile({})
    other["paths"] = { "/v1/others/{id}": Reflect.get(Object(other["paths"]), "/v1/things/{thing_id}") }
    const documents = [{ file: "things.json", root: changedFile({}) }, { file: "others.json", root: other }]
    const drift = findDrift(documents, { ...subject, endpoints, complete: true }, [])
    assert.deepStrictEqual(drift.differences, [])
    assert.strictEqual(drift.compared, endpoints.length)
  })
})

describe("a file with a circle of references", () => {
  for (
    const [name, schema] of [
      ["that holds nothing", { $ref: "#/components/schemas/Status" }],
      ["through `allOf`", { allOf: [{ $ref: "#/components/schemas/Status" }] }],
      ["through `anyOf`", { anyOf: [{ $ref: "#/components/schemas/Status" }, { type: "null" }] }]
    ] as const
  ) {
    it(`${name} cannot be read`, () => {
      assert.throws(() => driftOf({ "/components/schemas/Status": schema }), UnreadableFile)
    })
  }

  it("to a schema that it does not have cannot be read", () => {
    assert.throws(() => driftOf({ "/components/schemas/Status": undefined }), UnreadableFile, "which it does not have")
  })
})
