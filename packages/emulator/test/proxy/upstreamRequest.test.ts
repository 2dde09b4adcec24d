import { assert, describe, it } from "@effect/vitest"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Redacted from "effect/Redacted"
import { failureCode, upstreamRequest } from "../../src/internal/proxy/upstreamRequest.ts"

const request = (path: string, headers: Record<string, string> = {}) =>
  HttpClientRequest.setHeaders(HttpClientRequest.get(path), headers)

describe("the upstream request", () => {
  it("goes to the path below the base URL, with one version in between", () => {
    const url = (base: string, path: string) => upstreamRequest(request(path), { url: base }).url
    const host = "https://api.mistral.ai"
    for (const base of [host, `${host}/`, `${host}/v1`, `${host}/v1/`]) {
      assert.strictEqual(url(base, "/v1/models?page=1"), `${host}/v1/models?page=1`)
      assert.strictEqual(url(base, "/models"), `${host}/v1/models`)
    }
    assert.strictEqual(
      url("https://example.com/openai/v2beta/", "/v1/models"),
      "https://example.com/openai/v2beta/models"
    )
    assert.strictEqual(url("https://v1.example.com", "/models"), "https://v1.example.com/v1/models")
  })

  it("has no headers of the client's connection or for the emulator, and asks for no compression", () => {
    const { headers } = upstreamRequest(
      request("/v1/models", {
        "accept-encoding": "gzip",
        "authorization": "Bearer client",
        "connection": "close",
        "content-length": "3",
        "host": "localhost",
        "origin": "http://localhost:3000",
        "x-emulator-fault": "reset",
        "x-request-id": "1"
      }),
      { url: "https://api.mistral.ai" }
    )
    assert.deepStrictEqual({ ...headers }, {
      "accept-encoding": "identity",
      "authorization": "Bearer client",
      "x-request-id": "1"
    })
  })

  it("has the upstream server's key in place of the client's, if it is given", () => {
    const upstream = { url: "https://api.mistral.ai", apiKey: Redacted.make("upstream") }
    const { headers } = upstreamRequest(request("/v1/models", { authorization: "Bearer client" }), upstream)
    assert.strictEqual(headers["authorization"], "Bearer upstream")
  })
})

describe("the code of a failure", () => {
  it("is that of the error, of a cause or of a reason", () => {
    const refused = Object.assign(new Error("connect"), { code: "ECONNREFUSED" })
    assert.strictEqual(failureCode(refused), "ECONNREFUSED")
    assert.strictEqual(
      failureCode({ reason: { cause: new TypeError("fetch failed", { cause: refused }) } }),
      "ECONNREFUSED"
    )
    assert.strictEqual(failureCode(new Error("secret")), "no details")
    const circular: { cause?: unknown } = {}
    circular.cause = circular
    assert.strictEqual(failureCode(circular), "no details")
  })
})
