import { assert, describe, it } from "@effect/vitest"
import type { CassetteRequest } from "../../src/internal/cassette/format/cassetteFormat.ts"
import {
  comparedRequest,
  differences,
  requestHash,
  requestKey,
  withVersion
} from "../../src/internal/cassette/matching/requestComparison.ts"

const request = (more: Partial<CassetteRequest> = {}): CassetteRequest => ({
  method: "POST",
  path: "/v1/chat/completions",
  headers: {},
  body: { json: { model: "m", messages: [{ role: "user", content: "Hi" }] } },
  ...more
})

const key = (more?: Partial<CassetteRequest>, ignore: ReadonlyArray<string> = []) => requestKey(request(more), ignore)

describe("requests are equal", () => {
  it("with or without the version in the path, whatever their headers", () => {
    assert.strictEqual(key({ path: "/chat/completions", headers: { accept: "text/event-stream" } }), key())
    assert.strictEqual(withVersion("/v1"), "/v1")
    assert.strictEqual(withVersion("/v1beta/models"), "/v1/v1beta/models")
  })

  it("with bodies of the same JSON value, however they were written", () => {
    const json = { messages: [{ content: "Hi", role: "user" }], model: "m" }
    assert.strictEqual(key({ body: { json } }), key())
    assert.strictEqual(key({ body: { text: JSON.stringify(json, undefined, 2) } }), key())
  })

  it("with query parameters in another order, but not with other values or other orders of one parameter", () => {
    const path = (query: string) => key({ path: `/v1/models?${query}` })
    assert.strictEqual(path("a=1&b=2"), path("b=2&a=1"))
    assert.notStrictEqual(path("a=1&a=2"), path("a=2&a=1"))
    assert.notStrictEqual(path("a=1"), path("a=2"))
  })

  it("where they differ at ignored places only", () => {
    const other = { body: { json: { model: "m", messages: [{ role: "user", content: "Bye" }] } } }
    assert.notStrictEqual(key(other), key())
    assert.strictEqual(key(other, ["body.messages.*.content"]), key({}, ["body.messages.*.content"]))
    const paged = (page: number) => key({ path: `/v1/models?page=${page}&q=a` }, ["query.page"])
    assert.strictEqual(paged(1), paged(2))
    assert.notStrictEqual(key({ method: "GET" }, ["query"]), key({}, ["query"]))
  })

  it("have equal hashes of ten digits", () => {
    assert.match(requestHash(request()), /^[0-9a-f]{10}$/)
    assert.strictEqual(requestHash(request({ path: "/chat/completions" })), requestHash(request()))
    assert.notStrictEqual(requestHash(request({ path: "/v1/models" })), requestHash(request()))
  })
})

describe("the differences of two requests", () => {
  const view = (more: Partial<CassetteRequest>) => comparedRequest(request(more), [])

  it("are places, without values", () =>
    assert.deepStrictEqual(
      differences(
        view({}),
        view({ path: "/v1/models?a=1", body: { json: { model: "n", messages: [{ role: "user", content: "Bye" }] } } })
      ),
      ["path", "query.a", "body.model", "body.messages.0.content"]
    ))

  it("tell a missing value from null, and a list from an object", () => {
    assert.deepStrictEqual(differences({ a: null }, {}), ["a"])
    assert.deepStrictEqual(differences({ a: [] }, { a: {} }), ["a"])
    assert.deepStrictEqual(differences({ a: 1 }, { a: 1 }), [])
  })
})
