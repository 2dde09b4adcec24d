import { Fault } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import { faultTarget, isTargeted, neverApplicable, notApplicable } from "../../src/internal/faults/faultTarget.ts"

const target = (method: string, path: string, body?: unknown) => faultTarget({ method, path, body })

describe("the target of a fault", () => {
  it("is a stream, a whole completion or another request, by its path and body", () => {
    assert.strictEqual(target("POST", "/v1/chat/completions", { stream: true }).kind, "stream")
    assert.strictEqual(target("POST", "/fim/completions/?a=1", { stream: false }).kind, "completion")
    assert.strictEqual(target("POST", "/v1/chat/completions", "{").kind, "completion")
    assert.strictEqual(target("GET", "/v1/chat/completions", { stream: true }).kind, "other")
    assert.strictEqual(target("POST", "/v1/embeddings", { stream: true }).kind, "other")
    assert.strictEqual(target("GET", "/v1/models?page=1").path, "/v1/models")
  })

  it("matches a method in any case, and a path with or without the version, parameters and slashes", () => {
    const models = target("GET", "/v1/models/abc")
    assert.isTrue(isTargeted({}, models))
    assert.isTrue(isTargeted({ method: "get", path: "/models/{model_id}" }, models))
    assert.isTrue(isTargeted({ path: "/v1/models/abc/" }, models))
    assert.isFalse(isTargeted({ method: "POST" }, models))
    assert.isFalse(isTargeted({ path: "/v1/models" }, models))
    assert.isFalse(isTargeted({ path: "/v1/models/{model_id}/{other}" }, models))
    assert.isFalse(isTargeted({ path: "/v1/models/abd" }, models))
  })
})

describe("a fault does not apply", () => {
  it("to anything but streams, if it changes events", () => {
    const needsStream = [
      Fault.missingDone,
      Fault.garbageEvent(),
      Fault.errorEvent(),
      Fault.giantEvent(1),
      Fault.keepOpen,
      Fault.cut({ afterEvents: 0 }),
      Fault.stall({ afterEvents: 0 })
    ]
    for (const fault of needsStream) {
      assert.isUndefined(notApplicable(fault, { kind: "stream" }))
      assert.match(notApplicable(fault, { kind: "completion" }) ?? "", /needs a streamed completion$/)
    }
    for (const fault of [Fault.cut(), Fault.stall({ afterBytes: 1 }), Fault.reset, Fault.cutCharacter]) {
      assert.isUndefined(notApplicable(fault, { kind: "other" }))
    }
  })

  it("to anything but completions, if it changes finish reasons", () => {
    assert.isUndefined(notApplicable(Fault.missingFinishReason, { kind: "completion" }))
    assert.strictEqual(
      notApplicable(Fault.missingFinishReason, { kind: "other" }),
      "missing_finish_reason needs a completion"
    )
  })

  it("ever, if it is armed for requests that cannot be completions", () => {
    assert.isUndefined(neverApplicable(Fault.missingDone, {}))
    assert.isUndefined(neverApplicable(Fault.missingDone, { path: "/v1/agents/completions" }))
    assert.isDefined(neverApplicable(Fault.missingDone, { method: "GET" }))
    assert.isDefined(neverApplicable(Fault.missingDone, { path: "/v1/embeddings" }))
  })
})
