/** The search of the documentation: its own index, and the box in which a reader types. */
import { assert, beforeAll, describe, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { describeHits, placeOf, readIndex } from "../../site/ask.ts"
import { dist, root } from "../../site/paths.ts"
import { questions } from "../../site/questions.ts"
import { type Index, search } from "../../site/search/search.ts"
import { hasChromium, layerChromium, newPage } from "./chromium.ts"
import { buildSite, layerSite, origin } from "./docsSite.ts"

let index: Index

beforeAll(async () => {
  await buildSite()
  index = readIndex(dist)
}, 300_000)

const first = (query: string) => search(index, query)[0]

describe("the index of the site", () => {
  it("has at least forty questions, each with documents that exist", () => {
    assert.isAtLeast(questions.length, 40)
    assert.strictEqual(new Set(questions.map(({ ask }) => ask)).size, questions.length)
    const missing = questions.flatMap(({ in: files }) => files).filter((file) => !existsSync(join(root, file)))
    assert.deepStrictEqual(missing, [])
  })

  it("answers each question by the first or second hit", () => {
    const missed = questions.flatMap((question) => {
      const hits = search(index, question.ask)
      const place = placeOf(question, hits)
      return place === 1 || place === 2
        ? []
        : [`${question.ask}: ${place}. ${describeHits(hits.slice(0, 3)).join("; ")}`]
    })
    assert.deepStrictEqual(missed, [])
  })

  it("answers most questions by the first hit", () => {
    const places = questions.map((question) => placeOf(question, search(index, question.ask)))
    assert.isAtLeast(places.filter((place) => place === 1).length / places.length, 0.8)
  })

  it("gives a guide before the API reference for a word, and the API reference for a name", () => {
    for (const word of ["retry", "streaming", "embeddings", "errors", "tools", "deployments"]) {
      const kinds = search(index, word).map(({ kind }) => kind)
      assert.notStrictEqual(kinds[0], "api", word)
      assert.notStrictEqual(kinds[1], "api", word)
    }
    assert.strictEqual(first("RetryPolicy.make")?.sections[0]?.address, "/api/core/RetryPolicy.html#make")
    assert.strictEqual(first("Chat.completeObject")?.sections[0]?.address, "/api/chat/Chat.html#completeobject")
    assert.strictEqual(first("UndiciHttpClient")?.kind, "api")
  })

  it("finds words that are unfinished, misspelt or in another form", () => {
    for (const typed of ["timeo", "timeouts", "time out", "tiemout", "TIMEOUT"]) {
      const titles = search(index, typed).slice(0, 3).map(({ page }) => page)
      assert.include(titles, "Retries and timeouts", typed)
    }
    for (const typed of ["embedings", "embedding", "embed"]) {
      assert.include(first(typed)?.page.toLowerCase(), "embeddings", typed)
    }
  })

  it("finds nothing for nothing, and for words that no page has", () => {
    assert.deepStrictEqual(search(index, ""), [])
    assert.deepStrictEqual(search(index, " ?! "), [])
    assert.deepStrictEqual(search(index, "qqqqzzzzxxxx"), [])
  })
})

const describeIf = hasChromium ? describe : describe.skip

describeIf("the search box", () => {
  layer(Layer.merge(layerChromium, layerSite))((it) => {
    const open = Effect.fnUntraced(function*(path: string) {
      const url = yield* origin
      const opened = yield* newPage()
      yield* Effect.promise(() => opened.page.goto(url + path, { waitUntil: "networkidle" }))
      return { ...opened, url }
    })

    it.effect("opens by its button, shows pages while one types, and leads to the section", () =>
      Effect.gen(function*() {
        const { complaints, page, url } = yield* open("/telemetry.html")
        yield* Effect.promise(async () => {
          await page.getByRole("button", { name: "Search" }).click()
          await page.keyboard.type("how do I retry after a rate limit", { delay: 5 })
          const option = page.getByRole("option").filter({ hasText: "Retry after a rate limit" }).first()
          await option.waitFor()
          assert.isAbove(await option.locator("mark").count(), 0)
          await option.locator("a").first().click()
          await page.waitForURL(`${url}/retries-and-timeouts.html#retry-after-a-rate-limit`)
          await page.locator("h2#retry-after-a-rate-limit").waitFor()
          assert.isFalse(await page.locator("dialog").evaluate((dialog) => dialog.hasAttribute("open")))
        })
        assert.deepStrictEqual(complaints, [])
      }))

    it.effect("is used by the keyboard alone", () =>
      Effect.gen(function*() {
        const { complaints, page, url } = yield* open("/")
        const selected = () => page.locator("[role=option][aria-selected=true]").getAttribute("id")
        yield* Effect.promise(async () => {
          await page.keyboard.press("Control+k")
          await page.keyboard.type("tool calling")
          await page.getByRole("option").nth(2).waitFor()
          assert.strictEqual(await selected(), "search-result-0")
          await page.keyboard.press("ArrowDown")
          await page.keyboard.press("ArrowDown")
          assert.strictEqual(await selected(), "search-result-2")
          assert.strictEqual(
            await page.getByRole("combobox").getAttribute("aria-activedescendant"),
            "search-result-2"
          )
          await page.keyboard.press("ArrowUp")
          await page.keyboard.press("ArrowUp")
          await page.keyboard.press("Enter")
          await page.waitForURL(`${url}/tool-calling.html*`)
          await page.keyboard.press("/")
          await page.getByRole("combobox").waitFor()
          await page.keyboard.press("Escape")
          await page.getByRole("combobox").waitFor({ state: "hidden" })
        })
        assert.deepStrictEqual(complaints, [])
      }))

    it.effect("says that nothing was found, and that the index could not be loaded", () =>
      Effect.gen(function*() {
        const { page } = yield* open("/telemetry.html")
        yield* Effect.promise(async () => {
          await page.route("**/search.json", (route) => route.fulfill({ status: 500 }))
          await page.keyboard.press("Control+k")
          const status = page.locator("dialog [role=status]")
          await status.filter({ hasText: "The index could not be loaded: status 500" }).waitFor()
          await page.unroute("**/search.json")
          await page.keyboard.type("qqqqzzzzxxxx")
          await status.filter({ hasText: /^Nothing was found\.$/ }).waitFor()
          await page.keyboard.press("ControlOrMeta+a")
          await page.keyboard.type("OCR")
          await page.getByRole("option").first().waitFor()
          assert.strictEqual(await status.innerText(), "")
        })
      }))
  })
})
