/**
 * The same input sent by Mistral's own SDK and by this library, to one local server: the bodies must be equal but for
 * the differences named below, each with its reason.
 */
import { assert, describe, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { compare } from "./parity/compare.ts"
import { pairs, sentByBoth } from "./parity/endpointRequests.ts"
import { agents, chat, conversations, fim, gaps, type Input } from "./parity/inputs.ts"
import { type Both, Recorder } from "./parity/recorder.ts"

/** The differences between the bodies that are intended, each with its reason. */
const differences: Record<string, { readonly ours: unknown; readonly sdk: unknown; readonly why: string }> = {
  "messages[].prefix": {
    ours: "absent",
    sdk: false,
    why: "The SDK adds the default to every assistant message; what the caller left out is left out here."
  },
  "messages[].tool_calls[].id": {
    ours: "absent",
    sdk: "null",
    why: "The SDK sends the text \"null\" for an id that is missing; here it is left out, as the schema allows."
  },
  "messages[].tool_calls[].type": {
    ours: "absent",
    sdk: "function",
    why: "The SDK adds the default; what the caller left out is left out here."
  },
  "messages[].tool_calls[].index": {
    ours: "absent",
    sdk: 0,
    why: "The SDK adds the default, even to several calls, which then share one index; here it is left out."
  },
  "tool_choice.type": {
    ours: "absent",
    sdk: "function",
    why: "The SDK adds the default; what the caller left out is left out here."
  },
  "prediction.type": {
    ours: "absent",
    sdk: "content",
    why: "The SDK adds the default; what the caller left out is left out here."
  },
  "prediction.content": {
    ours: "absent",
    sdk: "",
    why: "The SDK adds the default; what the caller left out is left out here."
  },
  "guardrails[].block_on_error": {
    ours: "absent",
    sdk: false,
    why: "The SDK adds the default; what the caller left out is left out here."
  },
  "guardrails[].moderation_llm_v1.model_name": {
    ours: "absent",
    sdk: "mistral-moderation-2411",
    why: "The SDK names the model that was the default when it was made; here the server chooses."
  },
  "guardrails[].moderation_llm_v1.ignore_other_categories": {
    ours: "absent",
    sdk: false,
    why: "The SDK adds the default; what the caller left out is left out here."
  },
  "guardrails[].moderation_llm_v2.model_name": {
    ours: "absent",
    sdk: "mistral-moderation-2603",
    why: "The SDK names the model that was the default when it was made; here the server chooses."
  },
  "guardrails[].moderation_llm_v2.ignore_other_categories": {
    ours: "absent",
    sdk: false,
    why: "The SDK adds the default; what the caller left out is left out here."
  },
  "include_blocks": {
    ours: "absent",
    sdk: true,
    why: "The SDK adds the default; what the caller left out is left out here, and the server returns the blocks."
  }
}

/** The differences at some places. */
const differencesAt = (places: ReadonlyArray<string>) =>
  new Map(
    [...places].sort((a, b) => a.localeCompare(b)).map((at) => {
      const { ours, sdk } = differences[at]!
      return [at, { ours, sdk }]
    })
  )

const both = <Request extends object>(
  path: string,
  send: (recorder: Recorder["Service"]) => Both<Request>,
  least: Request,
  inputs: Readonly<Record<string, Input<Request>>>
) =>
  layer(Layer.suspend(() => Recorder.layer), { excludeTestServices: true })(`a request to ${path}`, (it) => {
    for (const [name, { differs = [], input }] of Object.entries(inputs)) {
      for (const operation of ["complete", "stream"] as const) {
        it.effect(`with ${name} is what the SDK sends (${operation})`, () =>
          Effect.gen(function*() {
            const recorder = yield* Recorder
            const [ours, sdk] = yield* send(recorder)(operation, { ...least, ...input })
            const { body: ourBody, headers: _, ...our } = ours
            const { body: sdkBody, headers: __, ...their } = sdk
            assert.deepStrictEqual(our, their)
            assert.deepStrictEqual(our, { method: "POST", path })
            for (const header of ["authorization", "content-type", "accept"]) {
              assert.strictEqual(ours.headers[header], sdk.headers[header], header)
            }
            assert.deepStrictEqual(
              new Map([...compare(ourBody, sdkBody)].sort(([a], [b]) => a.localeCompare(b))),
              differencesAt(differs)
            )
            assert.deepStrictEqual(ourBody, { ...least, ...input, stream: operation === "stream" })
          }))
      }
    }
  })

/** The inputs of a chat, without what an agent brings itself. */
const forAgents = Object.fromEntries(
  Object.entries(conversations).map(([name, { input, ...rest }]) => {
    const { model: _, safe_prompt: __, temperature: ___, top_p: ____, ...conversation } = input
    return [name, { ...rest, input: conversation }]
  })
)

both("/v1/chat/completions", ({ chat }) => chat, chat, conversations)
both("/v1/agents/completions", ({ agents }) => agents, agents, forAgents)
both("/v1/fim/completions", ({ fim }) => fim, fim, gaps)

describe("a request to any other endpoint", () => {
  for (const [name, pair] of Object.entries(pairs)) {
    it.live(`${name} is what the SDK sends`, () =>
      Effect.gen(function*() {
        const [ours, sdk] = yield* sentByBoth(pair)
        assert.deepStrictEqual(compare(ours.body, sdk.body), differencesAt(pair.differs ?? []))
        const parts = ({ body, headers, method, path }: typeof ours) => {
          const { pathname, searchParams } = new URL(path ?? "", "http://local.test")
          const { accept, authorization } = headers
          const contentType = body === undefined ? undefined : headers["content-type"]
          return { method, pathname, query: [...searchParams].sort(), accept, authorization, contentType }
        }
        assert.deepStrictEqual(parts(ours), parts(sdk))
      }).pipe(Effect.scoped))
  }

  it("is at least sixty requests, to every endpoint", () => {
    assert.isAtLeast(Object.keys(pairs).length, 60)
  })
})

describe("the table of differences", () => {
  it("holds none that no input shows", () => {
    const shown = new Set(
      [...Object.values(conversations), ...Object.values(gaps), ...Object.values(pairs)].flatMap(({ differs = [] }) =>
        differs
      )
    )
    assert.deepStrictEqual([...shown].sort(), Object.keys(differences).sort())
  })

  it("is about at least twenty conversations, and ten gaps to fill", () => {
    assert.isAtLeast(Object.keys(conversations).length, 20)
    assert.isAtLeast(Object.keys(gaps).length, 10)
  })
})
