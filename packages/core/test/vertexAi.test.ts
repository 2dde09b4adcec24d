import type * as Deployment from "@effect-mistral/core/Deployment"
import * as VertexAi from "@effect-mistral/core/VertexAi"
import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import { TestClock } from "effect/testing"

describe("VertexAi.untilExpired", () => {
  it.effect("fetches one token for ten calls at the same time", () =>
    Effect.gen(function*() {
      const { fetched, token } = tokens({ minutes: 60 }, Effect.sleep("1 second"))
      const fiber = yield* Effect.forkChild(Effect.all(Array.from({ length: 10 }, () => token), { concurrency: 10 }))
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(
        (yield* Fiber.join(fiber)).map(Redacted.value),
        Array.from({ length: 10 }, () => "token-1")
      )
      assert.strictEqual(fetched(), 1)
    }))

  it.effect("fetches a token with less than a minute left for every call", () =>
    Effect.gen(function*() {
      const { token } = tokens({ seconds: 60 })
      assert.deepStrictEqual([yield* token, yield* token].map(Redacted.value), ["token-1", "token-2"])
    }))

  it.effect("keeps a token up to the last millisecond before its last minute", () =>
    Effect.gen(function*() {
      const { token } = tokens({ minutes: 2 })
      yield* token
      yield* TestClock.adjust("59999 millis")
      assert.strictEqual(Redacted.value(yield* token), "token-1")
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(Redacted.value(yield* token), "token-2")
    }))

  it.effect("fails as the fetch does, and fetches again for the next call", () =>
    Effect.gen(function*() {
      const { token } = tokens({ minutes: 60 }, (at) => at === 1 ? Effect.fail("no token") : Effect.void)
      assert.strictEqual(yield* Effect.flip(token), "no token")
      assert.strictEqual(Redacted.value(yield* token), "token-2")
    }))

  it.effect("goes on after a fetch that was interrupted", () =>
    Effect.gen(function*() {
      const { token } = tokens({ minutes: 60 }, (at) => at === 1 ? Effect.never : Effect.void)
      const fiber = yield* Effect.forkChild(token)
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(Redacted.value(yield* token), "token-2")
    }))
})

describe("VertexAi.fromGoogleAuth", () => {
  for (const given of [null, undefined, ""]) {
    it.effect(`fails where the token is ${JSON.stringify(given)}`, () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(
          VertexAi.fromGoogleAuth({ getAccessToken: () => Promise.resolve(given) })
        )
        assert.strictEqual(error.message, "google-auth-library gave no access token")
      }))
  }
})

