/** The attributes that spans take from responses and errors, and the names of spans. */
import { Endpoint, MistralError, Telemetry } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"

describe("the attributes of a span", () => {
  it("of a response are those that are known", () => {
    assert.deepStrictEqual(Telemetry.responseAttributes({ id: null, usage: null, choices: null }), {})
    assert.deepStrictEqual(Telemetry.responseAttributes(undefined), {})
    assert.deepStrictEqual(Telemetry.responseAttributes("text"), {})
    assert.deepStrictEqual(
      Telemetry.responseAttributes({
        choices: [{ finish_reason: "stop" }, { finish_reason: null }, {}, { finish_reason: "length" }],
        usage: { prompt_tokens: 0, completion_tokens: 0 }
      }),
      {
        "gen_ai.response.finish_reasons": ["stop", "length"],
        "gen_ai.usage.input_tokens": 0,
        "gen_ai.usage.output_tokens": 0
      }
    )
    assert.deepStrictEqual(Telemetry.responseAttributes({ model: "m", choices: [{ finish_reason: null }] }), {
      "gen_ai.response.model": "m"
    })
  })

  it("of an error are its reason, and the status and request id it came with", () => {
    const attributesOf = (reason: MistralError.MistralErrorReason) =>
      Telemetry.errorAttributes(
        new MistralError.MistralError({
          operation: "Chat.complete",
          method: "POST",
          path: "/v1/chat/completions",
          reason
        })
      )
    assert.deepStrictEqual(attributesOf(new MistralError.NotFound({ status: 404, requestId: "id-1" })), {
      "error.type": "NotFound",
      "http.response.status_code": 404,
      "mistral_ai.request.id": "id-1"
    })
    assert.deepStrictEqual(attributesOf(new MistralError.StreamEndedEarly({ chunks: 1, requestId: "id-1" })), {
      "error.type": "StreamEndedEarly",
      "mistral_ai.request.id": "id-1"
    })
    assert.deepStrictEqual(attributesOf(new MistralError.ConnectionFailed({ description: "no" })), {
      "error.type": "ConnectionFailed"
    })
  })

  it("name an operation by itself where no model runs, or where it names none", () => {
    assert.strictEqual(Telemetry.spanName(Endpoint.chat.complete, { model: "m" }), "chat m")
    assert.strictEqual(Telemetry.spanName(Endpoint.chat.complete, {}), "Chat.complete")
    assert.strictEqual(Telemetry.spanName(Endpoint.chat.complete, undefined), "Chat.complete")
    assert.strictEqual(Telemetry.spanName(Endpoint.agents.stream, { agent_id: "a" }), "invoke_agent a")
    assert.strictEqual(Telemetry.spanName(Endpoint.createModerations, { model: "m" }), "Moderations.create")
  })
})
