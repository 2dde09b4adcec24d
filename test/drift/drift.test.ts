/** The comparison of OpenAPI files with endpoint values: each change of a constructed file is one line of the report. */
import { assert, describe, it } from "@effect/vitest"
import { cases, equivalents, thing } from "./cases.ts"
import { changedFile, driftOf, subject } from "./constructed.ts"
import { UnreadableFile } from "./document.ts"
import { findDrift, reportOf } from "./drift.ts"

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
