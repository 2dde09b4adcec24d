/** Debian's Chromium, driven by `playwright-core`. */
import { Emulator } from "@effect-mistral/emulator"
import { assert } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { existsSync } from "node:fs"
import { type Browser, chromium, type Page } from "playwright-core"

/** The program, where Debian and Ubuntu install it. */
const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium"

/** Whether there is a Chromium. Without one the tests are skipped, and the reason is printed. */
export const hasChromium = existsSync(executablePath)

if (!hasChromium) console.warn(`The tests of the page are skipped: there is no Chromium at ${executablePath}`)

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // A name that anybody could have registered, with the address of this machine.
  "--host-resolver-rules=MAP rebound.example 127.0.0.1"
]

/** A running Chromium. */
export class Chromium extends Context.Service<Chromium, Browser>()("@effect-mistral/test/Chromium") {}

/** Starts Chromium, and ends it with the scope. */
export const layerChromium: Layer.Layer<Chromium> = Layer.effect(
  Chromium,
  Effect.acquireRelease(
    Effect.promise(() => chromium.launch({ executablePath, args: flags })),
    (browser) => Effect.promise(() => browser.close())
  )
)

/** A page, and what it complained about: errors of scripts, and what its policy refused. */
export interface Opened {
  readonly page: Page
  readonly complaints: ReadonlyArray<string>
}

/** Opens an empty page with storage of its own. */
export const newPage = (
  options: Parameters<Browser["newContext"]>[0] = {}
): Effect.Effect<Opened, never, Chromium | Scope.Scope> =>
  Effect.gen(function*() {
    const browser = yield* Chromium
    const context = yield* Effect.acquireRelease(
      Effect.promise(() => browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })),
      (context) => Effect.promise(() => context.close())
    )
    const page = yield* Effect.promise(() => context.newPage())
    page.setDefaultTimeout(20_000)
    const complaints: Array<string> = []
    page.on("pageerror", (error) => complaints.push(error.message))
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text())
    })
    return { page, complaints }
  })

/** Opens the page of the emulator with its admin key, as its printed link does, and waits until it is connected. */
export const openEmulatorPage = Effect.fnUntraced(function*(options?: Parameters<Browser["newContext"]>[0]) {
  const { adminKey, url } = yield* Emulator.Emulator
  const opened = yield* newPage(options)
  yield* Effect.promise(async () => {
    await opened.page.goto(`${url}/_emulator/#key=${Redacted.value(adminKey)}`)
    await opened.page.getByRole("status").filter({ hasText: /^Connected$/ }).waitFor()
  })
  return opened
})

/** Waits until an element of the page has a text. */
export const shows = (page: Page, selector: string, text: string): Effect.Effect<void> =>
  Effect.promise(async () => {
    const isThere = await page.waitForFunction(
      ([selector, text]) => document.querySelector(selector!)?.textContent === text,
      [selector, text],
      { timeout: 20_000 }
    ).then(() => true, () => false)
    if (!isThere) assert.strictEqual(await page.textContent(selector, { timeout: 100 }).catch(() => null), text)
  })
