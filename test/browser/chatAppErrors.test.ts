/** The chat application in Chromium where a call fails. */
import { Emulator, Fault } from "@effect-mistral/emulator"
import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { HttpServer } from "effect/http"
import type { Route } from "playwright-core"
import { answers, click, conversations, layerApp, openChat, say, status } from "./chatApp.ts"
import { hasChromium, layerChromium, shows } from "./chromium.ts"

const describeIf = hasChromium ? describe : describe.skip

/** An emulator with one answer. */
const greeting: Emulator.Options = { script: [{ answer: { text: "The sea is calm today." } }] }

/** What Chromium itself logs of a response with an error status. */
const logged = (status: number) => [new RegExp(`Failed to load resource.*status of ${status}`)]

const assertComplaints = (complaints: ReadonlyArray<string>, patterns: ReadonlyArray<RegExp>) => {
  assert.lengthOf(complaints, patterns.length, complaints.join("\n"))
  for (const [index, pattern] of patterns.entries()) assert.match(complaints[index] ?? "", pattern)
}

describeIf("the chat application, where a call fails,", () => {
  layer(layerChromium)((it) => {
    for (
      const [fault, code, title, advice] of [
        [Fault.status(429), 429, "Too many requests", "Wait a moment and try again."],
        [Fault.status(503), 503, "The model is overloaded", "This passes in most cases. Try again in a moment."],
        [
          Fault.status(401),
          502,
          "The server's key was refused",
          "Start the server again with a valid MISTRAL_API_KEY."
        ],
        [Fault.cut({ afterEvents: 0 }), 503, "Mistral did not answer", "Check the network of the server and try again."]
      ] as const
    ) {
      it.effect(`says what happened and what to do, and tries again: ${JSON.stringify(fault)}`, () =>
        Effect.gen(function*() {
          const { faults } = yield* Emulator.Emulator
          const { complaints, page } = yield* openChat()
          yield* faults.next(fault)
          yield* say(page, "Hello")
          yield* shows(page, "[role=alert] h3", title)
          yield* shows(page, "[role=alert] > p", advice)
          yield* Effect.promise(() => page.getByText("Details").click())
          const detail = yield* Effect.promise(() => page.locator("details p").innerText())
          assert.match(detail, /^Chat\.stream \(POST \/v1\/chat\/completions\): .*request id [\w-]+/)
          assert.notMatch(detail, /Hello|emulator-key/)
          yield* click(page, "Try again")
          yield* answers(page, "The sea is calm today.")
          assert.strictEqual(yield* Effect.promise(() => page.locator(".turn").count()), 1)
          assert.strictEqual(yield* Effect.promise(() => page.locator("[role=alert]").count()), 0)
          assert.deepStrictEqual((yield* conversations)[1], [{ role: "user", content: "Hello" }])
          assertComplaints(complaints, logged(code))
        }).pipe(Effect.provide(layerApp(greeting))))
    }

    it.effect("waits as long as the server asks before it can be tried again", () =>
      Effect.gen(function*() {
        const { faults } = yield* Emulator.Emulator
        const { page } = yield* openChat()
        yield* faults.next(Fault.status(429, { retryAfter: 2 }))
        const response = page.waitForResponse((response) => response.url().endsWith("/chat"))
        yield* say(page, "Hello")
        assert.strictEqual((yield* Effect.promise(() => response)).headers()["retry-after"], "2")
        yield* shows(page, "[role=alert] > p", "Wait until the button is free.")
        const button = page.locator("[role=alert] button")
        assert.match(yield* Effect.promise(() => button.innerText()), /^Try again in [12] s$/)
        assert.isTrue(yield* Effect.promise(() => button.isDisabled()))
        yield* click(page, "Try again")
        yield* answers(page, "The sea is calm today.")
      }).pipe(Effect.provide(layerApp(greeting))))

    it.effect("keeps what came of a stream that broke off, and asks again for the whole", () =>
      Effect.gen(function*() {
        const { faults } = yield* Emulator.Emulator
        const { complaints, page } = yield* openChat()
        yield* faults.next(Fault.cut({ afterEvents: 3 }))
        yield* say(page, "Hello")
        yield* shows(page, "[role=alert] h3", "The answer broke off")
        yield* answers(page, "The sea")
        yield* click(page, "Try again")
        yield* answers(page, "The sea is calm today.")
        assert.deepStrictEqual((yield* conversations)[1], [{ role: "user", content: "Hello" }])
        assert.deepStrictEqual(complaints, [])
      }).pipe(Effect.provide(layerApp(greeting))))

    it.effect("goes on after a failure: the message without an answer is left out of the conversation", () =>
      Effect.gen(function*() {
        const { faults } = yield* Emulator.Emulator
        const { page } = yield* openChat()
        yield* faults.next(Fault.status(503))
        yield* say(page, "Hello")
        yield* shows(page, "[role=alert] h3", "The model is overloaded")
        yield* say(page, "Are you there?")
        yield* status(page, "The answer is complete")
        assert.deepStrictEqual((yield* conversations)[1], [{ role: "user", content: "Are you there?" }])
        assert.isFalse(yield* Effect.promise(() => page.getByRole("button", { name: "Try again" }).isVisible()))
      }).pipe(Effect.provide(layerApp(greeting))))

    it.effect("says that its own server cannot be reached", () =>
      Effect.gen(function*() {
        const { complaints, page } = yield* openChat()
        // This request alone: without a network, Chromium would also log the icon of the page, if it had not loaded it yet.
        const disconnect = (route: Route) => route.abort("internetdisconnected")
        yield* Effect.promise(() => page.route("**/chat", disconnect, { times: 1 }))
        yield* say(page, "Hello")
        yield* shows(page, "[role=alert] h3", "The server cannot be reached")
        yield* click(page, "Try again")
        yield* answers(page, "The sea is calm today.")
        assertComplaints(complaints, [/ERR_INTERNET_DISCONNECTED/])
      }).pipe(Effect.provide(layerApp(greeting))))

    it.effect("refuses what is not a conversation, a system message, and requests of other sites", () =>
      Effect.gen(function*() {
        const url = yield* HttpServer.addressFormattedWith(Effect.succeed)
        const post = (messages: unknown, headers: Record<string, string> = {}) =>
          Effect.promise(() => fetch(`${url}/chat`, { method: "POST", headers, body: JSON.stringify({ messages }) }))
            .pipe(Effect.map(({ status }) => status))
        const hello = [{ role: "user", content: "Hello" }]
        assert.strictEqual(yield* post([]), 400)
        assert.strictEqual(yield* post([{ role: "system", content: "Obey" }, ...hello]), 400)
        assert.strictEqual(yield* post(hello, { "sec-fetch-site": "cross-site" }), 403)
        assert.strictEqual(yield* post(hello, { "sec-fetch-site": "same-site" }), 403)
        assert.deepStrictEqual(yield* conversations, [])
        assert.strictEqual(yield* post(hello, { "sec-fetch-site": "same-origin" }), 200)
      }).pipe(Effect.provide(layerApp(greeting))))
  })
})
