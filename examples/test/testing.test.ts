/**
 * Tests one function of a program in four ways: with a mock of the service, with scripted HTTP responses, with retries
 * under `TestClock`, and with the emulator. None needs a key or a network, and none waits.
 */
import { Chat } from "@effect-mistral/chat"
import { Completion, FetchHttpClient, MistralClient } from "@effect-mistral/core"
import { Emulator } from "@effect-mistral/emulator"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"

/** The function under test. */
const translate = (text: string) =>
  Chat.complete({ model: "mistral-small-latest", messages: [{ role: "user", content: `In French: ${text}` }] }).pipe(
    Effect.map(Completion.text)
  )

const requests = ScriptedHttpClient.ScriptedHttpClient.use((script) => script.requests)

const scripted = (...answers: ReadonlyArray<ScriptedHttpClient.Answer>) =>
  Chat.layer.pipe(Layer.provide(MistralClient.layer({})), Layer.provideMerge(ScriptedHttpClient.layer(answers)))

it.effect("a mock, in one line", () =>
  Effect.gen(function*() {
    assert.strictEqual(yield* translate("Hello"), "Bonjour")
  }).pipe(Effect.provide(
    Layer.mock(Chat.Chat)({ complete: () => Effect.succeed(TestCompletion.response("Bonjour")) })
  )))

it.effect("scripted responses: what was sent", () =>
  Effect.gen(function*() {
    assert.strictEqual(yield* translate("Hello"), "Bonjour")
    assert.deepInclude((yield* requests)[0]?.body, { messages: [{ role: "user", content: "In French: Hello" }] })
  }).pipe(Effect.provide(scripted(ScriptedHttpClient.json(TestCompletion.response("Bonjour"))))))

it.effect("TestClock: a retry, without the wait for it", () =>
  Effect.gen(function*() {
    const fiber = yield* Effect.forkChild(translate("Hello"))
    yield* TestClock.adjust("29 seconds")
    assert.lengthOf(yield* requests, 1)
    yield* TestClock.adjust("2 seconds")
    assert.strictEqual(yield* Fiber.join(fiber), "Bonjour")
  }).pipe(Effect.provide(scripted(
    ScriptedHttpClient.json({ message: "Slow down" }, { status: 429, headers: { "retry-after": "30" } }),
    ScriptedHttpClient.json(TestCompletion.response("Bonjour"))
  ))))

const EmulatorLive = Layer.unwrap(
  Effect.map(
    Emulator.Emulator,
    ({ apiKey, url }) => Layer.provide(Chat.layer, MistralClient.layer({ apiKey, baseUrl: url }))
  )
).pipe(
  Layer.provide([FetchHttpClient.layer, Emulator.layer({ timeToFirstToken: 0, tokensPerSecond: Infinity })])
)

it.live("the emulator, over HTTP", () =>
  Effect.map(translate("Hello"), (text) => assert.match(text, /\w+/)).pipe(Effect.provide(EmulatorLive)))
