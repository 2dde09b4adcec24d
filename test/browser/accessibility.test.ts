/** Whether everybody can read and use the page: contrast, names and the keyboard. */
import { Emulator, Fault } from "@effect-mistral/emulator"
import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ask, local, post } from "../../packages/emulator/test/support.ts"
import { hasChromium, layerChromium, openEmulatorPage, shows } from "./chromium.ts"
import { faint } from "./contrast.ts"

/** A page with a request of each kind, an armed fault and a rule. */
const filled = Effect.fnUntraced(function*(colorScheme: "light" | "dark") {
  const { faults } = yield* Emulator.Emulator
  const opened = yield* openEmulatorPage({ colorScheme })
  yield* post({ ...ask("Hello"), seed: 1 })
  yield* post(ask("Hello"), { headers: { "x-emulator-fault": "{\"type\":\"status\",\"status\":503}" } })
  yield* faults.next(Fault.reset, { where: { path: "/v1/ocr" } })
  yield* post({
    ...ask("What is the weather?"),
    tools: [{ type: "function", function: { name: "get_weather", parameters: { type: "object" } } }],
    tool_choice: "any"
  })
  yield* post(ask("Think of the capital of France."))
  yield* shows(opened.page, ".answer .text", "Paris.")
  yield* shows(opened.page, "#armed li", "reset × 1 for /v1/ocr")
  return opened
})

const describeIf = hasChromium ? describe : describe.skip

describeIf("the page", () => {
  layer(layerChromium)((it) => {
    for (const scheme of ["light", "dark"] as const) {
      it.effect(`has enough contrast in its ${scheme} colours`, () =>
        Effect.gen(function*() {
          const { page } = yield* filled(scheme)
          const result = yield* Effect.promise(() => page.evaluate(faint))
          assert.isAtLeast(result.checked, 50)
          assert.deepStrictEqual(result.faint, [])
        }).pipe(Effect.provide(local({
          timeToFirstToken: 0,
          tokensPerSecond: Infinity,
          script: [{ name: "capital", when: { text: "capital" }, answer: { thinking: "France?", text: "Paris." } }]
        }))))
    }

    it.effect("has a name for each control", () =>
      Effect.gen(function*() {
        const { page } = yield* openEmulatorPage()
        yield* post(ask("Hello"))
        yield* Effect.promise(() => page.locator("#requests tr").waitFor())
        const names = yield* Effect.promise(() => page.locator("main:visible").ariaSnapshot())
        const controls = names.split("\n").filter((line) =>
          /- (?:button|textbox|searchbox|spinbutton|checkbox|tab)\b/.test(line)
        )
        assert.isAtLeast(controls.length, 20)
        assert.deepStrictEqual(controls.filter((line) => !/"[^"]+"|\/.+\//.test(line)), [])
      }).pipe(Effect.provide(local())))

    it.effect("can be used by the keyboard alone", () =>
      Effect.gen(function*() {
        yield* post(ask("Hello"))
        const { page } = yield* openEmulatorPage()
        const press = (key: string) => Effect.promise(() => page.keyboard.press(key))
        const reach = (selector: string) =>
          Effect.promise(async () => {
            for (let tries = 0; tries < 40; tries++) {
              if (await page.evaluate((selector) => document.activeElement?.matches(selector), selector)) return
              await page.keyboard.press("Tab")
            }
            throw new Error(`Tab does not reach ${selector}`)
          })
        yield* reach("#requests-tab")
        yield* press("ArrowRight")
        yield* shows(page, "[role=tab][aria-selected=true]", "Events")
        yield* press("ArrowLeft")
        yield* reach("#requests button")
        yield* press("Enter")
        yield* shows(page, ".conversation .text", "Hello")
        yield* reach("#fault-buttons button")
        yield* press("Space")
        yield* shows(page, "#armed li", "status 503 × 1")
      }).pipe(Effect.provide(local())))
  })
})
