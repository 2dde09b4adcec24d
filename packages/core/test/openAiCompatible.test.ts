import * as OpenAiCompatible from "@effect-mistral/core/OpenAiCompatible"
import { assert, describe, it } from "@effect/vitest"

const route = (body: Record<string, unknown> | undefined, baseUrl = "https://o.test", path = "/v1/chat/completions") =>
  OpenAiCompatible.deployment({ baseUrl }).route({ baseUrl, path, body, streaming: false })

describe("OpenAiCompatible.deployment", () => {
  const bodies: Record<string, readonly [given: Record<string, unknown>, sent: Record<string, unknown>]> = {
    "renames a seed, 0 too": [{ random_seed: 0 }, { seed: 0 }],
    "leaves out a seed that is null": [{ random_seed: null }, {}],
    "turns the tool choice any into required": [{ tool_choice: "any" }, { tool_choice: "required" }],
    "keeps any other tool choice": [{ tool_choice: "none" }, { tool_choice: "none" }],
    "leaves out an empty list of tools": [{ tools: [] }, {}],
    "leaves out tools that are null": [{ tools: null }, {}],
    "keeps tools": [{ tools: [1] }, { tools: [1] }],
    "leaves out what only Mistral knows where it changes nothing": [
      { guardrails: null, prompt_mode: null, safe_prompt: false },
      {}
    ],
    "keeps every other key": [{ n: 2, service_tier: null, own: {} }, { n: 2, service_tier: null, own: {} }]
  }
  for (const [name, [given, body]] of Object.entries(bodies)) {
    it(name, () => {
      assert.deepStrictEqual(route({ model: "m", ...given }), {
        url: "https://o.test/v1/chat/completions",
        body: { model: "m", ...body }
      })
    })
  }

  it("names every key that it refuses", () => {
    assert.deepStrictEqual(route({ guardrails: [], prompt_mode: "reasoning", safe_prompt: true }), {
      issues: ["guardrails", "prompt_mode", "safe_prompt"].map((key) => ({
        path: [key],
        message: "An OpenAI-compatible server does not take this key"
      }))
    })
  })

  it("sends a request without a body", () => {
    assert.deepStrictEqual(route(undefined, "https://o.test/v2/", "/v1/models"), {
      url: "https://o.test/v2/models",
      body: undefined
    })
  })

  for (
    const [baseUrl, url] of [
      ["https://o.test/v10", "https://o.test/v10/models"],
      ["https://o.test/vendor", "https://o.test/vendor/v1/models"],
      ["https://v1.test", "https://v1.test/v1/models"],
      ["https://o.test//", "https://o.test/v1/models"]
    ] as const
  ) {
    it(`adds the version to ${baseUrl} only where it has none`, () => {
      assert.deepStrictEqual(route(undefined, baseUrl, "/v1/models"), { url, body: undefined })
    })
  }
})
