/** The parts of which the site of the documentation is made. The site itself is tested by `npm run test:browser`. */
import { assert, describe, it } from "@effect/vitest"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { foreignResources, problemsOf } from "../site/check.ts"
import { apiPage, firstSentence, moduleComment } from "../site/content/apiPage.ts"
import { homePage } from "../site/content/home.ts"
import { type Needed, rewriteLinks } from "../site/content/links.ts"
import { mapText, parts, plainText } from "../site/content/markdown.ts"
import { navigationProblems } from "../site/content/pages.ts"
import { slugger } from "../site/content/slug.ts"
import { pageOf, root } from "../site/paths.ts"
import { questions } from "../site/questions.ts"
import { makeIndex, search } from "../site/search/search.ts"
import type { Section } from "../site/search/section.ts"
import { type Page, sectionsOf } from "../site/search/sections.ts"
import { stem, termsOf, tokens } from "../site/search/words.ts"

const needed = (): Needed => ({ sources: new Set(), images: new Set(), dead: new Set() })

describe("the navigation", () => {
  it("has every document of docs once, and no other", () => {
    assert.deepStrictEqual(navigationProblems(), [])
  })

  it("is where the answers to the questions are", () => {
    const files = questions.flatMap(({ in: files }) => files)
    assert.deepStrictEqual(files.filter((file) => !existsSync(join(root, file)) || pageOf(file) === undefined), [])
  })
})

describe("links", () => {
  it("lead to pages of the site", () => {
    const rewritten = rewriteLinks(
      "[a](../README.md#install) [b](telemetry.md) [c](../packages/core/README.md#api-keys) [d](../packages/chat) " +
        "[e](decisions/0007-what-a-bundle-holds.md) [f](#here) [g](https://example.com/x.md) [`h`](decisions)",
      "docs/architecture.md",
      needed()
    )
    assert.strictEqual(
      rewritten,
      "[a](/#install) [b](/telemetry.html) [c](/packages/core.html#api-keys) [d](/packages/chat.html) " +
        "[e](/decisions/0007-what-a-bundle-holds.html) [f](#here) [g](https://example.com/x.md) [`h`](/decisions/index.html)"
    )
  })

  it("to sources lead to pages that show them, and images are copied", () => {
    const found = needed()
    const rewritten = rewriteLinks(
      "[x](../examples/tools.ts) [y](../test/migration) ![z](images/emulator-page.png)",
      "docs/recipes.md",
      found
    )
    assert.strictEqual(
      rewritten,
      "[x](/source/examples/tools.ts.html) [y](/source/test/migration.html) ![z](/docs/images/emulator-page.png)"
    )
    assert.deepStrictEqual([...found.sources], ["examples/tools.ts", "test/migration"])
    assert.deepStrictEqual([...found.images], ["docs/images/emulator-page.png"])
  })

  it("that lead nowhere are collected, those out of the repository, too", () => {
    const found = needed()
    rewriteLinks("[x](nowhere.md) [y](../../outside.md)", "docs/recipes.md", found)
    assert.deepStrictEqual([...found.dead], [
      "docs/recipes.md links to nowhere.md, which does not exist",
      "docs/recipes.md links to ../../outside.md, which does not exist"
    ])
  })

  it("in code stay as they are", () => {
    const code = "```md\n[x](telemetry.md)\n```"
    assert.strictEqual(rewriteLinks(code, "docs/recipes.md", needed()), code)
  })

  it("of the built pages must lead to a page and a heading of it", () => {
    const pages = new Map([
      ["/index.html", "<a href=\"/guide.html#start\">x</a><a href=\"/guide.html#nowhere\">y</a><a href=\"#top\">z</a>"],
      ["/guide.html", "<h1 id=\"start\">Start</h1><a href=\"/gone.html\">x</a><a href=\"https://example.com\">y</a>"],
      ["/foreign.html", "<script src=\"https://cdn.example.com/x.js\"></script><a href=\"/\">x</a>"]
    ])
    assert.deepStrictEqual(problemsOf(pages, () => false), {
      links: 5,
      problems: [
        "/index.html links to /guide.html#nowhere, but that page has no such heading",
        "/index.html links to #top, but that page has no such heading",
        "/guide.html links to /gone.html, which does not exist",
        "/foreign.html loads https://cdn.example.com/x.js"
      ]
    })
  })

  it("to scripts, styles, fonts and images of other origins are found", () => {
    assert.deepStrictEqual(
      foreignResources(
        "<link rel=\"stylesheet\" href=\"//fonts.example/x.css\"><img src=\"https://a.example/b.png\"><img src=\"/x.png\">" +
          "<a href=\"https://c.example\">c</a>"
      ),
      ["//fonts.example/x.css", "https://a.example/b.png"]
    )
  })
})

describe("Markdown", () => {
  it("is split into code and text", () => {
    const text = "a\n````md\n```ts\nx\n```\n````\nb"
    assert.deepStrictEqual(parts(text).map(({ kind }) => kind), ["text", "code", "text"])
    assert.strictEqual(parts(text).map(({ text }) => text).join("\n"), text)
    assert.strictEqual(mapText("a `a` a\n```\na\n```", (text) => text.replaceAll("a", "b")), "b `a` b\n```\na\n```")
  })

  it("becomes plain text", () => {
    assert.strictEqual(plainText("**A** [link](x.md) to `code` \\<A\\> &lt;B&gt;"), "A link to code <A> <B>")
  })

  it("has the anchors that GitHub makes", () => {
    const slug = slugger()
    assert.deepStrictEqual(
      ["How streams end: `[DONE]`", "Tests", "Tests", "effect/ai", "A & B", "make()"].map(slug),
      ["how-streams-end-done", "tests", "tests-1", "effectai", "a--b", "make"]
    )
  })
})

