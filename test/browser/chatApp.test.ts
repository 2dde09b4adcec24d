/** The chat application in Chromium. */
import { Emulator } from "@effect-mistral/emulator"
import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { answers, click, conversations, layerApp, openChat, say, status, untilActive } from "./chatApp.ts"
import { hasChromium, layerChromium, shows } from "./chromium.ts"

const describeIf = hasChromium ? describe : describe.skip

/** Sends a token a second, by the clock of the test. */
const paced: Emulator.Options = {
  clock: "context",
  timeToFirstToken: "1 second",
  tokensPerSecond: 1,
  script: [{ answer: { text: "The sea is calm today." } }]
}

describeIf("the chat application", () => {
  layer(layerChromium)((it) => {
    it.effect("shows the tokens one by one, as the model sends them", () =>
      Effect.gen(function*() {
        const { complaints, page } = yield* openChat()
        yield* say(page, "Hello")
        yield* shows(page, ".turn .prompt", "You: Hello")
        yield* status(page, "The model is writing")
        yield* untilActive(1)
        yield* TestClock.adjust("1 second")
        const texts: Array<string> = []
        for (const text of ["The", "The sea", "The sea is", "The sea is calm"]) {
          yield* TestClock.adjust("1 second")
          // The next token is sent when the clock is adjusted again: the page cannot show it before.
          yield* answers(page, text)
          texts.push(text)
        }
        assert.lengthOf(texts, 4)
        yield* TestClock.adjust("1 minute")
        yield* answers(page, "The sea is calm today.")
        yield* status(page, "The answer is complete")
        yield* shows(page, ".summary", "mistral-small-latest, 6 tokens")
        assert.deepStrictEqual(complaints, [])
      }).pipe(Effect.provide(layerApp(paced))))

    it.effect("stops an answer: the request at the server is cancelled, and its text is kept", () =>
      Effect.gen(function*() {
        const { complaints, page } = yield* openChat()
        yield* say(page, "Hello")
        yield* untilActive(1)
        yield* TestClock.adjust("3 seconds")
        yield* answers(page, "The sea")
        yield* click(page, "Stop")
        yield* untilActive(0)
        yield* status(page, "Stopped")
        yield* answers(page, "The sea")
        yield* say(page, "Go on")
        yield* untilActive(1)
        yield* Effect.promise(() => page.keyboard.press("Escape"))
        yield* untilActive(0)
        assert.deepStrictEqual((yield* conversations)[1], [
          { role: "user", content: "Hello" },
          { role: "assistant", content: "The sea" },
          { role: "user", content: "Go on" }
        ])
        assert.deepStrictEqual(complaints, [])
      }).pipe(Effect.provide(layerApp(paced))))

    it.effect("cancels the request at the server when the page is left", () =>
      Effect.gen(function*() {
        const { page } = yield* openChat()
        yield* say(page, "Hello")
        yield* untilActive(1)
        yield* TestClock.adjust("2 seconds")
        yield* answers(page, "The")
        yield* Effect.promise(() => page.goto("about:blank"))
        yield* untilActive(0)
      }).pipe(Effect.provide(layerApp(paced))))

    it.effect("shows the calls of tools and their results, which the model gets", () =>
      Effect.gen(function*() {
        const { complaints, page } = yield* openChat()
        yield* click(page, "What do I need for a day in Zurich with 100 euros?")
        yield* status(page, "The answer is complete")
        const cards = yield* Effect.promise(() => page.locator(".tool").allInnerTexts())
        assert.deepStrictEqual(cards.map((text) => text.replaceAll(/\s+/g, " ")), [
          "Weather found city Zurich celsius 4 sky rain",
          "Currency found amount 100 from EUR to CHF amount 95.24 currency CHF"
        ])
        assert.strictEqual(yield* Effect.promise(() => page.locator(".text strong").first().innerText()), "Zurich")
        assert.strictEqual(yield* Effect.promise(() => page.locator(".text li").count()), 2)
        const [first, second] = yield* conversations
        assert.deepStrictEqual(first?.map(({ role }) => role), ["user"])
        assert.deepStrictEqual(second?.map(({ content, role }) => role === "tool" ? content : role), [
          "user",
          "assistant",
          "{\"celsius\":4,\"sky\":\"rain\"}",
          "{\"amount\":95.24,\"currency\":\"CHF\"}"
        ])
        // The next question has the whole conversation before it, with its calls.
        yield* say(page, "How do I stream a completion?")
        yield* status(page, "The answer is complete")
        assert.deepStrictEqual((yield* conversations)[2]?.map(({ role }) => role), [
          "user",
          "assistant",
          "tool",
          "tool",
          "assistant",
          "user"
        ])
        assert.deepStrictEqual(complaints, [])
      }).pipe(Effect.provide(layerApp())))

    it.effect("shows a tool that failed, and the model reads why", () =>
      Effect.gen(function*() {
        const { complaints, page } = yield* openChat()
        yield* click(page, "How is the weather on the Moon?")
        yield* answers(page, "Nobody measures the weather there. Ask me for a city, such as Lisbon or Paris.")
        yield* shows(page, ".tool[data-state=failed] .state", "failed")
        yield* shows(page, ".tool .result", "errorThere is no weather station in Moon")
        assert.deepStrictEqual(complaints, [])
      }).pipe(Effect.provide(layerApp())))

    it.effect("ends a loop of tool calls after five requests, the last of which may call none", () =>
      Effect.gen(function*() {
        const { page } = yield* openChat()
        yield* say(page, "Hello")
        yield* status(page, "The answer is complete")
        const { requests } = yield* Emulator.Emulator
        assert.deepStrictEqual(
          (yield* requests).map(({ body }) => (body as { readonly tool_choice: string }).tool_choice),
          ["auto", "auto", "auto", "auto", "none"]
        )
        assert.strictEqual(yield* Effect.promise(() => page.locator(".tool").count()), 4)
      }).pipe(Effect.provide(layerApp({
        script: [
          { answer: { tool_calls: [{ name: "get_weather", arguments: { city: "Paris" } }] }, times: 4 },
          { answer: { text: "Enough." } }
        ]
      }))))

    it.effect("keeps the conversation over a reload, also an answer that had begun", () =>
      Effect.gen(function*() {
        const { complaints, page } = yield* openChat()
        yield* say(page, "Hello")
        yield* untilActive(1)
        yield* TestClock.adjust("1 minute")
        yield* status(page, "The answer is complete")
        yield* say(page, "Again")
        yield* untilActive(1)
        yield* TestClock.adjust("3 seconds")
        yield* answers(page, "The sea")
        yield* Effect.promise(() => page.reload())
        yield* untilActive(0)
        const shown = yield* Effect.promise(() => page.locator(".turn").allInnerTexts())
        assert.deepStrictEqual(shown.map((text) => text.replaceAll(/\s+/g, " ")), [
          "You: Hello The sea is calm today. mistral-small-latest, 6 tokens",
          "You: Again The sea Stopped. Try again"
        ])
        yield* click(page, "New conversation")
        yield* Effect.promise(() => page.reload())
        yield* shows(page, "#welcome-title", "Where are you going?")
        assert.strictEqual(yield* Effect.promise(() => page.locator(".turn").count()), 0)
        assert.deepStrictEqual(complaints, [])
      }).pipe(Effect.provide(layerApp(paced))))

    it.effect("shows Markdown, and what could run as text", () =>
      Effect.gen(function*() {
        const { complaints, page } = yield* openChat()
        yield* say(page, "Hello <img src=x onerror=alert(1)>")
        yield* status(page, "The answer is complete")
        const answer = page.locator(".turn .text")
        const html = yield* Effect.promise(() => answer.evaluate((element) => element.innerHTML))
        assert.strictEqual(
          html.replaceAll("&lt;", "<").replaceAll("&gt;", ">"),
          "<h3>A <script>alert(1)</script> title</h3>" +
            "<p><img src=x onerror=\"alert(1)\"> and [bad](javascript:alert(1)), " +
            "<a href=\"https://example.com/a?b=c\" rel=\"noopener noreferrer\" target=\"_blank\">a <em>good</em> one</a></p>" +
            "<ol start=\"3\"><li>three <strong>bold</strong> ones</li><li><code><b>x</b></code></li></ol>" +
            "<blockquote><p>2 * 3 * 4 and **open</p></blockquote>" +
            "<pre tabindex=\"0\" role=\"region\" aria-label=\"Code in html\"><code>" +
            "<a href=\"javascript:alert(1)\">\n**no**</code></pre>"
        )
        assert.strictEqual(yield* Effect.promise(() => page.locator(".turn :is(img, script, b)").count()), 0)
        assert.deepStrictEqual(complaints, [])
      }).pipe(Effect.provide(layerApp({ script: [{ answer: { text: hostile } }] }))))
  })
})

const hostile = `# A <script>alert(1)</script> title

<img src=x onerror="alert(1)"> and [bad](javascript:alert(1)), [a *good* one](https://example.com/a?b=c)
3. three **bold** ones

4. \`<b>x</b>\`

> 2 * 3 * 4 and **open

\`\`\`html
<a href="javascript:alert(1)">
**no**`
