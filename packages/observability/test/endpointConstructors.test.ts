import { Judge, ObservabilityEndpoint, Page } from "@effect-mistral/observability"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import {
  createEndpoint,
  deleteEndpoint,
  getEndpoint,
  idempotentPostEndpoint,
  judgeEndpoint,
  patchEndpoint,
  putEndpoint
} from "../src/internal/endpoints/endpointConstructors.ts"

const body = Schema.Struct({ a: Schema.String })
const response = Schema.Struct({ b: Schema.String })

describe("an endpoint constructor", () => {
  const made = {
    GET: [getEndpoint("N", "/p", response), Schema.Void, response, "always"],
    "POST that is idempotent": [idempotentPostEndpoint("N", "/p", body, response), body, response, "always"],
    "POST that runs a judge": [judgeEndpoint("N", "/p", body), body, Judge.Output, "beforeFirstByte"],
    "POST that creates": [createEndpoint("N", "/p", body, response), body, response, "ifRejected"],
    PATCH: [patchEndpoint("N", "/p", body, response), body, response, "always"],
    PUT: [putEndpoint("N", "/p", body), body, Schema.Unknown, "always"],
    DELETE: [deleteEndpoint("N", "/p"), Schema.Void, Schema.Unknown, "always"]
  } as const
  for (const [name, [endpoint, request, response, retryable]] of Object.entries(made)) {
    it(`makes a ${name}`, () => {
      assert.strictEqual(endpoint.method, name.split(" ")[0])
      assert.strictEqual(endpoint.name, "N")
      assert.strictEqual(endpoint.path, "/v1/observability/p")
      assert.strictEqual<unknown>(endpoint.request, request)
      assert.strictEqual<unknown>(endpoint.response, response)
      assert.strictEqual(endpoint.retryable, retryable)
    })
  }

  it("takes the schema of the query parameters", () => {
    assert.strictEqual<unknown>(getEndpoint("N", "/p", response, Page.PageQuery).query, Page.PageQuery)
    assert.strictEqual<unknown>(idempotentPostEndpoint("N", "/p", body, response, Page.FeedQuery).query, Page.FeedQuery)
    for (const [{ query }] of Object.values(made)) {
      assert.deepStrictEqual(Schema.decodeUnknownSync(query!)({}), {})
    }
  })
})

describe("the endpoints", () => {
  it("are named by their service and their operation", () => {
    for (const [resource, endpoints] of Object.entries(ObservabilityEndpoint)) {
      const service = resource[0]!.toUpperCase() + resource.slice(1)
      for (const [operation, { name }] of Object.entries<{ readonly name: string }>(endpoints)) {
        assert.strictEqual(name, `${service}.${operation}`)
      }
    }
  })

  it("that may not be retried after a lost connection create something", () => {
    const all = Object.values(ObservabilityEndpoint).flatMap((resource): ReadonlyArray<{
      readonly name: string
      readonly method: string
      readonly retryable: string
    }> => Object.values(resource))
    for (const { method, name, retryable } of all) {
      const action = name.split(".")[1]!
      const creates = action.startsWith("create") || action.startsWith("import")
      const expected = creates ? "ifRejected" : action.startsWith("judge") ? "beforeFirstByte" : "always"
      assert.strictEqual(retryable, expected, name)
      if (retryable !== "always") assert.strictEqual(method, "POST", name)
    }
  })
})
