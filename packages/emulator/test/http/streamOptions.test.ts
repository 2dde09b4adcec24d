import * as Chat from "@effect-mistral/chat/Chat"
import type { Emulator } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ask, instant, local, postTo, problemsOf } from "../support.ts"

const asked = { ...ask("Hi"), stream: true }
const accepting: Emulator.Options = { ...instant, streamOptions: "accept" }

const bodies: Readonly<Record<string, object>> = {
  "/v1/chat/completions": asked,
  "/v1/agents/completions": { agent_id: "ag_emulator", messages: asked.messages, stream: true },
  "/v1/fim/completions": { model: "codestral-latest", prompt: "def f(", stream: true }
}

describe("stream_options", () => {
  it.effect("are refused with the recorded place, whole and streamed, beside all other problems", () =>
    Effect.gen(function*() {
      for (const [path, body] of Object.entries(bodies)) {
        for (const stream of [false, true]) {
          const sent = { ...body, stream, stream_options: { include_usage: true }, store: false }
          const { json, status } = yield* postTo(path)(sent)
          assert.strictEqual(status, 422)
          assert.sameDeepMembers([...problemsOf(json).detail], [
            { type: "extra_forbidden", loc: ["body", "store"], msg: "Extra inputs are not permitted", input: false },
            {
              type: "extra_forbidden",
              loc: ["body", "stream_options", "include_usage"],
              msg: "Extra inputs are not permitted",
              input: true
            }
          ])
        }
      }
    }).pipe(Effect.provide(local())))

  it.effect("are accepted where the option says so, and change nothing", () =>
    Effect.gen(function*() {
      for (const [path, body] of Object.entries(bodies)) {
        const plain = yield* postTo(path)({ ...body, stream: false })
        const sent = yield* postTo(path)({ ...body, stream: false, stream_options: { include_usage: true } })
        assert.strictEqual(sent.status, 200)
        assert.deepStrictEqual(choicesOf(sent.json), choicesOf(plain.json))
        const { text } = yield* postTo(path)({ ...body, stream_options: { include_usage: false } })
        assert.include(text, "\"usage\":{")
        assert.include(text, "data: [DONE]")
      }
    }).pipe(Effect.provide(local(accepting))))

  it.effect("are accepted either way where they are empty", () =>
    Effect.gen(function*() {
      for (const stream_options of [{}, null]) {
        assert.strictEqual((yield* postTo("/v1/chat/completions")({ ...asked, stream_options })).status, 200)
      }
    }).pipe(Effect.provide(local())))

  it.effect("are refused where they are of another form, even if the option accepts them", () =>
    Effect.gen(function*() {
      for (
        const [stream_options, type, loc] of [
          [{ include_usage: "yes" }, "bool_type", ["body", "stream_options", "include_usage"]],
          [{ include_obfuscation: true }, "extra_forbidden", ["body", "stream_options", "include_obfuscation"]],
          [true, "model_attributes_type", ["body", "stream_options"]],
          [[], "model_attributes_type", ["body", "stream_options"]]
        ] as const
      ) {
        const { json, status } = yield* postTo("/v1/chat/completions")({ ...asked, stream_options })
        assert.strictEqual(status, 422)
        assert.deepInclude(problemsOf(json).detail[0], { type, loc })
      }
    }).pipe(Effect.provide(local(accepting))))

  it.effect("are a key like any other where there are no streams", () =>
    Effect.gen(function*() {
      const { json } = yield* postTo("/v1/embeddings")({ model: "mistral-embed", input: "Hi", stream_options: {} })
      assert.deepInclude(problemsOf(json).detail[0], { type: "extra_forbidden", loc: ["body", "stream_options"] })
    }).pipe(Effect.provide(local(accepting))))
})

describe("a text with half of a surrogate pair", () => {
  it.effect("is refused at its place, which the client says before it sends", () =>
    Effect.gen(function*() {
      const half = "\ud83d"
      const content = `a ${half} b`
      const parts = [{ type: "text", text: half }]
      const msg = "Input should be a valid string, unable to parse raw data as a unicode string"
      for (
        const [more, loc, input] of [
          [{ messages: [{ role: "user", content }] }, ["body", "messages", 0, "user", "content"], content],
          [
            { messages: [{ role: "user", content: parts }] },
            ["body", "messages", 0, "user", "content", 0, "text"],
            half
          ],
          [{ stop: ["\ude00"] }, ["body", "stop", 0], "\ude00"],
          [{ metadata: { [half]: 1 } }, ["body", "metadata"], half]
        ] as const
      ) {
        for (const stream of [false, true]) {
          const { json, status } = yield* postTo("/v1/chat/completions")({ ...ask("Hi"), ...more, stream })
          assert.strictEqual(status, 422)
          assert.deepStrictEqual(problemsOf(json).detail, [{ type: "string_unicode", loc, msg, input }])
        }
      }
      const { reason } = yield* Effect.flip(Chat.complete(ask(content)))
      assert.isTrue(reason._tag === "InvalidRequest" && reason.message.includes("messages.0.content"))
    }).pipe(Effect.provide(local())))

  it.effect("is none where the pair is whole", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* postTo("/v1/chat/completions")(ask("😀 \u{1f32b}"))).status, 200)
    }).pipe(Effect.provide(local())))
})

const choicesOf = (body: unknown): unknown => (body as { readonly choices: unknown }).choices
