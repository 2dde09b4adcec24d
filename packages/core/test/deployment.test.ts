import * as Deployment from "@effect-mistral/core/Deployment"
import { assert, describe, it } from "@effect/vitest"

describe("Deployment", () => {
  for (
    const [given, expected] of [
      ["https://a.test", "https://a.test"],
      ["https://a.test///", "https://a.test"],
      ["https://a.test/v1", "https://a.test"],
      ["https://a.test/v1//", "https://a.test"],
      ["https://a.test/v1/x", "https://a.test/v1/x"],
      ["https://a.test/v2", "https://a.test/v2"]
    ] as const
  ) {
    it(`makes the base URL ${given} ${expected}`, () => {
      assert.strictEqual(Deployment.withoutVersion(given), expected)
    })
  }

  it("has one issue for each refused key that a body has, with whatever value", () => {
    const body = { a: null, b: undefined, c: false, d: 1, e: "" }
    assert.deepStrictEqual(Deployment.refuseKeys("It", body, ["e", "c", "b", "a", "f"]), [
      { path: ["e"], message: "It does not take this key" },
      { path: ["c"], message: "It does not take this key" },
      { path: ["a"], message: "It does not take this key" }
    ])
  })

  it("is Mistral's platform with its own host, and changes no body", () => {
    const { baseUrl, provider, route } = Deployment.mistral
    assert.deepStrictEqual({ baseUrl, provider }, { baseUrl: Deployment.hosts.global, provider: "mistral_ai" })
    const body = { model: "m" }
    const routed = route({ baseUrl: "https://a.test/v1/", path: "/v1/models", body, streaming: false })
    assert.deepStrictEqual(routed, { url: "https://a.test/v1/models", body })
  })

  it("knows Mistral's hosts", () => {
    assert.deepStrictEqual(Deployment.hosts, {
      global: "https://api.mistral.ai",
      eu: "https://api.eu.mistral.ai",
      us: "https://api.us.mistral.ai",
      codestral: "https://codestral.mistral.ai"
    })
  })
})
