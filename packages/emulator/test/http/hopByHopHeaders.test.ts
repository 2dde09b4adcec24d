import { assert, describe, it } from "@effect/vitest"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { endToEndHeaders, withoutHopByHopHeaders } from "../../src/internal/http/hopByHopHeaders.ts"

describe("headers of one connection", () => {
  it("are left out, and so are those that the connection header names", () =>
    assert.deepStrictEqual(
      withoutHopByHopHeaders({
        "connection": "close, X-Own",
        "keep-alive": "timeout=5",
        "te": "trailers",
        "transfer-encoding": "chunked",
        "upgrade": "h2c",
        "x-own": "1",
        "x-other": "2"
      }),
      { "x-other": "2" }
    ))
})

describe("headers of a response", () => {
  const request = HttpClientRequest.get("http://localhost/")
  const headers = { "content-encoding": "gzip", "content-length": "20", "x-request-id": "1", "connection": "close" }

  it("of a fetch have no encoding and no length, because it has decoded the body", () =>
    assert.deepStrictEqual(
      endToEndHeaders(HttpClientResponse.fromWeb(request, new Response("text", { headers }))),
      { "content-type": "text/plain;charset=UTF-8", "x-request-id": "1" }
    ))

  it("of another client keep them", () => {
    const response = HttpServerResponse.toClientResponse(HttpServerResponse.empty({ headers }), { request })
    assert.deepInclude(endToEndHeaders(response), { "content-encoding": "gzip", "content-length": "20" })
  })
})
