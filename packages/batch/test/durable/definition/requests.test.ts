import { Batch } from "@effect-mistral/batch"
import { Endpoint } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Data, Result, Schema } from "effect"
import { chatRequest, requestError, secret, withItem } from "./support.ts"

class Rejected extends Data.TaggedError("Rejected")<{ readonly prompt: string }> {
  override get message(): string {
    return this.prompt
  }
}

const throws = (thrown: unknown) =>
  withItem(Schema.String, () => {
    throw thrown
  })

describe("requests", () => {
  it("are the same for the same text", () => {
    const { definition } = withItem(Schema.String, (text) => text)
    assert.deepStrictEqual(definition.request("\"a\""), definition.request("\"a\""))
    assert.deepStrictEqual(Result.getOrThrow(definition.request("\"a\"")), chatRequest("a"))
  })

  it("have the response format of the answer, unless it is read out of the response", () => {
    const options = { name: "a", item: Schema.String, request: chatRequest }
    const objects = Batch.make({ ...options, answer: Schema.Struct({ good: Schema.Boolean }) })
    assert.deepStrictEqual(Result.getOrThrow(objects.definition.request("\"a\"")), {
      ...chatRequest("a"),
      response_format: {
        type: "json_schema",
        json_schema: {
          name: "response",
          schema: {
            type: "object",
            properties: { good: { type: "boolean" } },
            required: ["good"],
            additionalProperties: false
          },
          strict: true
        }
      }
    })
  })

  it("fail with the name and the place of an exception, without its message", () => {
    const failed = /^no request could be made of the item: the function threw (.*) at requests\.test\.ts:\d+:\d+$/
    const nameOf = (thrown: unknown) => failed.exec(requestError(throws(thrown), "\"a\""))?.[1]
    assert.strictEqual(nameOf(new TypeError(secret)), "TypeError")
    assert.strictEqual(nameOf(new Error(`${secret}\n    at ${secret} (file.ts:1:2)`)), "Error")
    assert.strictEqual(nameOf(Object.assign(new Error("a"), { name: secret })), "an error")
    const changed = new Error("a")
    assert.include(changed.stack, "Error: a")
    changed.message = secret
    for (const thrown of [secret, { message: secret }, undefined, changed]) {
      assert.match(requestError(throws(thrown), "\"a\""), /the function threw( Error)?$/)
    }
    assert.isFalse(requestError(throws(new Rejected({ prompt: secret })), "\"a\"").includes(secret))
  })

  it("fail where the function returns none, or one for a stream", () => {
    const returns = (value: unknown) =>
      Batch.make({
        name: "a",
        item: Schema.String,
        // The cast is safe: the test is about programs without types.
        request: () => value as ReturnType<typeof chatRequest>,
        answer: Schema.String,
        read: () => ""
      })
    for (const none of [undefined, null, "text", [], Promise.resolve(chatRequest("a"))]) {
      assert.match(requestError(returns(none), "\"a\""), /the function returned no request$/)
    }
    assert.match(requestError(returns({ ...chatRequest("a"), stream: true }), "\"a\""), /leave out `stream`$/)
    assert.isTrue(Result.isSuccess(returns({ ...chatRequest("a"), stream: false }).definition.request("\"a\"")))
  })
})

describe("a definition", () => {
  it("is refused without a name, with an answer that is no object, and for a path with parameters", () => {
    const options = { name: "a", item: Schema.String, request: chatRequest }
    assert.throws(() => Batch.make({ ...options, name: "", answer: Schema.Struct({}) }), /needs a name/)
    assert.throws(() => Batch.make({ ...options, answer: Schema.String }), /object/)
    assert.throws(
      () =>
        Batch.forEndpoint({ ...Endpoint.createEmbeddings, path: "/v1/things/{id}" }, {
          name: "a",
          item: Schema.String,
          request: () => ({ model: "m", input: "a" }),
          answer: Schema.String,
          read: () => ""
        }),
      /needs parameters in its path/
    )
  })

  it("has another fingerprint when its name, version, endpoint, items or answers change", () => {
    const options = {
      name: "a",
      version: "1",
      item: Schema.Struct({ a: Schema.String }),
      request: () => chatRequest("a"),
      answer: Schema.Struct({ b: Schema.Date })
    }
    const { fingerprint } = Batch.make(options).definition
    assert.deepStrictEqual(Batch.make({ ...options, version: undefined }).definition.fingerprint, fingerprint)
    const changed = (other: Batch.Any) =>
      Object.entries(other.definition.fingerprint).filter(([key, value]) => Object(fingerprint)[key] !== value).map(
        ([key]) => key
      )
    assert.deepStrictEqual(changed(Batch.make({ ...options, name: "b" })), ["name"])
    assert.deepStrictEqual(changed(Batch.make({ ...options, version: "2" })), ["version"])
    assert.deepStrictEqual(changed(Batch.make({ ...options, item: Schema.Struct({ a: Schema.Int }) })), ["item"])
    assert.deepStrictEqual(changed(Batch.make({ ...options, answer: Schema.Struct({ b: Schema.Int }) })), ["answer"])
    assert.deepStrictEqual(changed(Batch.make({ ...options, request: () => chatRequest("b") })), [])
    const { request, ...rest } = options
    const agents = Batch.forEndpoint(Endpoint.agents.complete, {
      ...rest,
      request: () => ({ agent_id: "a", messages: request().messages }),
      read: () => ({ b: new Date(0) })
    })
    assert.deepStrictEqual(changed(agents), ["endpoint"])
  })
})
