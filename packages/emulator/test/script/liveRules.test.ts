import * as Chat from "@effect-mistral/chat/Chat"
import * as Completion from "@effect-mistral/core/Completion"
import { Emulator, type Rules } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ask, post, raw } from "../support.ts"
import { scripted } from "./scriptSupport.ts"

const answer = Effect.map(Chat.complete(ask("Hi")), Completion.text)

const rulesAt = (path: string, init?: RequestInit) => raw(`/_emulator/rules${path}`, init)

const send = (method: "POST" | "PUT", rules: unknown, path = "") =>
  rulesAt(path, { method, body: JSON.stringify(rules) })

describe("the rules of a running emulator", () => {
  it.effect("come before those of the script, in the order in which they were added", () =>
    Effect.gen(function*() {
      const { rules } = yield* Emulator.Emulator
      assert.strictEqual(yield* answer, "script")
      yield* rules.add([{ answer: { text: "first" }, times: 1 }])
      yield* rules.add([{ name: "second", answer: { text: "second" }, times: 1 }])
      assert.deepStrictEqual([yield* answer, yield* answer, yield* answer], ["first", "second", "script"])
      assert.deepStrictEqual(yield* rules.list, [
        { label: "added rule 1", origin: "added", answer: { text: "first" }, times: 1, hits: 1 },
        { label: "second", origin: "added", name: "second", answer: { text: "second" }, times: 1, hits: 1 },
        { label: "rule 1", origin: "script", answer: { text: "script" }, hits: 2 }
      ])
      yield* rules.replace([{ answer: { text: "replaced" } }])
      assert.strictEqual(yield* answer, "replaced")
      yield* rules.clear
      assert.deepStrictEqual(yield* rules.list, [])
      assert.notInclude(["script", "replaced"], yield* answer)
    }).pipe(Effect.provide(scripted([{ answer: { text: "script" } }]))))

  it.effect("are all as they were if one of those to be added is not valid", () =>
    Effect.gen(function*() {
      const { replaceScript, rules } = yield* Emulator.Emulator
      const before = yield* rules.list
      const invalid: ReadonlyArray<Rules.Rule> = [{ answer: { text: "a" } }, { when: { pattern: "(" }, answer: {} }]
      for (const change of [rules.add, rules.replace, replaceScript]) {
        const error = yield* Effect.flip(change(invalid))
        assert.strictEqual(error._tag, "InvalidRule")
        assert.include(error.message, "[1][\"when\"][\"pattern\"]")
      }
      const times = yield* Effect.flip(rules.add([{ answer: () => undefined, times: 0 }]))
      assert.include(times.message, "[0][\"times\"]")
      assert.deepStrictEqual(yield* rules.list, before)
    }).pipe(Effect.provide(scripted([{ answer: { text: "script" } }]))))

  it.effect("stay when the script is replaced, whose rules begin unused", () =>
    Effect.gen(function*() {
      const { replaceScript, rules } = yield* Emulator.Emulator
      yield* rules.add([{ when: { text: "other" }, answer: { text: "added" } }])
      assert.strictEqual(yield* answer, "script")
      yield* replaceScript([{ answer: { text: "new script" }, times: 1 }])
      assert.strictEqual(yield* answer, "new script")
      assert.deepStrictEqual((yield* rules.list).map(({ hits, label }) => [label, hits]), [
        ["added rule 1", 0],
        ["rule 1", 1]
      ])
    }).pipe(Effect.provide(scripted([{ answer: { text: "script" }, times: 1 }]))))

  it.effect("are named in the log of requests, with the scope of the request", () =>
    Effect.gen(function*() {
      const { requests, rules } = yield* Emulator.Emulator
      yield* rules.add([{ name: "down", when: { text: "down" }, answer: { error: { status: 503 } } }])
      yield* post(ask("Hi"))
      yield* post(ask("down"), { headers: { "x-emulator-scope": "a" } })
      yield* raw("/v1/models")
      assert.deepStrictEqual((yield* requests).map(({ rule, scope }) => [rule, scope]), [
        ["rule 1", undefined],
        ["down", "a"],
        [undefined, undefined]
      ])
    }).pipe(Effect.provide(scripted([{ answer: { text: "script" } }]))))

  it.effect("are listed, added, replaced and removed over the admin API", () =>
    Effect.gen(function*() {
      yield* answer
      assert.deepStrictEqual((yield* rulesAt("")).json, {
        rules: [{ label: "rule 1", origin: "script", answer: { text: "script" }, hits: 1 }]
      })
      const one = yield* send("POST", { name: "one", when: { text: "Hi" }, answer: { text: "added" } })
      assert.strictEqual(one.status, 201)
      assert.strictEqual(yield* answer, "added")
      const scoped = yield* send("POST", [{ answer: { text: "in a" } }], "?scope=a")
      assert.deepStrictEqual(labels(scoped.json), ["added rule 1", "one", "rule 1"])
      assert.deepStrictEqual(labels((yield* rulesAt("?scope=b")).json), ["one", "rule 1"])
      assert.deepStrictEqual(labels((yield* rulesAt("")).json), ["added rule 1", "one", "rule 1"])
      assert.strictEqual((yield* send("PUT", [{ name: "new", answer: { text: "new" } }], "?scope=a")).status, 200)
      assert.deepStrictEqual(labels((yield* rulesAt("?scope=a")).json), ["new", "one", "rule 1"])
      assert.strictEqual((yield* rulesAt("", { method: "DELETE" })).status, 204)
      assert.deepStrictEqual(labels((yield* rulesAt("")).json), ["new"])
      assert.strictEqual((yield* rulesAt("?scope=a", { method: "DELETE" })).status, 204)
      assert.deepStrictEqual((yield* rulesAt("")).json, { rules: [] })
    }).pipe(Effect.provide(scripted([{ answer: { text: "script" } }]))))

  it.effect("are refused over the admin API with the place of what is wrong, or without the admin key", () =>
    Effect.gen(function*() {
      const { rules } = yield* Emulator.Emulator
      const wrong = yield* send("POST", [{ answer: {} }, { when: { txt: "a" }, answer: {} }])
      assert.strictEqual(wrong.status, 400)
      assert.deepInclude(wrong.json, { type: "invalid_rule" })
      assert.include(wrong.text, "[1][\\\"when\\\"][\\\"txt\\\"]")
      assert.strictEqual((yield* rulesAt("", { method: "POST", body: "{" })).status, 422)
      assert.strictEqual((yield* rulesAt("?scope=")).status, 400)
      assert.strictEqual((yield* rulesAt(`?scope=${"a".repeat(201)}`)).status, 400)
      assert.strictEqual((yield* rulesAt("", { headers: { authorization: "Bearer emulator-key" } })).status, 401)
      assert.deepStrictEqual(yield* rules.list, [])
    }).pipe(Effect.provide(scripted([]))))
})

const labels = (body: unknown) =>
  (body as { readonly rules: ReadonlyArray<Rules.Listed> }).rules.map(({ label }) => label)
