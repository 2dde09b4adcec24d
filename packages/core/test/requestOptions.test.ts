/**
 * The options of a call override those of its service, and these override those of the client.
 */
import { RequestOptions, RetryPolicy } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"

describe("RequestOptions.merge", () => {
  const service: RequestOptions.RequestOptions = {
    baseUrl: "https://service.test",
    headers: { "x-a": "service", "x-b": "service" },
    timeout: { firstByte: "1 second", idle: "2 seconds", nextEvent: "7 seconds", total: "3 seconds" },
    retry: RetryPolicy.none,
    maxSize: 10,
    fastPath: false,
    extraBody: { a: 1, b: 1 },
    checks: { order: false, toolCalls: false }
  }
  const call: RequestOptions.RequestOptions = {
    baseUrl: "https://call.test",
    headers: { "x-b": "call" },
    timeout: { firstByte: "4 seconds", idle: "5 seconds", nextEvent: "8 seconds", total: "6 seconds" },
    retry: RetryPolicy.defaultPolicy,
    maxSize: 20,
    fastPath: true,
    extraBody: { b: 2 },
    checks: { order: true, toolCalls: true }
  }
  const unset: RequestOptions.RequestOptions = {
    baseUrl: undefined,
    headers: undefined,
    timeout: { firstByte: undefined, idle: undefined, nextEvent: undefined, total: undefined },
    retry: undefined,
    maxSize: undefined,
    fastPath: undefined,
    extraBody: undefined,
    checks: { order: undefined, toolCalls: undefined }
  }

  it("leaves the service's setting where the call's is undefined", () => {
    assert.deepStrictEqual(RequestOptions.merge(service, unset), service)
    assert.deepStrictEqual(
      RequestOptions.merge(service, { ...unset, timeout: undefined, checks: undefined }),
      service
    )
  })

  it("takes the call's setting where there is one; headers and extra keys one by one", () => {
    assert.deepStrictEqual(RequestOptions.merge(service, call), {
      ...call,
      headers: { "x-a": "service", "x-b": "call" },
      extraBody: { a: 1, b: 2 }
    })
  })

  it("is the same as laying first the service's over the client's, then the call's", () => {
    const given: ReadonlyArray<RequestOptions.RequestOptions | undefined> = [undefined, {}, service, call, unset, {
      timeout: { idle: "1 minute" }
    }, { checks: { order: false } }]
    for (const first of given) {
      for (const second of given) {
        const inTurn = RequestOptions.resolve(RequestOptions.resolve(RequestOptions.defaults, first), second)
        const merged = RequestOptions.resolve(RequestOptions.defaults, RequestOptions.merge(first, second))
        assert.deepStrictEqual({ ...merged, extraBody: merged.extraBody ?? {} }, {
          ...inTurn,
          extraBody: inTurn.extraBody ?? {}
        })
      }
    }
  })
})
