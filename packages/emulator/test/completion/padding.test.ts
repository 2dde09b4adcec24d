/** The padding key `p` of streamed chunks. */
import type { Emulator } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ask, instant, local, postTo } from "../support.ts"

const paths: Record<string, object> = {
  "/v1/chat/completions": ask("Who is the best French painter?"),
  "/v1/agents/completions": { agent_id: "ag_emulator", messages: [{ role: "user", content: "Who paints best?" }] },
  "/v1/fim/completions": { model: "codestral-latest", prompt: "def add(a, b):" }
}

describe("a streamed chunk", () => {
  for (const path of Object.keys(paths)) {
    it.live(`has padding of changing length, at its end, but not the first one with the role: ${path}`, () =>
      Effect.gen(function*() {
        const [first, ...chunks] = yield* streamed(path)
        assert.notProperty(first, "p")
        assert.isAtLeast(chunks.length, 5)
        for (const chunk of chunks) {
          assert.strictEqual(Object.keys(chunk).at(-1), "p")
          assert.isTrue(chunk.p !== "" && "abcdefghijklmnopqrstuvwxyz0123456789".startsWith(chunk.p!), chunk.p)
        }
        assert.isAtLeast(new Set(chunks.map(({ p }) => p!.length)).size, 4)
      }))
  }

  it.live("has the same padding for the same request and seed, and another for another seed", () =>
    Effect.gen(function*() {
      const lengths = (options?: Emulator.Options) =>
        Effect.map(streamed("/v1/chat/completions", options), (chunks) => chunks.slice(1).map(({ p }) => p!.length))
      const first = yield* lengths()
      assert.deepStrictEqual(yield* lengths(), first)
      assert.notDeepEqual(yield* lengths({ seed: 1 }), first)
    }))

  it.live("has no padding where that is switched off, and is the same otherwise", () =>
    Effect.gen(function*() {
      const bare = yield* streamed("/v1/chat/completions", { padding: false })
      const padded = yield* streamed("/v1/chat/completions")
      for (const chunk of bare) assert.notProperty(chunk, "p")
      assert.deepStrictEqual(bare.map(({ choices }) => choices), padded.map(({ choices }) => choices))
    }))
})

it.live("a whole response has no padding", () =>
  Effect.gen(function*() {
    const { json } = yield* postTo("/v1/chat/completions")(paths["/v1/chat/completions"])
    assert.notProperty(json, "p")
  }).pipe(Effect.provide(local())))

/** The chunks of a stream, in a new emulator. */
const streamed = (path: string, options?: Emulator.Options) =>
  Effect.map(
    postTo(path)({ ...paths[path], stream: true }),
    ({ text }): ReadonlyArray<{ readonly p?: string; readonly choices: unknown }> =>
      text.split("\n\n").filter((event) => event.startsWith("data: {")).map((event) => JSON.parse(event.slice(6)))
  ).pipe(Effect.provide(local({ ...instant, ...options })))
