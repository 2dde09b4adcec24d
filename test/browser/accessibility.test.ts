/** Whether everybody can read and use the page: contrast, names and the keyboard. */
import { Emulator, Fault } from "@effect-mistral/emulator"
import { assert, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { ask, local, post } from "../../packages/emulator/test/support.ts"
import { hasChromium, layerChromium, openEmulatorPage, shows } from "./chromium.ts"

/** The texts whose contrast is below 4.5, which WCAG 2.2 wants of small text, with their contrast. */
const faint = () => {
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true })!
  const rgba = (color: string) => {
    context.clearRect(0, 0, 1, 1)
    context.fillStyle = color
    context.fillRect(0, 0, 1, 1)
    return [...context.getImageData(0, 0, 1, 1).data]
  }
  const luminance = (color: string) => {
    const [red = 0, green = 0, blue = 0] = rgba(color).map((part) => {
      const value = part / 255
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const ground = (element: Element | null): string => {
    if (element === null) return "white"
    const color = getComputedStyle(element).backgroundColor
    return rgba(color)[3] === 255 ? color : ground(element.parentElement)
  }
  const texts = [...document.querySelectorAll("body *")].filter((element) =>
    element.checkVisibility() && [...element.childNodes].some((node) => node instanceof Text && node.data.trim() !== "")
  )
  return {
    checked: texts.length,
    faint: texts.flatMap((element) => {
      const [low = 0, high = 0] = [luminance(getComputedStyle(element).color), luminance(ground(element))].sort((
        a,
        b
      ) => a - b)
      const contrast = (high + 0.05) / (low + 0.05)
      return contrast < 4.5 ? [`${element.textContent}: ${contrast.toFixed(2)}`] : []
    })
  }
}

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