describe("a page of the API reference", () => {
  const source = `/**
 * Says hello. It does no more.
 *
 * *Gotchas*: it may say it twice.
 *
 * @see https://example.com
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
`
  const typedoc = `## constructors

### make()

> **make**(): [\`Other\`](../../chat/src/Other.md#other)

Makes it.

#### Returns

[\`Other\`](../../chat/src/Other.md#other)

#### Since

0.1.0

***

### Thing

#### Extends

- \`Type\`&lt;*typeof* \`thing\`&gt;

#### Properties

| Property | Type |
| ------ | ------ |
| \`a\` | [\`Thing\`](Thing.md#thing) |
`

  it("begins with the comment of the module", () => {
    assert.strictEqual(
      moduleComment(source),
      "Says hello. It does no more.\n\n*Gotchas*: it may say it twice.\n\n- See https://example.com"
    )
    assert.strictEqual(firstSentence(moduleComment(source)), "Says hello.")
  })

  it("has links to other pages, and nothing twice", () => {
    const page = apiPage("Hello", "core", typedoc, source)
    assert.include(page, "[`Other`](/api/chat/Other.html#other)")
    assert.include(page, "[`Thing`](/api/core/Thing.html#thing)")
    assert.include(page, "## Constructors")
    assert.include(page, "*Since 0.1.0*")
    assert.notInclude(page, "Returns")
    assert.notInclude(page, "Extends")
    assert.include(page, "**Properties**")
  })
})

describe("the home page", () => {
  it("is the README, whose first sentence stands at the top", () => {
    const page = homePage(
      "# name\n\nThe [client](x.md) of it: this and that. More.\n\n## Install\n\n    npm i\n",
      (file) => `/${file}`
    )
    assert.include(page, "tagline: \"The client of it.\"")
    assert.include(page, "The [client](x.md) of it: this and that. More.\n\n## Install\n\n    npm i\n")
    assert.throws(() => homePage("no heading", (file) => file), /README/)
  })
})

describe("the search", () => {
  const page = (markdown: string, kind: Page["kind"] = "guide"): Page => ({
    path: "page",
    kind,
    title: "Page",
    alias: "",
    markdown
  })
  const section = (address: string, change: Partial<Section>): Section => ({
    address,
    page: "",
    alias: "",
    kind: "guide",
    heading: "",
    parents: "",
    text: "",
    code: "",
    ...change
  })

  it("knows words in all their forms", () => {
    for (const word of ["retries", "retried", "retrying"]) assert.strictEqual(stem(word), "retry", word)
    assert.deepStrictEqual(["caches", "caching", "cached"].map(stem), ["cach", "cach", "cach"])
    assert.deepStrictEqual(["status", "class", "bus", "ids"].map(stem), ["status", "class", "bus", "ids"])
    assert.deepStrictEqual(["stopped", "stopping", "stops"].map(stem), ["stop", "stop", "stop"])
    assert.deepStrictEqual(tokens("time-outs, rate limited & Time out"), ["timeout", "ratelimit", "timeout"])
    assert.deepStrictEqual(termsOf("completeObject"), ["completeobject", "complet", "object"])
    assert.deepStrictEqual(termsOf("max_tokens"), ["max_token", "max", "token"])
    assert.deepStrictEqual(termsOf("the"), [])
  })

  it("has a section for each heading, with those above it, and no list of tests", () => {
    const sections = sectionsOf(
      page("# Page\n\nIntro.\n\n## One\n\nText.\n\n```ts\nChat.complete()\n```\n\n### Two\n\n## Tests\n\n- [x](y.ts)\n")
    )
    assert.deepStrictEqual(
      sections.map(({ address, code, heading, parents, text }) => ({ address, code, heading, parents, text })),
      [
        { address: "/page.html", code: "", heading: "", parents: "", text: "Intro." },
        { address: "/page.html#one", code: "Chat.complete", heading: "One", parents: "", text: "Text." },
        { address: "/page.html#two", code: "", heading: "Two", parents: "One", text: "" }
      ]
    )
  })

  it("prefers headings to text, guides to the API reference, and sections with all words", () => {
    const addresses = (query: string, ...sections: ReadonlyArray<Section>) =>
      search(makeIndex(sections), query).map(({ sections }) => sections[0]?.address)
    assert.deepStrictEqual(
      addresses("proxy", section("/a.html", { text: "proxy proxy" }), section("/b.html", { heading: "Proxy" })),
      ["/b.html", "/a.html"]
    )
    assert.deepStrictEqual(
      addresses(
        "proxy",
        section("/api.html", { heading: "proxy", kind: "api" }),
        section("/guide.html", { heading: "proxy" })
      ),
      ["/guide.html", "/api.html"]
    )
    assert.deepStrictEqual(
      addresses(
        "cancel batch",
        section("/one.html", { text: "batch batch batch batch" }),
        section("/both.html", { text: "cancel a batch, after much else that is written here" })
      ),
      ["/both.html", "/one.html"]
    )
  })

  it("knows other words for the same, which count less than the word itself", () => {
    const index = makeIndex([
      section("/cancel.html", { heading: "Cancel" }),
      section("/abort.html", { heading: "Abort" }),
      section("/other.html", { heading: "Other" })
    ])
    assert.deepStrictEqual(search(index, "how do I abort it").map(({ sections }) => sections[0]?.address), [
      "/abort.html",
      "/cancel.html"
    ])
  })
})