describe("VertexAi.deployment", () => {
  const { route } = VertexAi.deployment({ projectId: "a/b", region: "eu west" })
  const chat = (body: Record<string, unknown>, streaming = false) =>
    route({ baseUrl: "https://v.test/v1/", path: "/v1/chat/completions", body: { model: "m", ...body }, streaming })

  it("escapes project, region and model in the URL", () => {
    assert.strictEqual(
      urlOf(chat({ model: "a b@c/d" }, true)),
      "https://v.test/v1/projects/a%2Fb/locations/eu%20west/publishers/mistralai/models/a%20b@c%2Fd:streamRawPredict"
    )
  })

  for (
    const [model, id, name] of [
      ["codestral-2405", "codestral@2405", "codestral"],
      ["mistral-large-2407", "mistral-large@2407", "mistral-large"],
      ["mistral-nemo-2407", "mistral-nemo@2407", "mistral-nemo"],
      ["mistral-large-2411", "mistral-large-2411", "mistral-large-2411"]
    ] as const
  ) {
    it(`calls ${model} at ${id} and names it ${name} in the body`, () => {
      const routed = chat({ model })
      assert.include(urlOf(routed), `/models/${id}:rawPredict`)
      assert.deepStrictEqual(bodyOf(routed), { model: name })
    })
  }

  for (const reasoning_effort of [null, "none", "high"]) {
    it(`sends the reasoning effort ${reasoning_effort}`, () => {
      assert.deepStrictEqual(bodyOf(chat({ reasoning_effort })), { model: "m", reasoning_effort })
    })
  }

  for (const reasoning_effort of ["minimal", "low", "medium", "xhigh"]) {
    it(`refuses the reasoning effort ${reasoning_effort}`, () => {
      assert.deepStrictEqual(issuesOf(chat({ reasoning_effort })), [
        { path: ["reasoning_effort"], message: "Expected \"none\" or \"high\" on Vertex AI" }
      ])
    })
  }

  it("names every key that it refuses", () => {
    const refused = { safe_prompt: false, service_tier: "auto", prompt_cache_key: "k", reasoning_effort: "low" }
    assert.deepStrictEqual(issuesOf(chat(refused)).map(({ path }) => path), [
      ["prompt_cache_key"],
      ["service_tier"],
      ["safe_prompt"],
      ["reasoning_effort"]
    ])
  })

  for (
    const [region, host] of [
      ["europe-west4", "europe-west4-aiplatform.googleapis.com"],
      ["us-central1", "us-central1-aiplatform.googleapis.com"],
      ["global", "aiplatform.googleapis.com"],
      ["eu", "aiplatform.eu.rep.googleapis.com"],
      ["us", "aiplatform.us.rep.googleapis.com"]
    ] as const
  ) {
    it(`has the region ${region} at ${host}, and in the path`, () => {
      const { baseUrl, route } = VertexAi.deployment({ projectId: "p", region })
      assert.strictEqual(baseUrl, `https://${host}`)
      const routed = route({ baseUrl, path: "/v1/chat/completions", body: { model: "m" }, streaming: false })
      assert.strictEqual(
        urlOf(routed),
        `https://${host}/v1/projects/p/locations/${region}/publishers/mistralai/models/m:rawPredict`
      )
    })
  }

  it("keeps the query of a base URL", () => {
    const routed = route({
      baseUrl: "https://v.test/v1/?a=1",
      path: "/v1/chat/completions",
      body: { model: "m" },
      streaming: true
    })
    assert.match(urlOf(routed), /^https:\/\/v\.test\/v1\/projects\/.*\/models\/m:streamRawPredict\?a=1$/)
  })

  it("leaves the thinking of other dialects out of assistant messages", () => {
    assert.deepStrictEqual(bodyOf(chat({ messages: [{ role: "assistant", content: "So", reasoning: "Hm" }] })), {
      model: "m",
      messages: [{ role: "assistant", content: "So" }]
    })
  })

  it("refuses only the cache key for fill-in-the-middle", () => {
    const body = { model: "m", prompt: "", prompt_cache_key: "k" }
    const routed = route({ baseUrl: "https://v.test", path: "/v1/fim/completions", body, streaming: false })
    assert.deepStrictEqual(issuesOf(routed).map(({ path }) => path), [["prompt_cache_key"]])
  })

  for (const path of ["/v1/agents/completions", "/v1/embeddings"]) {
    it(`does not serve ${path}`, () => {
      assert.deepStrictEqual(issuesOf(route({ baseUrl: "https://v.test", path, body: {}, streaming: false })), [
        { path: [], message: `Vertex AI does not serve ${path}: it serves chat and fill-in-the-middle` }
      ])
    })
  }
})

/** Tokens with a number of their own, a time to live, and something to do during the fetch. */
const tokens = <E = never>(
  life: { readonly minutes: number } | { readonly seconds: number },
  during: Effect.Effect<void, E> | ((at: number) => Effect.Effect<void, E>) = Effect.void
) => {
  let fetched = 0
  const token = VertexAi.untilExpired(Effect.gen(function*() {
    const at = ++fetched
    const now = yield* DateTime.now
    yield* typeof during === "function" ? during(at) : during
    return { token: Redacted.make(`token-${at}`), expiresAt: DateTime.add(now, life) }
  }))
  return { token, fetched: () => fetched }
}

const urlOf = (routed: Deployment.Routed) => "url" in routed ? routed.url : ""
const bodyOf = (routed: Deployment.Routed) => "url" in routed ? routed.body : undefined
const issuesOf = (routed: Deployment.Routed) => "issues" in routed ? routed.issues : []
