/** The page of the emulator, in Chromium. */
import * as Chat from "@effect-mistral/chat/Chat"
import * as Completion from "@effect-mistral/core/Completion"
import { Emulator } from "@effect-mistral/emulator"
import { assert, describe, layer } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
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
        yield* shows(page, "#armed li", "status 503 × 1")
        const failed = yield* post(ask("Hello"))
        assert.strictEqual(failed.status, 503)
        yield* shows(page, "#requests .note[data-kind=fault]", "fault status")
        yield* shows(page, "#armed li", "No fault is armed.")
        assert.strictEqual((yield* post(ask("Hello"))).status, 200)
        yield* Effect.promise(() => page.waitForFunction(() => document.querySelectorAll("#requests tr").length === 2))
        assert.deepStrictEqual(complaints, [])
      }).pipe(Effect.provide(local())))

    it.effect("says why a request was refused", () =>
      Effect.gen(function*() {
        const { complaints, page } = yield* openEmulatorPage()
        yield* post({ ...ask("Hello"), seed: 1 })
        yield* shows(page, "#requests .note[data-kind=refusal]", "422 body.seed: extra_forbidden")
        yield* shows(page, "#requests .status", "422")
        yield* shows(page, "#details > .refusal", "Refused: 422 body.seed: extra_forbidden")
        assert.deepStrictEqual(complaints, [])
      }).pipe(Effect.provide(local())))

    it.effect("counts the requests that each rule decided", () =>
      Effect.gen(function*() {
        const { rules } = yield* Emulator.Emulator
        const { complaints, page } = yield* openEmulatorPage()
        yield* shows(page, "#rules", "0capitaltext \"capital\"")
        yield* post(ask("What is the capital of France?"))
        yield* shows(page, "#rules .hits", "1")
        yield* shows(page, "#requests .note[data-kind=rule]", "rule capital")
        yield* shows(page, ".answer .text", "Paris.")
        yield* rules.clear
        yield* shows(page, "#rules", "There is no rule.")
        assert.deepStrictEqual(complaints, [])
      }).pipe(Effect.provide(local({
        ...instant,
        script: [{ name: "capital", when: { text: "capital" }, answer: { text: "Paris." } }]
      }))))

    it.effect("shows requests that came before it was open, with their answers", () =>
      Effect.gen(function*() {
        yield* post(ask("What is the capital of France?"))
        yield* post({ ...ask("Where is Rome?"), stream: true })
        const { complaints, page } = yield* openEmulatorPage()
        yield* shows(page, ".answer .text", "In Italy.")
        yield* Effect.promise(() => page.locator("#requests tr").nth(1).getByRole("button").press("Enter"))
        yield* shows(page, ".conversation .text", "What is the capital of France?")
        yield* shows(page, ".answer .text", "Paris.")
        // A selected request stays, whatever comes.
        yield* post(ask("Where is Rome?"))
        yield* Effect.promise(() => page.waitForFunction(() => document.querySelectorAll("#requests tr").length === 3))
        yield* shows(page, ".conversation .text", "What is the capital of France?")
        assert.deepStrictEqual(complaints, [])
      }).pipe(Effect.provide(local({
        ...instant,
        script: [
          { when: { text: "France" }, answer: { text: "Paris." } },
          { when: { text: "Rome" }, answer: { text: "In Italy." } }
        ]
      }))))

    it.effect("finds the emulator again after it was stopped, if its admin key is the same", () =>
      Effect.gen(function*() {
        const port = yield* Effect.scoped(Effect.gen(function*() {
          const context = yield* Layer.build(Emulator.layer({ adminKey: Redacted.make("k") }))
          return Context.get(context, Emulator.Emulator).port
        }))
        const options = { ...instant, port, adminKey: Redacted.make("k") }
        const first = yield* Scope.make()
        const context = yield* Layer.buildWithScope(Emulator.layer(options), first)
        const { page } = yield* Effect.provide(openEmulatorPage(), context)
        yield* Scope.close(first, Exit.void)
        yield* shows(page, "#connection", "The emulator does not respond. Trying again")
        yield* Effect.provide(
          Effect.gen(function*() {
            yield* shows(page, "#connection", "Connected")
            yield* post(ask("Hello"))
            yield* shows(page, "#requests .status", "200")
          }),
          Emulator.layer(options)
        )
      }))

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
