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

  const urls: ReadonlyArray<readonly [baseUrl: string, chat: string, models: string]> = [
    ["https://a.test", "https://a.test/v1/chat/completions", "https://a.test/v1/models"],
    ["https://a.test?key=1", "https://a.test/v1/chat/completions?key=1", "https://a.test/v1/models?key=1"],
    ["https://a.test/v1?a=1&b=2", "https://a.test/v1/chat/completions?a=1&b=2", "https://a.test/v1/models?a=1&b=2"],
    ["https://a.test/v1/?a=/v1/", "https://a.test/v1/chat/completions?a=/v1/", "https://a.test/v1/models?a=/v1/"],
    ["https://a.test/?a=b?c", "https://a.test/v1/chat/completions?a=b?c", "https://a.test/v1/models?a=b?c"],
    ["https://a.test/v1?", "https://a.test/v1/chat/completions", "https://a.test/v1/models"],
    ["https://a.test/v1/#top", "https://a.test/v1/chat/completions", "https://a.test/v1/models"],
    ["https://a.test/v1?a=1#top?x", "https://a.test/v1/chat/completions?a=1", "https://a.test/v1/models?a=1"],
    ["https://a.test/v1/chat/completions", "https://a.test/v1/chat/completions", "https://a.test/v1/models"],
    ["https://a.test/api/chat/completions/", "https://a.test/api/chat/completions", "https://a.test/api/models"],
    ["https://a.test/api/fim/completions", "https://a.test/api/chat/completions", "https://a.test/api/models"],
    ["https://a.test/v1/embeddings?a=1", "https://a.test/v1/chat/completions?a=1", "https://a.test/v1/models?a=1"],
    [
      "https://a.test/mistral/azure/ocr",
      "https://a.test/mistral/azure/chat/completions",
      "https://a.test/mistral/azure/models"
    ],
    ["https://a.test/v1/chat/classifications", "https://a.test/v1/chat/completions", "https://a.test/v1/models"],
    ["https://a.test/v1/chat/moderations", "https://a.test/v1/chat/completions", "https://a.test/v1/models"],
    ["https://a.test/files", "https://a.test/files/v1/chat/completions", "https://a.test/files/v1/models"],
    ["https://a.test/ocr2", "https://a.test/ocr2/v1/chat/completions", "https://a.test/ocr2/v1/models"],
    [
      "https://user:pass@a.test:8443/p//",
      "https://user:pass@a.test:8443/p/v1/chat/completions",
      "https://user:pass@a.test:8443/p/v1/models"
    ]
  ]
  for (const [baseUrl, chat, models] of urls) {
    it(`makes the URLs of operations at ${baseUrl}`, () => {
      assert.deepStrictEqual(
        ["/v1/chat/completions", "/v1/models"].map((path) => Deployment.operationUrl(baseUrl, path)),
        [chat, models]
      )
    })
  }

  it("leaves the thinking of other dialects out of assistant messages, and the other keys as they are", () => {
    const { route } = Deployment.mistral
    const thinking = { reasoning: "a", reasoning_content: "b", reasoning_details: [{ text: "c" }] }
    const messages = [{ role: "user", content: "Hi" }, { role: "assistant", content: "So", prefix: true, ...thinking }]
    const body = { model: "m", messages }
    for (const path of ["/v1/chat/completions", "/v1/agents/completions"]) {
      assert.deepStrictEqual(route({ baseUrl: "https://a.test", path, body, streaming: false }), {
        url: `https://a.test${path}`,
        body: { model: "m", messages: [messages[0], { role: "assistant", content: "So", prefix: true }] }
      })
    }
    assert.deepInclude(messages[1], thinking)
  })

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
