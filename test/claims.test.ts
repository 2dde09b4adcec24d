/** What the documents claim leads to something that shows it: a test, a benchmark or a command that exists. */
import { assert, describe, it } from "@effect/vitest"
import { existsSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { plot, plotFile, resultsFile } from "../bench/plot.ts"
import { anchorsOf, documents, linksIn, linksOf, pages, root, scriptsIn } from "./documents/documents.ts"

const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly scripts: Readonly<Record<string, string>>
}

describe("every link of a document", () => {
  for (const document of documents) {
    it(`leads to a file and a heading: ${document.path}`, () => {
      const dead = linksOf(document).filter(({ anchor, target }) => {
        const file = join(root, target)
        if (!existsSync(file)) return true
        if (anchor === undefined || !target.endsWith(".md")) return false
        return statSync(file).isDirectory() || !anchorsOf(readFileSync(file, "utf8")).has(anchor)
      })
      assert.deepStrictEqual(dead, [])
    })
  }
})

describe("every npm script of a document", () => {
  it("exists", () => {
    const unknown = documents.flatMap(({ path, text }) =>
      scriptsIn(text).filter((script) => scripts[script] === undefined).map((script) => `${path}: ${script}`)
    )
    assert.deepStrictEqual(unknown, [])
  })
})

/** What shows a claim: a test, a benchmark, a comparison, or a file with the measurements. */
const shows = (target: string): boolean =>
  /(^|\/)(test|test-older-clients|bench)\//.test(target) || target.endsWith(".test.ts")

describe("every page of docs", () => {
  for (const page of pages) {
    const tests = page.sections.find(({ heading }) => heading === "Tests")

    it(`says which tests show what it claims: ${page.path}`, () => {
      assert.isDefined(tests)
      const lines = tests!.text.split("\n").filter((line) => /^[-|] /.test(line) && !line.startsWith("| -"))
      assert.isAbove(lines.length, 0)
      const bare = lines.filter((line) =>
        scriptsIn(line).length === 0 && !linksIn(line).some(shows) && !/^\| [Cc]laim/.test(line)
      )
      assert.deepStrictEqual(bare, [])
    })
  }
})

/** Quantities that are claims about speed, size or share. Limits and defaults are shown by the tests of their page. */
const quantity = /\d[\d.,]*\s?(?:kB|MB|MiB|µs|%)(?![\w])|\d[\d.,]* times (?:as|faster|slower|less|more)/

describe("every number about speed or size", () => {
  for (const document of documents) {
    if (document.path.startsWith("docs/decisions/") || document.path.endsWith("RESULTS.md")) continue
    const tests = document.sections.find(({ heading }) => heading === "Tests")?.text ?? ""

    it(`has its command, test or decision in the same section, or is among the tests of its page: ${document.path}`, () => {
      const unshown = document.sections.flatMap(({ heading, text }) => {
        const found = text.match(quantity)?.[0]
        if (found === undefined) return []
        const isShown = scriptsIn(text).length > 0 || /node bench\//.test(text) || tests.includes(found) ||
          linksIn(text).some((link) => shows(link) || link.includes("decisions/"))
        return isShown ? [] : [`${heading}: ${found}`]
      })
      assert.deepStrictEqual(unshown, [])
    })
  }
})

describe("the README", () => {
  const readme = documents.find(({ path }) => path === "README.md")!

  it("has fewer than 200 lines", () => {
    assert.isBelow(readme.text.split("\n").length, 200)
  })

  it("links a test in every cell of this library's column in which it says yes", () => {
    const rows = readme.text.split("\n").filter((line) => /^\| .* \| (\[?yes|no)/.test(line))
    assert.isAbove(rows.length, 20)
    for (const row of rows) assert.match(row.split("|")[2]!, /^ (no|\[(yes|no)\]\([\w./-]+\.test\.ts\)) *$/)
  })

  it("has the plot of the results", () => {
    assert.strictEqual(readFileSync(plotFile, "utf8"), plot(readFileSync(resultsFile, "utf8")))
  })
})
