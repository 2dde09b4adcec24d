import * as Chat from "@effect-mistral/chat/Chat"
import * as Completion from "@effect-mistral/core/Completion"
import { Emulator, EmulatorScope, Fault } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { ask, instant } from "../support.ts"

/** A scope of the emulator in the context, as another program makes it. */
const scope = (options: Partial<EmulatorScope.Options> = {}) =>
  Layer.unwrap(Effect.map(
    Emulator.Emulator,
    ({ adminKey, apiKey, url }) => EmulatorScope.layer({ adminKey, apiKey, url, ...options })
  )).pipe(Layer.provide(FetchHttpClient.layer))

const chat = Chat.layer.pipe(
  Layer.provide(EmulatorScope.layerClient({ headers: { "x-tenant": "t1" } })),
  Layer.provideMerge(scope()),
  Layer.provide(FetchHttpClient.layer)
)

const emulator = Emulator.layer({ ...instant, script: [{ answer: { text: "script" } }] })

describe("EmulatorScope", () => {
  it.effect("adds, lists, replaces and clears the rules of its scope, and its client is in it", () =>
    Effect.gen(function*() {
      const service = yield* Emulator.Emulator
      yield* Effect.gen(function*() {
        const { name, requests, rules } = yield* EmulatorScope.EmulatorScope
        const answer = Effect.map(Chat.complete(ask("Hi")), Completion.text)
        assert.strictEqual(yield* answer, "script")
        yield* rules.add([{ when: { header: { "x-tenant": "t1" } }, answer: { text: "mine" }, times: 1 }])
        assert.strictEqual(yield* answer, "mine")
        assert.deepStrictEqual(yield* rules.list, yield* service.scoped(name).rules.list)
        assert.deepStrictEqual((yield* rules.list).map(({ hits, label }) => [label, hits]), [
          ["added rule 1", 1],
          ["rule 1", 1]
        ])
        yield* rules.replace([{ name: "new", answer: { text: "new" } }])
        assert.strictEqual(yield* answer, "new")
        assert.deepStrictEqual((yield* requests).map(({ rule }) => rule), ["rule 1", "added rule 1", "new"])
        assert.deepStrictEqual(yield* requests, yield* service.scoped(name).requests)
        yield* rules.clear
        assert.strictEqual(yield* answer, "script")
      }).pipe(Effect.provide(chat))
    }).pipe(Effect.provide(emulator)))

  it.effect("arms, lists and clears the faults of its scope", () =>
    Effect.gen(function*() {
      const { faults, name } = yield* EmulatorScope.EmulatorScope
      const service = yield* Emulator.Emulator
      yield* faults.next(Fault.status(503), { times: 2, where: { path: "/v1/chat/completions" } })
      yield* faults.withProbability(Fault.reset, 0, { seed: 3 })
      yield* faults.arm({ fault: Fault.status(500) })
      const error = yield* Effect.flip(Chat.complete(ask("Hi")))
      assert.strictEqual(error.status, 503)
      assert.deepStrictEqual(yield* faults.armed, [
        { fault: Fault.status(503), times: 1, path: "/v1/chat/completions" },
        { fault: Fault.reset, probability: 0, seed: 3 },
        { fault: Fault.status(500), times: 1 }
      ])
      assert.deepStrictEqual(yield* faults.armed, yield* service.scoped(name).faults.armed)
      yield* faults.clear
      assert.strictEqual(Completion.text(yield* Chat.complete(ask("Hi"))), "script")
    }).pipe(Effect.provide(Layer.provideMerge(chat, emulator))))

  it.effect("fails with the place of a rule that is not valid, and with the reason of a fault that is not", () =>
    Effect.gen(function*() {
      const { faults, rules } = yield* EmulatorScope.EmulatorScope
      const rule = yield* Effect.flip(rules.add([{ when: { pattern: "(" }, answer: {} }]))
      assert.strictEqual(rule._tag, "InvalidRule")
      assert.include(rule.message, "[0][\"when\"][\"pattern\"]")
      const fault = yield* Effect.flip(faults.next(Fault.missingDone, { where: { path: "/v1/models" } }))
      assert.strictEqual(fault._tag, "InvalidFault")
      assert.include(fault.message, "missing_done needs a streamed completion")
    }).pipe(Effect.provide(Layer.provideMerge(scope(), emulator))))

  it.effect("begins empty, and is empty when it ends", () =>
    Effect.gen(function*() {
      const { scoped } = yield* Emulator.Emulator
      const { faults, rules } = scoped("named")
      yield* rules.add([{ answer: { text: "left behind" } }])
      yield* faults.next(Fault.reset)
      yield* Effect.gen(function*() {
        assert.deepStrictEqual((yield* rules.list).map(({ label }) => label), ["rule 1"])
        assert.deepStrictEqual(yield* faults.armed, [])
        const scope = yield* EmulatorScope.EmulatorScope
        yield* scope.rules.add([{ answer: { text: "own" } }])
        yield* scope.faults.next(Fault.reset)
        assert.strictEqual((yield* rules.list).length, 2)
      }).pipe(Effect.provide(scope({ name: "named" })))
      assert.strictEqual((yield* rules.list).length, 1)
      assert.deepStrictEqual(yield* faults.armed, [])
    }).pipe(Effect.provide(emulator)))

  it.effect("reads where the emulator is from the variables that it prints", () =>
    Effect.gen(function*() {
      const { adminKey, apiKey, url } = yield* Emulator.Emulator
      const config = ConfigProvider.layer(ConfigProvider.fromUnknown({
        MISTRAL_BASE_URL: `${url}/v1/`,
        MISTRAL_API_KEY: Redacted.value(apiKey),
        EMULATOR_ADMIN_KEY: Redacted.value(adminKey)
      }))
      const text = Effect.map(Chat.complete(ask("Hi")), Completion.text)
      assert.strictEqual(
        yield* text.pipe(Effect.provide(Chat.layer.pipe(
          Layer.provide(EmulatorScope.layerClient()),
          Layer.provide(EmulatorScope.layerConfig()),
          Layer.provide([FetchHttpClient.layer, config])
        ))),
        "script"
      )
    }).pipe(Effect.provide(emulator)))

  it.effect("says whether the emulator is missing, or refuses the key, without the key", () =>
    Effect.gen(function*() {
      const failure = (options: Partial<EmulatorScope.Options>) =>
        Effect.flip(Effect.provide(EmulatorScope.EmulatorScope, scope(options)))
      const wrong = yield* failure({ adminKey: Redacted.make("wrong-key") })
      assert.strictEqual(wrong._tag, "AdminError")
      assert.strictEqual(wrong.message, "The emulator refused the admin key")
      const missing = yield* failure({ url: "http://127.0.0.1:1" })
      assert.strictEqual(missing.message, "The emulator cannot be reached at http://127.0.0.1:1")
      const name = yield* failure({ name: "a".repeat(201) })
      assert.include(name.message, "The name of a scope has 1 to 200 ASCII characters")
    }).pipe(Effect.provide(emulator)))
})
