import * as AzureAi from "@effect-mistral/core/AzureAi"
import { assert, describe, it } from "@effect/vitest"

const route = (body: Record<string, unknown> | undefined, path = "/v1/chat/completions", apiVersion?: string) =>
  AzureAi.deployment({ endpoint: "https://a.test", apiVersion })
    .route({ baseUrl: "https://other.test/v1/", path, body, streaming: false })

describe("AzureAi.deployment", () => {
  it("takes the base URL of the client and leaves the body as it is", () => {
    const body = { model: "m", safe_prompt: true, reasoning_effort: "low" }
    assert.deepStrictEqual(route(body), {
      url: "https://other.test/models/chat/completions?api-version=2024-05-01-preview",
      body
    })
  })

  it("has its endpoint as the base URL", () => {
    assert.strictEqual(AzureAi.deployment({ endpoint: "https://a.test" }).baseUrl, "https://a.test")
  })

  it("escapes the version of the API", () => {
    const routed = route({}, undefined, "a&b")
    assert.isTrue("url" in routed && routed.url.endsWith("?api-version=a%26b"))
  })

  it("names every key that it refuses", () => {
    assert.deepStrictEqual(route({ service_tier: null, prompt_cache_key: "" }), {
      issues: ["prompt_cache_key", "service_tier"].map((key) => ({
        path: [key],
        message: "Azure AI does not take this key"
      }))
    })
  })

  for (
    const [path, body] of [["/v1/embeddings", {}], ["/v1/agents/completions", {}], ["/v1/models", undefined], [
      "/v1/chat/completions",
      undefined
    ]] as const
  ) {
    it(`does not serve ${path}`, () => {
      assert.deepStrictEqual(route(body, path), {
        issues: [{ path: [], message: `Azure AI does not serve ${path}: it serves chat` }]
      })
    })
  }
})
