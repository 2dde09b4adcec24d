import { Emulator } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ask, post, postTo, raw } from "../support.ts"
import { scripted } from "./scriptSupport.ts"

describe("a strict emulator", () => {
  it.effect("refuses what no rule fits, and names the nearest rule and its conditions, but no value of the request", () =>
    Effect.gen(function*() {
      const refused = yield* post(ask("a secret question"))
      assert.strictEqual(refused.status, 400)
      assert.deepStrictEqual(refused.json, {
        object: "error",
        message:
          "No rule fits this request to /v1/chat/completions. The nearest is \"capital\": when.text does not fit",
        type: "no_rule_fits",
        param: null,
        code: null
      })
      assert.notInclude(refused.text, "secret")
      assert.strictEqual((yield* post(ask("The capital?"))).status, 200)
    }).pipe(Effect.provide(scripted([
      { when: { text: "river", turn: 3, stream: true }, answer: { text: "Seine" } },
      { name: "capital", when: { text: "capital" }, answer: { text: "Paris" } },
      { when: { text: "hill" }, answer: { text: "Montmartre" } },
      { answer: { embeddings: [[1]] } }
    ], { strict: true }))))

  it.effect("says when the nearest rule is used up, and which of several conditions do not fit", () =>
    Effect.gen(function*() {
      yield* post(ask("Hi"))
      assert.include((yield* post(ask("Hi"))).text, "The nearest is \\\"rule 2\\\": it is used up (times)")
      const two = yield* post(ask("Ho", { stream: true }))
      assert.include(two.text, "The nearest is \\\"rule 1\\\": when.turn does not fit")
      const three = yield* post(ask("Ho"))
      assert.include(three.text, "The nearest is \\\"rule 1\\\": when.stream and when.turn do not fit")
    }).pipe(Effect.provide(scripted([
      { when: { turn: 2, stream: true }, answer: { text: "Ho" } },
      { when: { text: "Hi" }, answer: { text: "Hi" }, times: 1 }
    ], { strict: true }))))

  it.effect("says that a rule is for other endpoints, or that its function returned nothing", () =>
    Effect.gen(function*() {
      const embeddings = yield* postTo("/v1/embeddings")({ model: "mistral-embed", input: "a" })
      assert.include(embeddings.text, "The nearest is \\\"reply\\\": its answer is not one for /v1/embeddings")
      const { rules } = yield* Emulator.Emulator
      yield* rules.replace([{ name: "shy", answer: () => undefined }])
      assert.include((yield* post(ask("a"))).text, "The nearest is \\\"shy\\\": its function returned nothing")
      yield* rules.clear
      assert.include((yield* post(ask("a"))).text, "The emulator is strict, and has no rules for this request")
    }).pipe(Effect.provide(scripted([{ name: "reply", answer: { text: "a" } }], { strict: true }))))

  it.effect("refuses each kind of response that is made up, and nothing else", () =>
    Effect.gen(function*() {
      const messages = ask("Hi").messages
      const status = (path: string, body: unknown) => Effect.map(postTo(path)(body), ({ status }) => status)
      assert.strictEqual(yield* status("/v1/agents/completions", { agent_id: "ag_emulator", messages }), 400)
      assert.strictEqual(yield* status("/v1/fim/completions", { model: "codestral-latest", prompt: "a" }), 400)
      assert.strictEqual(yield* status("/v1/embeddings", { model: "mistral-embed", input: "a" }), 400)
      assert.strictEqual(yield* status("/v1/moderations", { model: "mistral-moderation-latest", input: "a" }), 400)
      assert.strictEqual(yield* status("/v1/classifications", { model: "ft:classifier:a", input: "a" }), 400)
      assert.strictEqual((yield* raw("/v1/models")).status, 200)
      assert.strictEqual((yield* raw("/v1/files")).status, 200)
    }).pipe(Effect.provide(scripted([], { strict: true }))))

  it.effect("is strict or not for one request by its header", () =>
    Effect.gen(function*() {
      const send = (strict: string) =>
        Effect.map(post(ask("Hi"), { headers: { "x-emulator-strict": strict } }), ({ status }) => status)
      const { rules } = yield* Emulator.Emulator
      assert.strictEqual(yield* send("false"), 200)
      assert.strictEqual(yield* send("true"), 400)
      const wrong = yield* post(ask("Hi"), { headers: { "x-emulator-strict": "maybe" } })
      assert.deepInclude(wrong.json, { type: "invalid_header", message: "x-emulator-strict must be true or false" })
      yield* rules.add([{ answer: { text: "Hello" } }])
      assert.strictEqual(yield* send("true"), 200)
    }).pipe(Effect.provide(scripted([], { strict: true }))))

  it.effect("is not needed for the header: a lenient emulator refuses a request that says strict", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* post(ask("Hi"))).status, 200)
      assert.strictEqual((yield* post(ask("Hi"), { headers: { "x-emulator-strict": "true" } })).status, 400)
    }).pipe(Effect.provide(scripted([]))))
})
