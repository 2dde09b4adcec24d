import * as Chat from "@effect-mistral/chat/Chat"
import * as Completion from "@effect-mistral/core/Completion"
import { Emulator, Fault } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ask, post, postTo, raw, settled } from "../support.ts"
import { scripted } from "./scriptSupport.ts"

const answerIn = (headers: Readonly<Record<string, string>>) =>
  Effect.map(Chat.complete(ask("Hi"), { headers }), Completion.text)

describe("a scope", () => {
  it.effect("has rules of its own, and then those without a scope", () =>
    Effect.gen(function*() {
      const { rules, scoped } = yield* Emulator.Emulator
      const [a, b] = [scoped("a"), scoped("b")]
      yield* a.rules.add([{ answer: { text: "a" }, times: 1 }])
      yield* b.rules.add([{ answer: { text: "b" } }])
      yield* rules.add([{ answer: { text: "shared" }, times: 1 }])
      assert.deepStrictEqual(
        [yield* answerIn(a.headers), yield* answerIn(a.headers), yield* answerIn(a.headers)],
        ["a", "shared", "script"]
      )
      assert.strictEqual(yield* answerIn(b.headers), "b")
      assert.strictEqual(yield* answerIn({}), "shared")
      assert.strictEqual(yield* answerIn({}), "script")
      assert.deepStrictEqual((yield* a.rules.list).map(({ hits, label }) => [label, hits]), [
        ["added rule 1", 1],
        ["added rule 1", 1],
        ["rule 1", 1]
      ])
      assert.deepStrictEqual((yield* rules.list).map(({ hits }) => hits), [2, 2])
      assert.deepStrictEqual((yield* b.rules.list).map(({ hits, scope }) => [scope, hits]), [
        ["b", 1],
        [undefined, 0],
        [undefined, 0]
      ])
    }).pipe(Effect.provide(scripted([{ answer: { text: "script" } }]))))

  it.effect("that is cleared begins anew, and changes no other", () =>
    Effect.gen(function*() {
      const { scoped } = yield* Emulator.Emulator
      const [a, b] = [scoped("a"), scoped("b")]
      yield* b.rules.add([{ answer: { text: "b" } }])
      assert.strictEqual(yield* answerIn(a.headers), "once")
      yield* a.rules.add([{ answer: { text: "a" } }])
      assert.strictEqual(yield* answerIn(a.headers), "a")
      yield* a.rules.clear
      assert.strictEqual(yield* answerIn(a.headers), "once")
      assert.strictEqual(yield* answerIn(b.headers), "b")
    }).pipe(Effect.provide(scripted([{ answer: { text: "once" }, times: 1 }]))))

  it.effect("has faults of its own only, and so have requests without a scope", () =>
    Effect.gen(function*() {
      const { faults, scoped } = yield* Emulator.Emulator
      const [a, b] = [scoped("a"), scoped("b")]
      const status = (headers: Readonly<Record<string, string>>) =>
        Effect.map(raw("/v1/models", { headers: { ...headers } }), ({ status }) => status)
      yield* a.faults.next(Fault.status(503))
      yield* faults.next(Fault.status(429))
      assert.strictEqual(yield* status(b.headers), 200)
      assert.strictEqual(yield* status({}), 429)
      assert.strictEqual(yield* status(a.headers), 503)
      assert.strictEqual(yield* status(a.headers), 200)
      yield* a.faults.next(Fault.status(503))
      yield* b.faults.next(Fault.status(500))
      yield* faults.next(Fault.reset)
      const listed = yield* raw("/_emulator/faults")
      assert.deepStrictEqual(listed.json, {
        faults: [
          { fault: Fault.status(503), times: 1, scope: "a" },
          { fault: Fault.status(500), times: 1, scope: "b" },
          { fault: Fault.reset, times: 1 }
        ]
      })
      yield* raw("/_emulator/faults?scope=a", { method: "DELETE" })
      assert.deepStrictEqual([(yield* a.faults.armed).length, (yield* b.faults.armed).length], [0, 1])
      yield* raw("/_emulator/faults", { method: "DELETE" })
      assert.deepStrictEqual([(yield* faults.armed).length, (yield* b.faults.armed).length], [0, 1])
      const armed = yield* raw("/_emulator/faults?scope=a", {
        method: "POST",
        body: "{\"fault\":{\"type\":\"reset\"}}"
      })
      assert.strictEqual(armed.status, 201)
      assert.deepStrictEqual(yield* a.faults.armed, [{ fault: Fault.reset, times: 1 }])
    }).pipe(Effect.provide(scripted([]))))

  it.effect("lists its own requests, also over the admin API", () =>
    Effect.gen(function*() {
      const { requests, scoped } = yield* Emulator.Emulator
      const a = scoped("a")
      yield* raw("/v1/models", { headers: { ...a.headers } })
      yield* raw("/v1/files", { headers: { "X-Emulator-Scope": "b" } })
      yield* raw("/v1/models")
      assert.deepStrictEqual((yield* a.requests).map(({ path, scope }) => [path, scope]), [["/v1/models", "a"]])
      assert.strictEqual((yield* requests).length, 3)
      const { requests: listed } = (yield* raw("/_emulator/requests?scope=b")).json as {
        readonly requests: ReadonlyArray<Emulator.SeenRequest>
      }
      assert.deepStrictEqual(listed.map(({ path }) => path), ["/v1/files"])
    }).pipe(Effect.provide(scripted([]))))

  it.effect("has a name of 1 to 200 ASCII characters", () =>
    Effect.gen(function*() {
      const { scoped } = yield* Emulator.Emulator
      const wrong = yield* post(ask("Hi"), { headers: { "x-emulator-scope": "a".repeat(201) } })
      assert.deepInclude(wrong.json, { type: "invalid_scope" })
      assert.strictEqual(wrong.status, 400)
      assert.throws(() => scoped(""), RangeError)
      assert.throws(() => scoped("a\nb"), RangeError)
    }).pipe(Effect.provide(scripted([]))))

  it.live("decides the requests of the batch jobs that it creates", () =>
    Effect.gen(function*() {
      const { scoped } = yield* Emulator.Emulator
      const a = scoped("a")
      yield* a.rules.add([{ answer: { text: "batch of a" } }])
      yield* scoped("b").rules.add([{ answer: { text: "batch of b" } }])
      const job = {
        endpoint: "/v1/chat/completions",
        model: "mistral-small-latest",
        requests: [{ custom_id: "1", body: { messages: ask("Hi").messages } }]
      }
      const created = yield* postTo("/v1/batch/jobs")(job, { headers: { ...a.headers } })
      const { id } = created.json as { readonly id: string }
      yield* settled
      const ended = yield* raw(`/v1/batch/jobs/${id}?inline=true`).pipe(
        Effect.repeat({ until: ({ text }) => text.includes("\"SUCCESS\""), times: 200 })
      )
      assert.include(ended.text, "batch of a")
      assert.deepStrictEqual((yield* a.requests).map(({ path, rule }) => [path, rule]), [["/v1/batch/jobs", undefined]])
    }).pipe(Effect.provide(scripted([]))))
})
