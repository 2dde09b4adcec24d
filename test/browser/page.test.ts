/** The page of the emulator, in Chromium. */
import * as Chat from "@effect-mistral/chat/Chat"
import * as Completion from "@effect-mistral/core/Completion"
import { Emulator } from "@effect-mistral/emulator"
import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { ask, instant, local, post } from "../../packages/emulator/test/support.ts"
import { hasChromium, layerChromium, newPage, openEmulatorPage, shows } from "./chromium.ts"

/** Sends a token a second, by the clock of the test. */
const paced: Emulator.Options = { clock: "context", timeToFirstToken: "1 second", tokensPerSecond: 1 }

const describeIf = hasChromium ? describe : describe.skip

describeIf("the page", () => {
  layer(layerChromium)((it) => {
    it.effect("shows a stream token by token", () =>
      Effect.gen(function*() {
        const { complaints, page } = yield* openEmulatorPage()
        const tokens = yield* Queue.unbounded<string>()
        const request = ask("Who is the best French painter?", { max_tokens: 6 })
        const reading = yield* Chat.stream(request).pipe(
          Stream.runForEach((chunk) => Queue.offer(tokens, Completion.chunkText(chunk))),
          Effect.forkChild
        )
        yield* Effect.promise(() => page.locator("#requests tr").waitFor())
        const texts = new Set<string>()
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* Queue.take(tokens), "", "the first chunk has only the role")
        let text = ""
        for (let sent = 1; sent <= 6; sent++) {
          yield* TestClock.adjust("1 second")
          text += yield* Queue.take(tokens)
          // The next token is sent when the clock is adjusted again: the page cannot show it before.
          yield* shows(page, ".answer .text", text)
          texts.add(text)
        }
        yield* TestClock.adjust("1 second")
        yield* Fiber.join(reading)
        assert.strictEqual(texts.size, 6)
        yield* Effect.promise(() => page.getByText("finish reason: length").waitFor())
        assert.strictEqual(
          yield* Effect.promise(() => page.textContent(".conversation .text")),
          request.messages[0]?.content
        )
        assert.deepStrictEqual(complaints, [])
      }).pipe(Effect.provide(local(paced))))

    it.effect("arms a fault by a click, which the next request gets", () =>
      Effect.gen(function*() {
        const { complaints, page } = yield* openEmulatorPage()
        yield* Effect.promise(() => page.getByRole("button", { name: "503" }).click())
        yield* shows(page, "#armed li", "status status 503 × 1")
        const failed = yield* post(ask("Hello"))
        assert.strictEqual(failed.status, 503)
        yield* shows(page, "#requests .note[data-kind=fault]", "fault status")
        yield* shows(page, "#armed li", "No fault is armed.")
        assert.strictEqual((yield* post(ask("Hello"))).status, 200)
        yield* Effect.promise(() => page.waitForFunction(() => document.querySelectorAll("#requests tr").length === 2))
        assert.deepStrictEqual(complaints, [])
      }).pipe(Effect.provide(local())))

    it.effect("shows text that looks like HTML as text", () =>
      Effect.gen(function*() {
        const { complaints, page } = yield* openEmulatorPage()
        const html = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>"
        yield* post(ask(html, { model: html }))
        yield* post({ model: "mistral-small-latest", messages: [{ role: "user", content: html, [html]: 1 }] })
        yield* post(ask(html))
        yield* shows(page, ".conversation .text", html)
        assert.strictEqual(yield* Effect.promise(() => page.locator("main img, main script").count()), 0)
        assert.strictEqual(yield* Effect.promise(() => page.title()), "Mistral emulator")
        assert.deepStrictEqual(complaints, [])
      }).pipe(Effect.provide(local())))

    it.effect("asks for the admin key, and keeps it out of the address", () =>
      Effect.gen(function*() {
        const { adminKey, apiKey, url } = yield* Emulator.Emulator
        const { page } = yield* newPage()
        const field = page.getByLabel("Admin key")
        const enter = (key: string) =>
          Effect.promise(async () => {
            await field.fill(key)
            await page.getByRole("button", { name: "Open" }).click()
          })
        yield* Effect.promise(() => page.goto(`${url}/_emulator`))
        // The key of the API opens nothing.
        yield* enter(Redacted.value(apiKey))
        yield* Effect.promise(() => page.getByText("This is not the admin key of this emulator.").waitFor())
        assert.strictEqual(yield* Effect.promise(() => page.locator("#page").isVisible()), false)
        yield* enter(Redacted.value(adminKey))
        yield* shows(page, "#connection", "Connected")
        yield* Effect.promise(() => page.goto(`${url}/_emulator/?a#key=${Redacted.value(adminKey)}`))
        yield* shows(page, "#connection", "Connected")
        assert.strictEqual(page.url(), `${url}/_emulator/?a`)
        yield* Effect.promise(() => page.reload())
        yield* shows(page, "#connection", "Connected")
      }).pipe(Effect.provide(local())))

    it.effect("finds events by a search, and shows their conversations", () =>
      Effect.gen(function*() {
        const { addEvents } = yield* Emulator.Emulator
        const said = (question: string, answer: string) => ({
          model_name: "mistral-small-latest",
          request_messages: [{ role: "user", content: question }],
          response_messages: [{ role: "assistant", content: answer }]
        })
        yield* addEvents([
          said("How do I reset my password?", "Open the settings."),
          said("Where is my parcel?", "It is on its way.")
        ])
        const { complaints, page } = yield* openEmulatorPage()
        yield* Effect.promise(async () => {
          await page.getByRole("tab", { name: "Events" }).click()
          await page.waitForFunction(() => document.querySelectorAll("#events li").length === 2)
          await page.getByRole("searchbox", { name: "Text" }).fill("ON ITS way")
          await page.getByRole("button", { name: "Search" }).click()
          await page.waitForFunction(() => document.querySelectorAll("#events li").length === 1)
          await page.getByRole("button", { name: "Where is my parcel?" }).click()
        })
        yield* shows(page, ".answer .text", "It is on its way.")
        const { requests } = yield* Emulator.Emulator
        assert.deepStrictEqual(yield* requests, [], "a search of the page is no request of a client")
        assert.deepStrictEqual(complaints, [])
      }).pipe(Effect.provide(local(instant))))
  })
})
