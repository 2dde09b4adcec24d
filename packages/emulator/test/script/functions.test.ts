import * as Chat from "@effect-mistral/chat/Chat"
import * as Completion from "@effect-mistral/core/Completion"
import { Emulator, type Rules } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { ask, post, postTo, raw } from "../support.ts"
import { scripted } from "./scriptSupport.ts"

describe("a rule that is a function", () => {
  it.effect("sees the request and gives an answer, an error, or nothing", () =>
    Effect.gen(function*() {
      const text = (content: string) => Effect.map(post(ask(content)), ({ text }) => text)
      assert.include(yield* text("echo this"), "You said: echo this, on turn 1")
      assert.include(yield* text("overload"), "Service tier capacity exceeded for this model.")
      assert.include(yield* text("anything else"), "the next rule")
      const { rules } = yield* Emulator.Emulator
      assert.deepStrictEqual((yield* rules.list).map(({ hits, label }) => [label, hits]), [["chat", 2], ["rule 2", 1]])
    }).pipe(Effect.provide(scripted([
      {
        name: "chat",
        answer: ({ text, turn }) =>
          text.startsWith("echo")
            ? { text: `You said: ${text}, on turn ${turn}` }
            : text === "overload"
            ? { error: { status: 503 } }
            : undefined
      },
      { answer: { text: "the next rule" } }
    ]))))

  it.effect("sees headers, scope, tools, results and the parsed body", () => {
    const seen: Array<Rules.Request> = []
    return Effect.gen(function*() {
      const id = "abcdef123"
      yield* post({
        model: "mistral-small-latest",
        messages: [
          { role: "system", content: "Be brief" },
          { role: "user", content: "Warm?" },
          { role: "assistant", content: "", tool_calls: [{ id, function: { name: "warm", arguments: "{}" } }] },
          { role: "tool", tool_call_id: id, content: [{ type: "text", text: "yes" }] }
        ],
        tools: [{ type: "function", function: { name: "warm", parameters: {} } }],
        max_tokens: 7
      }, { headers: { "x-emulator-scope": "a", "X-Tenant": "t1" } })
      const request = seen[0]!
      assert.deepInclude(request.headers, { "x-tenant": "t1" })
      assert.strictEqual(request.path, "/v1/chat/completions")
      assert.strictEqual(request.scope, "a")
      assert.strictEqual(request.model, "mistral-small-latest")
      assert.strictEqual(request.turn, 2)
      assert.strictEqual(request.stream, false)
      assert.deepStrictEqual(request.system, ["Be brief"])
      assert.deepStrictEqual(request.tools, ["warm"])
      assert.deepStrictEqual(request.results, [{ callId: id, name: "warm", text: "yes" }])
      assert.strictEqual(request.messages.length, 4)
      assert.deepInclude(request.body, { max_tokens: 7 })
    }).pipe(Effect.provide(scripted([{
      answer: (request) => {
        seen.push(request)
        return { text: "Yes" }
      }
    }])))
  })

  it.effect("may be an effect, and is used once where two requests come at the same time", () =>
    Effect.gen(function*() {
      const open = yield* Deferred.make<void>()
      const begun = yield* Deferred.make<void>()
      yield* Effect.gen(function*() {
        const first = yield* Effect.forkChild(Chat.complete(ask("Hi")))
        yield* Deferred.await(begun)
        const second = yield* Chat.complete(ask("Hi"))
        assert.strictEqual(Completion.text(second), "second")
        yield* Deferred.succeed(open, undefined)
        assert.strictEqual(Completion.text(yield* Fiber.join(first)), "first")
      }).pipe(Effect.provide(scripted([
        {
          answer: () =>
            Deferred.succeed(begun, undefined).pipe(
              Effect.andThen(Deferred.await(open)),
              Effect.as({ text: "first" })
            ),
          times: 1
        },
        { answer: { text: "second" } }
      ])))
    }))

  it.effect("that throws, or gives no answer for the endpoint, makes a 500 that quotes nothing", () =>
    Effect.gen(function*() {
      const thrown = yield* post(ask("throw secret"))
      assert.strictEqual(thrown.status, 500)
      assert.include(thrown.text, "The function of the rule \\\"broken\\\" threw TypeError at ")
      assert.notInclude(thrown.text, "secret")
      assert.include((yield* post(ask("die secret"))).text, "threw a value that is not an Error")
      assert.include((yield* post(ask("other"))).text, "returned a value that is not an answer")
      const wrong = yield* postTo("/v1/embeddings")({ model: "mistral-embed", input: "text" })
      assert.include(wrong.text, "returned an answer that is not one for /v1/embeddings")
      const { requests, rules } = yield* Emulator.Emulator
      assert.deepStrictEqual((yield* rules.list).map(({ hits }) => hits), [0])
      assert.deepStrictEqual((yield* requests).map(({ status }) => status ?? 500), [500, 500, 500, 500])
    }).pipe(Effect.provide(scripted([{
      name: "broken",
      // The cast is safe: the test is about values that the type forbids.
      answer: ({ text }) => {
        if (text.startsWith("throw")) throw new TypeError(text)
        if (text.startsWith("die")) return Effect.die(text)
        return (text === "other" ? { txt: "a" } : { text: "a" }) as { readonly text: string }
      }
    }]))))

  it.effect("is asked at every endpoint, and leaves those alone for which it returns nothing", () => {
    const paths: Array<string> = []
    return Effect.gen(function*() {
      assert.strictEqual((yield* raw("/v1/models")).status, 200)
      assert.deepStrictEqual(paths, ["/v1/models"])
    }).pipe(Effect.provide(scripted([{
      answer: ({ path }) => {
        paths.push(path)
        return undefined
      }
    }])))
  })
})
