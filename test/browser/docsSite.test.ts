/** The site of the documentation in Chromium: every page, on a screen of any size, without a network. */
import { assert, beforeAll, describe, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { join } from "node:path"
import type { Page } from "playwright-core"
import { foreignResources } from "../../site/check.ts"
import { modulesOf } from "../../site/content/apiReference.ts"
import { features } from "../../site/content/home.ts"
import { guides, packages } from "../../site/navigation.ts"
import { addressOf, pageOf, root } from "../../site/paths.ts"
import { hasChromium, layerChromium, newPage } from "./chromium.ts"
import { faint } from "./contrast.ts"
import { buildSite, builtFiles, layerSite, origin } from "./docsSite.ts"

const describeIf = hasChromium ? describe : describe.skip

/** Opens a page of the site, and keeps the requests that leave it. */
const open = Effect.fnUntraced(function*(path: string, options?: Parameters<typeof newPage>[0]) {
  const url = yield* origin
  const opened = yield* newPage(options)
  const foreign: Array<string> = []
  opened.page.on("request", (request) => {
    if (!request.url().startsWith(`${url}/`) && !request.url().startsWith("data:")) foreign.push(request.url())
  })
  yield* Effect.promise(() => opened.page.goto(url + path, { waitUntil: "networkidle" }))
  return { ...opened, foreign, url }
})

/** The text of an element, without the invisible mark of a link to a heading. */
const textOf = (page: Page, selector: string) =>
  Effect.promise(async () => (await page.locator(selector).first().innerText()).replaceAll("\u200b", "").trim())

/** Waits until the page with this heading is shown, which comes a moment after its address. */
const showsHeading = (page: Page, heading: string) =>
  Effect.promise(() => page.locator("h1").filter({ hasText: heading }).waitFor())

const hrefs = (page: Page, selector: string) =>
  Effect.promise(() =>
    page.locator(selector).evaluateAll((links) => links.map((link) => link.getAttribute("href")?.split("#")[0] ?? ""))
  )

/** One page of each kind, with a text that it must show. */
const kinds = [
  ["/", "Getting started"],
  ["/structured-output.html", "How a schema is sent"],
  ["/packages/core.html", "npm install"],
  ["/decisions/0007-what-a-bundle-holds.html", "kB"],
  ["/decisions/", "0001"],
  ["/api/", "@effect-mistral/chat"],
  ["/api/chat/Chat.html", "completeObject"],
  ["/source/examples/tools.ts.html", "import { Chat }"]
] as const

describeIf("the site of the documentation", () => {
  beforeAll(() => buildSite(), 300_000)

  layer(Layer.merge(layerChromium, layerSite))((it) => {
    for (const [path, text] of kinds) {
      it.effect(`shows ${path} without an error, and requests nothing from another origin`, () =>
        Effect.gen(function*() {
          const { complaints, foreign, page } = yield* open(path)
          assert.include(yield* textOf(page, "body"), text)
          assert.isAtLeast(yield* Effect.promise(() => page.locator("h1").count()), 1)
          assert.deepStrictEqual(foreign, [])
          assert.deepStrictEqual(complaints, [])
        }))
    }

    it.effect("has every guide and package in the sidebar", () =>
      Effect.gen(function*() {
        const { page } = yield* open("/structured-output.html")
        const found = yield* hrefs(page, ".VPSidebar a")
        const expected = [
          ...guides.flatMap(({ items }) => items.map(({ file }) => addressOf(pageOf(file) ?? ""))),
          ...packages.map((name) => addressOf(`packages/${name}`))
        ]
        assert.deepStrictEqual(found.slice(0, expected.length), expected)
        assert.isAtLeast(found.length, expected.length + 19)
      }))

    it.effect("has every public module in the sidebar of the API reference", () =>
      Effect.gen(function*() {
        const { page } = yield* open("/api/")
        const found = yield* hrefs(page, ".VPSidebar a")
        assert.deepStrictEqual(
          found,
          packages.flatMap((name) => modulesOf(name).map((module) => `/api/${name}/${module}.html`))
        )
        assert.isAbove(found.length, 100)
      }))

    it.effect("goes from page to page by its links, with the title of each", () =>
      Effect.gen(function*() {
        const { complaints, page, url } = yield* open("/")
        const go = (selector: string, address: string) =>
          Effect.promise(async () => {
            await page.locator(selector).first().click()
            await page.waitForURL(url + address)
          })
        yield* go(".VPHero a.brand", addressOf("getting-started"))
        yield* go(".VPSidebar a[href='/tool-calling.html']", "/tool-calling.html")
        yield* showsHeading(page, "Tool calling")
        yield* go("main a[href*='/source/examples/']", "/source/examples/tools.ts.html")
        assert.include(yield* textOf(page, "pre"), "Tool.fromSchema")
        yield* Effect.promise(() => page.goBack())
        yield* go(".VPNavBarMenu a[href='/api/']", "/api/")
        yield* go("main a[href='/api/core/RetryPolicy.html']", "/api/core/RetryPolicy.html")
        // The title follows the address.
        yield* Effect.promise(() =>
          page.waitForFunction(() => document.title === "RetryPolicy (core) | effect-mistral")
        )
        assert.deepStrictEqual(complaints, [])
      }))

    it.effect("shows the fields of a request, with what each means", () =>
      Effect.gen(function*() {
        const { page } = yield* open("/api/chat/Chat.html")
        const rows = yield* Effect.promise(() => page.locator("tr").allInnerTexts())
        const row = rows.find((text) => text.startsWith("max_tokens?"))
        assert.strictEqual(
          row?.replaceAll(/\s+/g, " ").trim(),
          "max_tokens? number | null The most tokens that the model generates."
        )
        assert.isAtLeast(rows.length, 20)
      }))

    it.effect("shows facts of the README first, each with a link to the guide that explains it", () =>
      Effect.gen(function*() {
        const { page } = yield* open("/")
        assert.deepStrictEqual(
          yield* hrefs(page, "a.VPFeature"),
          features.map(({ file }) => addressOf(pageOf(file) ?? ""))
        )
      }))

    for (const scheme of ["light", "dark"] as const) {
      it.effect(`has enough contrast in its ${scheme} colours`, () =>
        Effect.gen(function*() {
          for (const path of ["/", "/structured-output.html", "/api/core/RetryPolicy.html"]) {
            const { page } = yield* open(path, { colorScheme: scheme })
            const isDark = yield* Effect.promise(() => page.locator("html.dark").count())
            assert.strictEqual(isDark, scheme === "dark" ? 1 : 0)
            const { checked, faint: texts } = yield* Effect.promise(() => page.evaluate(faint))
            assert.isAtLeast(checked, 40)
            assert.deepStrictEqual(texts, [])
          }
        }))
    }

    it.effect("changes its colours by the switch", () =>
      Effect.gen(function*() {
        const { page } = yield* open("/structured-output.html", { colorScheme: "light" })
        yield* Effect.promise(() => page.locator(".VPNavBarAppearance button").click())
        assert.strictEqual(yield* Effect.promise(() => page.locator("html.dark").count()), 1)
      }))

    it.effect("fits a narrow screen, with the menu behind a button", () =>
      Effect.gen(function*() {
        for (const path of ["/", "/structured-output.html", "/telemetry.html", "/api/chat/Chat.html"]) {
          const { page } = yield* open(path, { viewport: { width: 390, height: 844 } })
          const overflow = yield* Effect.promise(() =>
            page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
          )
          assert.isAtMost(overflow, 0, path)
        }
        const { page, url } = yield* open("/structured-output.html", { viewport: { width: 390, height: 844 } })
        yield* Effect.promise(async () => {
          await page.locator(".VPLocalNav button.menu").click()
          await page.locator(".VPSidebar a[href='/telemetry.html']").click()
          await page.waitForURL(`${url}/telemetry.html`)
        })
        yield* showsHeading(page, "Telemetry")
      }))

    it.effect("is drawn for the README", () =>
      Effect.gen(function*() {
        const { page } = yield* open("/structured-output.html", { viewport: { width: 1280, height: 800 } })
        const bytes = yield* Effect.promise(() =>
          page.screenshot({ path: join(root, "docs", "images", "docs-site.png"), animations: "disabled" })
        )
        assert.isAbove(bytes.length, 20_000)
      }))
  })

  layer(Layer.empty)((it) => {
    it.effect("names no script, style, font or image of another place in its files", () =>
      Effect.sync(() => {
        const pages = builtFiles(".html")
        assert.isAbove(pages.length, 150)
        assert.deepStrictEqual(
          pages.flatMap(({ path, text }) => foreignResources(text).map((url) => `${path}: ${url}`)),
          []
        )
        const styles = builtFiles(".css")
        assert.isAbove(styles.length, 0)
        assert.deepStrictEqual(
          styles.flatMap(({ text }) => text.match(/(?:@import\s*|url\()["']?(?:https?:)?\/\/[^)"']*/g) ?? []),
          []
        )
        const scripts = builtFiles(".js")
        assert.isAbove(scripts.length, 150)
        assert.deepStrictEqual(
          scripts.flatMap(({ path, text }) =>
            (text.match(/(?:\bfrom|\bimport|\bfetch|importScripts)\s*\(?\s*["'`](?:https?:)?\/\/[^"'`]*/g) ?? [])
              // A program that a page shows as text is in its script, too: its quotes are escaped.
              .map((found) => `${path}: ${found}`)
          ),
          []
        )
        assert.deepStrictEqual(builtFiles(".woff2"), [])
      }))

    it.effect("has no page of the API reference that is too long to read", () =>
      Effect.sync(() => {
        const pages = builtFiles(".html").filter(({ path }) => path.startsWith("api/"))
        assert.isAbove(pages.length, 100)
        const long = pages.filter(({ text }) => text.length > 250_000).map(({ path, text }) =>
          `${path}: ${text.length}`
        )
        assert.deepStrictEqual(long, [])
      }))
  })
})
