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
      body,
      headers: { "extra-parameters": "pass-through" }
    })
  })

  it("has its endpoint as the base URL", () => {
    assert.strictEqual(AzureAi.deployment({ endpoint: "https://a.test" }).baseUrl, "https://a.test")
  })

  const own = {
    model: "m",
    messages: [],
    stream: true,
    temperature: 0,
    top_p: 1,
    max_tokens: 1,
    stop: ["a"],
    frequency_penalty: 0,
    presence_penalty: 0,
    response_format: { type: "text" },
    tools: [],
    tool_choice: "auto"
  }
  it("asks Azure to pass on the keys that its reference lacks, and only those", () => {
    const plain = route(own)
    assert.isTrue("url" in plain && !("headers" in plain))
    assert.isFalse("headers" in route({ ...own, n: undefined }))
    for (const key of ["safe_prompt", "random_seed", "n", "parallel_tool_calls", "metadata", "prompt_mode", "own"]) {
      const routed = route({ ...own, [key]: null })
      assert.deepStrictEqual("url" in routed && routed.headers, { "extra-parameters": "pass-through" })
    }
  })

  it("has the word required for the tool choice any", () => {
    const routed = route({ tool_choice: "any" })
    assert.deepStrictEqual("url" in routed && routed.body, { tool_choice: "required" })
  })

  it("leaves the thinking of other dialects out of assistant messages", () => {
    const routed = route({ messages: [{ role: "assistant", content: "So", reasoning_content: "Hm" }] })
    assert.deepStrictEqual("url" in routed && routed.body, { messages: [{ role: "assistant", content: "So" }] })
  })

  for (
    const [endpoint, url, apiVersion] of [
      ["https://a.test", "https://a.test/models/chat/completions?api-version=2024-05-01-preview"],
      ["https://a.test/models/", "https://a.test/models/chat/completions?api-version=2024-05-01-preview"],
      [
        "https://a.test/models/chat/completions",
        "https://a.test/models/chat/completions?api-version=2024-05-01-preview"
      ],
      ["https://a.test/models/chat/completions?api-version=1", "https://a.test/models/chat/completions?api-version=1"],
      ["https://a.test/?api-version=1&a=2", "https://a.test/models/chat/completions?api-version=1&a=2"],
      ["https://a.test/?api-version=1&a=2", "https://a.test/models/chat/completions?api-version=3&a=2", "3"],
      ["https://a.test/chat/completions", "https://a.test/chat/completions?api-version=3", "3"]
    ] as const
  ) {
    it(`is at ${url} with the endpoint ${endpoint} and the version ${apiVersion}`, () => {
      const routed = AzureAi.deployment({ endpoint, apiVersion })
        .route({ baseUrl: endpoint, path: "/v1/chat/completions", body: {}, streaming: false })
      assert.strictEqual("url" in routed && routed.url, url)
    })
  }

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
