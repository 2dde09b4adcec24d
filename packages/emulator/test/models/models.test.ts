/** The models of an emulator: the documented ones, further ones, and any. */
import * as Chat from "@effect-mistral/chat/Chat"
import * as Embedding from "@effect-mistral/core/Embedding"
import * as Embeddings from "@effect-mistral/core/Embeddings"
import * as Model from "@effect-mistral/core/Model"
import * as Models from "@effect-mistral/core/Models"
import * as Moderations from "@effect-mistral/core/Moderations"
import { Emulator } from "@effect-mistral/emulator"
import * as Fim from "@effect-mistral/fim/Fim"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { ask, instant, local, post, postTo, raw } from "../support.ts"

const names = Effect.map(Models.list(), (list) => Model.models(list).map(({ id }) => id))

describe("the models of the documentation", () => {
  it.effect("are listed once for each of their names, which name each other", () =>
    Effect.gen(function*() {
      const list = Model.models(yield* Models.list())
      assert.strictEqual(new Set(list.map(({ id }) => id)).size, list.length)
      for (const { aliases, id, name } of list) {
        assert.isFalse(aliases?.includes(id), id)
        for (const alias of aliases ?? []) {
          const other = list.find((one) => one.id === alias)
          assert.strictEqual(other?.name, name)
          assert.isTrue(other?.aliases?.includes(id), alias)
        }
      }
    }).pipe(Effect.provide(local())))

  it.effect("have the capabilities that programs choose them by", () =>
    Effect.gen(function*() {
      const able = (capability: string) =>
        Effect.map(
          Models.list(),
          (list) =>
            Model.models(list).flatMap(({ capabilities, id }) => capabilities?.[capability] === true ? [id] : [])
        )
      assert.deepStrictEqual(yield* able("completion_fim"), ["codestral-2508", "codestral-latest"])
      const reasoning = yield* able("reasoning")
      for (const id of ["mistral-medium-latest", "mistral-small-latest", "magistral-medium-latest", "zai-glm-5-2"]) {
        assert.include(reasoning, id)
      }
      for (const id of ["mistral-large-latest", "codestral-latest", "ministral-8b-latest", "mistral-medium-2508"]) {
        assert.notInclude(reasoning, id)
      }
      const vision = yield* able("vision")
      assert.includeMembers([...vision], ["mistral-large-latest", "ministral-3b-latest", "pixtral-large-latest"])
      for (const id of ["codestral-latest", "devstral-latest", "zai-glm-5-2"]) assert.notInclude(vision, id)
      assert.notInclude(yield* able("function_calling"), "voxtral-mini-2507")
    }).pipe(Effect.provide(local())))

  it.effect("say when they retire and what replaces them, at a name that is a model, too", () =>
    Effect.gen(function*() {
      const list = Model.models(yield* Models.list())
      const magistral = list.find(({ id }) => id === "magistral-medium-latest")
      assert.strictEqual(magistral?.deprecation, "2026-07-31T12:00:00Z")
      assert.strictEqual(magistral?.deprecation_replacement_model, "mistral-medium-latest")
      const deprecated = list.filter(({ deprecation }) => deprecation !== null)
      assert.isAbove(deprecated.length, 10)
      const replacements = deprecated.flatMap((one) => one.deprecation_replacement_model ?? [])
      for (const name of replacements) {
        const found = list.find(({ id }) => id === name)
        assert.isDefined(found, name)
        assert.isNull(found?.deprecation_replacement_model, name)
      }
    }).pipe(Effect.provide(local())))

  it.effect("that are deprecated say so in a header of each completion, whole and streamed", () =>
    Effect.gen(function*() {
      const header = (model: string, stream: boolean) =>
        Effect.map(post(ask("Hi", { model, stream })), ({ headers }) => headers.get("x-model-deprecation-timestamp"))
      for (const stream of [false, true]) {
        assert.strictEqual(yield* header("devstral-latest", stream), "2026-07-31T12:00:00Z")
        assert.isNull(yield* header("mistral-small-latest", stream))
      }
    }).pipe(Effect.provide(local())))

  it.effect("that are retired are 404, and names that never were one are 400", () =>
    Effect.gen(function*() {
      const retired = yield* post(ask("Hi", { model: "mistral-large-2407" }))
      assert.strictEqual(retired.status, 404)
      assert.deepInclude(retired.json, { message: "Invalid model: mistral-large-2407", code: "1500" })
      assert.strictEqual((yield* post(ask("Hi", { model: "mistral-large-2401" }))).status, 400)
      const listed = yield* names
      assert.notInclude(listed, "mistral-large-2407")
    }).pipe(Effect.provide(local())))
})

