import * as Chat from "@effect-mistral/chat/Chat"
import * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { loosened, requestTests } from "../../core/test/fixtures/requestTests.ts"
import { completion, failure, json, request, scripted } from "../../core/test/fixtures/scriptedServer.ts"

requestTests({ endpoint: "chat", make: Chat.make(), schema: CompletionRequest.Chat, request })

describe("a chat request", () => {
  it.effect("names all that is wrong with it, and never repeats what it holds", () =>
    Effect.gen(function*() {
      const { layer } = scripted(() => json(200, completion()))
      const error = yield* failure(Chat.complete(unchecked({
        model: 1,
        messages: [{ role: "user", content: "a secret prompt", name: "a secret name" }],
        temperature: 9,
        top_k: "a secret value"
      }))).pipe(Effect.provide(Layer.provide(Chat.layer, layer)))
      assert.strictEqual(error.reason._tag, "InvalidRequest")
      if (error.reason._tag !== "InvalidRequest") return
      const paths = error.reason.issues.map(({ path }) => path.join("."))
      for (const path of ["model", "messages.0.name", "temperature", "top_k"]) assert.include(paths, path)
      assert.notInclude(JSON.stringify(error), "secret")
      assert.isFalse(error.isRetryable)
    }))

  it.effect("with what JSON cannot express is not sent", () =>
    Effect.gen(function*() {
      const cycle: Record<string, unknown> = {}
      cycle.self = cycle
      for (const value of [{ big: 1n }, cycle]) {
        const { layer, sent } = scripted(() => json(200, completion()))
        const { reason } = yield* failure(Chat.complete({ ...request, metadata: value })).pipe(
          Effect.provide(Layer.provide(Chat.layer, layer))
        )
        assert.strictEqual(reason._tag, "InvalidRequest")
        assert.deepStrictEqual(sent, [])
      }
    }))
})

const { unchecked } = loosened(request)
