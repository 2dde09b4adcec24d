import { assert, describe, it } from "@effect/vitest"
import type { CassetteRequest, StoredCassette } from "../../src/internal/cassette/format/cassetteFormat.ts"
import { makeExchangeMatcher } from "../../src/internal/cassette/matching/exchangeMatcher.ts"

const request = (content: string, more: Partial<CassetteRequest> = {}): CassetteRequest => ({
  method: "POST",
  path: "/v1/chat/completions",
  headers: {},
  body: { json: { model: "m", content } },
  ...more
})

const stored = (file: string, request: CassetteRequest, status: number): StoredCassette => ({
  file,
  cassette: {
    version: 1,
    request,
    response: { status, headers: {}, after: 0, end: { after: 0, how: "complete" } }
  }
})

describe("a matcher", () => {
  it("gives recordings of one request in their order, and the last one repeatedly", () => {
    const matcher = makeExchangeMatcher([
      stored("a-001.json", request("a"), 201),
      stored("b-001.json", request("b"), 203),
      stored("a-002.json", request("a"), 202)
    ], [])
    assert.deepStrictEqual([1, 2, 3].map(() => matcher.next(request("a"))?.status), [201, 202, 202])
    assert.strictEqual(matcher.next(request("b"))?.status, 203)
    assert.isUndefined(matcher.next(request("c")))
  })

  it("gives a recording that was added later", () => {
    const matcher = makeExchangeMatcher([], [])
    assert.isUndefined(matcher.next(request("a")))
    matcher.add(stored("a-001.json", request("a"), 200))
    assert.strictEqual(matcher.next(request("a"))?.status, 200)
  })

  it("names the nearest cassettes and the places where they differ, an endpoint being farther than any body", () => {
    const matcher = makeExchangeMatcher([
      stored("models.json", request("secret", { path: "/v1/models" }), 200),
      stored("far.json", request("x", { body: { json: { model: "n", content: "x" } } }), 200),
      stored("near.json", request("y"), 200)
    ], [])
    const message = matcher.explain(request("secret"))
    assert.match(message, /^No cassette matches POST \/v1\/chat\/completions \([0-9a-f]{10}\)\. Nearest: /)
    assert.include(
      message,
      "near.json differs in body.content; far.json differs in body.model, body.content; models.json differs in path."
    )
    assert.notInclude(message, "secret")
    assert.include(makeExchangeMatcher([], []).explain(request("a")), "There are no cassettes.")
  })

  it("names at most three cassettes, and five places of each", () => {
    const body = (seed: number) => ({
      json: Object.fromEntries(Array.from({ length: 7 }, (_, at) => [`key${at}`, seed]))
    })
    const matcher = makeExchangeMatcher(
      Array.from({ length: 5 }, (_, at) => stored(`${at}.json`, request("", { body: body(at) }), 200)),
      []
    )
    const message = matcher.explain(request("", { body: body(9) }))
    assert.strictEqual(message.split(" differs in ").length - 1, 3)
    assert.include(message, "body.key4 and 2 more")
  })
})