describe("further models", () => {
  const models = {
    "acme-chat": "codestral-latest",
    "acme-vectors": "codestral-embed",
    "mistral-small": "mistral-embed"
  }

  it.effect("can do what the models that they are like can do, and nothing else", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* Chat.complete(ask("Hi", { model: "acme-chat" }))).model, "acme-chat")
      assert.strictEqual((yield* Fim.complete({ model: "acme-chat", prompt: "def f" })).model, "acme-chat")
      const request = { model: "acme-vectors", input: "Hi", output_dimension: 256 }
      assert.strictEqual(Embedding.vectors(yield* Embeddings.create(request))[0]?.length, 256)
      const refused = yield* postTo("/v1/embeddings")({ model: "acme-chat", input: "Hi" })
      assert.strictEqual(refused.status, 400)
      assert.deepInclude(refused.json, { message: "Invalid model: acme-chat" })
    }).pipe(Effect.provide(local({ ...instant, models }))))

  it.effect("are listed, and take the place of a model with the same name", () =>
    Effect.gen(function*() {
      const list = Model.models(yield* Models.list())
      const acme = list.find(({ id }) => id === "acme-chat")
      assert.strictEqual(acme?.max_context_length, 131_072)
      assert.deepStrictEqual(acme?.aliases, [])
      assert.strictEqual(list.filter(({ id }) => id === "mistral-small").length, 1)
      assert.deepStrictEqual(list.find(({ id }) => id === "mistral-small-latest")?.aliases, ["mistral-small-2603"])
      assert.strictEqual((yield* post(ask("Hi", { model: "mistral-small" }))).status, 400)
      assert.strictEqual((yield* post(ask("Hi", { model: "mistral-small-latest" }))).status, 200)
      assert.strictEqual((yield* postTo("/v1/embeddings")({ model: "mistral-small", input: "Hi" })).status, 200)
    }).pipe(Effect.provide(local({ ...instant, models }))))

  it.effect("are not deprecated when the models that they are like are", () =>
    Effect.gen(function*() {
      assert.isNull((yield* Models.fetch("acme-thinker")).deprecation)
    }).pipe(Effect.provide(local({ ...instant, models: { "acme-thinker": "magistral-small-latest" } }))))

  it.effect("serve agents", () =>
    Effect.gen(function*() {
      const body = { agent_id: "ag_1", messages: [{ role: "user", content: "Hi" }] }
      const answer = yield* postTo("/v1/agents/completions")(body)
      assert.deepInclude(answer.json, { model: "acme-chat" })
    }).pipe(Effect.provide(local({ ...instant, models, agents: { ag_1: "acme-chat" } }))))

  it.effect("that are like no model of the emulator keep it from starting, with a sentence that names both", () =>
    Effect.gen(function*() {
      const exits = yield* Effect.forEach(
        [Emulator.layer({ models: { a: "nothing" } }), Emulator.layerMemory({ models: { a: "nothing" } })],
        (layer) => Effect.exit(Effect.scoped(Layer.build(layer)))
      )
      for (const exit of exits) {
        assert.include(
          Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "",
          "The model a cannot be like nothing: the emulator has no such model"
        )
      }
    }))
})

describe("any model", () => {
  it.effect("chats, fills in, embeds, moderates, classifies and reads documents", () =>
    Effect.gen(function*() {
      const model = "anything/at-all:free"
      assert.strictEqual((yield* Chat.complete(ask("Hi", { model }))).model, model)
      assert.strictEqual((yield* Fim.complete({ model, prompt: "def f" })).model, model)
      assert.strictEqual(Embedding.vectors(yield* Embeddings.create({ model, input: "Hi" }))[0]?.length, 1024)
      assert.strictEqual((yield* Moderations.create({ model, input: "Hi" })).model, model)
      const document = { type: "document_url", document_url: "https://example.com/a.pdf" }
      for (
        const [path, body] of [
          ["/v1/classifications", { model, input: "Hi" }],
          ["/v1/ocr", { model, document }]
        ] as const
      ) {
        assert.strictEqual((yield* postTo(path)(body)).status, 200)
      }
      assert.deepInclude((yield* raw(`/v1/models/${encodeURIComponent(model)}`)).json, { id: model })
    }).pipe(Effect.provide(local({ ...instant, anyModel: true }))))

  it.effect("is not listed, and what a known model cannot do is refused still", () =>
    Effect.gen(function*() {
      assert.notInclude(yield* names, "anything")
      const refused = yield* post(ask("Hi", { model: "mistral-embed" }))
      assert.deepInclude(refused.json, { message: "Invalid model: mistral-embed" })
    }).pipe(Effect.provide(local({ ...instant, anyModel: true }))))

  it.effect("is refused without the option, for every operation", () =>
    Effect.gen(function*() {
      const model = "acme"
      const document = { type: "document_url", document_url: "https://example.com/a.pdf" }
      for (
        const [path, body] of [
          ["/v1/chat/completions", ask("Hi", { model })],
          ["/v1/fim/completions", { model, prompt: "def" }],
          ["/v1/embeddings", { model, input: "Hi" }],
          ["/v1/moderations", { model, input: "Hi" }],
          ["/v1/chat/moderations", { model, input: [{ role: "user", content: "Hi" }] }],
          ["/v1/classifications", { model, input: "Hi" }],
          ["/v1/ocr", { model, document }]
        ] as const
      ) {
        const answer = yield* postTo(path)(body)
        assert.strictEqual(answer.status, 400, path)
        assert.deepInclude(answer.json, { message: "Invalid model: acme", code: "1500" }, path)
      }
    }).pipe(Effect.provide(local())))
})
