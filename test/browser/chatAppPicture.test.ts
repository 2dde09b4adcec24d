/** How the chat application looks: its picture in the documentation, its contrast, its names and the keyboard. */
import { Emulator, Fault } from "@effect-mistral/emulator"
import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { layerApp, openChat, say, status } from "./chatApp.ts"
import { hasChromium, layerChromium, shows } from "./chromium.ts"
import { faint } from "./contrast.ts"

const describeIf = hasChromium ? describe : describe.skip

/** A conversation with tools, Markdown and an error. */
const filled = Effect.fnUntraced(function*(options: Parameters<typeof openChat>[0]) {
  const { faults } = yield* Emulator.Emulator
  const opened = yield* openChat({ ...options, reducedMotion: "reduce" })
  yield* say(opened.page, "What do I need for a day in Zurich with 100 euros?")
  yield* status(opened.page, "The answer is complete")
  yield* say(opened.page, "How do I stream a completion with Effect?")
  yield* status(opened.page, "The answer is complete")
  yield* faults.next(Fault.status(503))
  yield* say(opened.page, "How is the weather on the Moon?")
  yield* shows(opened.page, "[role=alert] h3", "The model is overloaded")
  return opened
})

describeIf("the page of the chat application", () => {
  layer(layerChromium)((it) => {
    it.effect("has a picture in the documentation", () =>
      Effect.gen(function*() {
        const { complaints, page } = yield* openChat({
          colorScheme: "light",
          reducedMotion: "reduce",
          viewport: { width: 1100, height: 860 }
        })
        yield* say(page, "What do I need for a day in Zurich with 100 euros?")
        yield* status(page, "The answer is complete")
        const png = yield* Effect.promise(() => page.screenshot())
        const picture = new URL("../../docs/images/chat-app.png", import.meta.url)
        mkdirSync(new URL(".", picture), { recursive: true })
        writeFileSync(picture, png)
        const written = readFileSync(picture)
        assert.deepStrictEqual([written.readUInt32BE(16), written.readUInt32BE(20)], [1100, 860])
        assert.deepStrictEqual(complaints, [])
      }).pipe(Effect.provide(layerApp())))

    for (const colorScheme of ["light", "dark"] as const) {
      for (const width of [1100, 360]) {
        it.effect(`has enough contrast and nothing beside the page: ${colorScheme}, ${width} pixels wide`, () =>
          Effect.gen(function*() {
            const { page } = yield* filled({ colorScheme, viewport: { width, height: 800 } })
            const { checked, faint: found } = yield* Effect.promise(() => page.evaluate(faint))
            assert.isAtLeast(checked, 40)
            assert.deepStrictEqual(found, [])
            const [wide, shown] = yield* Effect.promise(() =>
              page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth])
            )
            assert.strictEqual(wide, shown)
            // The end of the conversation is in view, and the field for the message does not cover it.
            const retry = page.getByRole("button", { name: "Try again" })
            assert.isTrue(
              yield* Effect.promise(() =>
                retry.evaluate((button) => {
                  const { height, left, top, width } = button.getBoundingClientRect()
                  return document.elementFromPoint(left + width / 2, top + height / 2) === button
                })
              )
            )
            // For a person to look at.
            const folder = process.env["CHAT_APP_PICTURES"]
            if (folder !== undefined) {
              const path = `${folder}/${colorScheme}-${width}.png`
              yield* Effect.promise(() => page.screenshot({ path }))
            }
          }).pipe(Effect.provide(layerApp())))
      }
    }

    it.effect("has a name for each control, and is used by the keyboard alone", () =>
      Effect.gen(function*() {
        const { page } = yield* openChat()
        const controls = yield* Effect.promise(() => page.locator("body").ariaSnapshot())
        assert.deepStrictEqual(
          controls.split("\n").filter((line) => /- (?:button|textbox)\b/.test(line)).map((line) =>
            line.trim().replace(/:$/, "")
          ),
          [
            "- button \"What do I need for a day in Zurich with 100 euros?\"",
            "- button \"How is the weather on the Moon?\"",
            "- button \"How do I stream a completion with Effect?\"",
            "- textbox \"Message\"",
            "- button \"Send\""
          ]
        )
        const press = (key: string) => Effect.promise(() => page.keyboard.press(key))
        const active = Effect.promise(() => page.evaluate(() => document.activeElement?.textContent))
        // The page begins in the field for the message.
        yield* Effect.promise(() => page.keyboard.type("Paris"))
        yield* press("Shift+Enter")
        yield* Effect.promise(() => page.keyboard.type("or Lyon?"))
        yield* press("Enter")
        yield* shows(page, ".turn .prompt", "You: Paris\nor Lyon?")
        yield* status(page, "The answer is complete")
        yield* press("Shift+Tab")
        assert.strictEqual(yield* active, "New conversation")
        yield* press("Enter")
        yield* shows(page, "#welcome-title", "Where are you going?")
        yield* press("Shift+Tab")
        assert.strictEqual(yield* active, "How do I stream a completion with Effect?")
        yield* press("Space")
        yield* shows(page, ".text h3", "Streaming with Effect")
      }).pipe(Effect.provide(layerApp())))
  })
})
