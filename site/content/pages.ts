/** Writes the Markdown of every page of the site. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { guides, packages } from "../navigation.ts"
import { addressOf, content, pageOf, root } from "../paths.ts"
import { type Page, writeSections } from "../search/sections.ts"
import { apiReference } from "./apiReference.ts"
import { features, homePage } from "./home.ts"
import { apiIndexPage, decisions, decisionsPage } from "./indexPages.ts"
import { type Needed, rewriteLinks } from "./links.ts"
import { sourcePages } from "./sourcePages.ts"

const read = (file: string) => readFileSync(join(root, file), "utf8")

/** The page of a document. Fails for a file that has none. */
export const requiredPageOf = (file: string): string => {
  const page = pageOf(file)
  if (page === undefined || !existsSync(join(root, file))) throw new Error(`There is no page of ${file}`)
  return page
}

/** The documents that become pages, besides the README: guides, packages and decisions. */
const documents = (): ReadonlyArray<{ readonly file: string; readonly kind: Page["kind"] }> => [
  ...guides.flatMap(({ items }) => items).map(({ file }) => ({ file, kind: kindOf(file) })),
  ...packages.flatMap((name) => [
    { file: `packages/${name}/README.md`, kind: "package" as const },
    // It says again, for coding agents, what the guides say.
    { file: `packages/${name}/AGENTS.md`, kind: "overview" as const }
  ]).filter(({ file }) => existsSync(join(root, file))),
  ...decisions().map(({ page }) => ({ file: `docs/${page}.md`, kind: "decision" as const }))
]

const kindOf = (file: string): Page["kind"] => {
  if (/^docs\/(?:emulator-|cassette-)/.test(file)) return "emulator"
  if (file === "docs/effect-ai-models.md") return "package"
  if (/^docs\/(?:examples|migrating-)/.test(file)) return "overview"
  return /^(?:docs\/architecture|CONTRIBUTING)/.test(file) ? "project" : "guide"
}

const names = new Map(guides.flatMap(({ items }) => items.map(({ file, text }) => [pageOf(file), text] as const)))

/** The title of a page, of its front matter or its first heading. */
const titleOf = (markdown: string): string =>
  /^---\n[\s\S]*?^title: "?(.+?)"?$[\s\S]*?^---$/m.exec(markdown)?.[1] ?? /^# (.+)$/m.exec(markdown)?.[1] ?? ""

/** Writes all pages, the images that they show, and the index of the search. Gives the number of pages. */
export const writePages = async (): Promise<number> => {
  const needed: Needed = { sources: new Set(), images: new Set(), dead: new Set() }
  const pages: Array<Page> = []
  const add = (path: string, kind: Page["kind"], markdown: string) =>
    pages.push({ path, kind, title: titleOf(markdown).replaceAll("`", ""), alias: names.get(path) ?? "", markdown })

  const home = homePage(read("README.md"), (file) => addressOf(requiredPageOf(file)))
  add("index", "overview", rewriteLinks(home, "README.md", needed))
  for (const { file, kind } of documents()) {
    add(requiredPageOf(file), kind, rewriteLinks(read(file), file, needed))
  }
  add("decisions/index", "decision", decisionsPage())
  const modules = await apiReference()
  for (const module of modules) add(`api/${module.package}/${module.name}`, "api", module.markdown)
  add("api/index", "api", apiIndexPage(modules))

  rmSync(content, { recursive: true, force: true })
  for (const { markdown, path } of pages) {
    const file = join(content, `${path}.md`)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, markdown)
  }
  const sources = sourcePages(needed)
  for (const [path, html] of sources) {
    const file = join(content, "public", path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, html)
  }
  for (const image of needed.images) cpSync(join(root, image), join(content, "public", image))
  writeSections(join(content, "public"), pages)
  if (needed.dead.size > 0) throw new Error([...needed.dead].join("\n"))
  return pages.length + sources.size
}

/** The documents that are on the site but in no group of the navigation, and the entries of it without a file. */
export const navigationProblems = (): ReadonlyArray<string> => {
  const named = guides.flatMap(({ items }) => items.map(({ file }) => file))
  const files = readdirSync(join(root, "docs")).filter((file) => file.endsWith(".md")).map((file) => `docs/${file}`)
  const folders = readdirSync(join(root, "packages"))
  return [
    ...files.filter((file) => !named.includes(file)).map((file) => `${file} is in no group`),
    ...folders.filter((name) => !packages.includes(name)).map((name) => `packages/${name} is not listed`),
    ...named.filter((file) => !existsSync(join(root, file))).map((file) => `${file} does not exist`),
    ...features.filter(({ file }) => !existsSync(join(root, file))).map(({ file }) => `${file} does not exist`),
    ...named.filter((file, index) => named.indexOf(file) !== index).map((file) => `${file} is listed twice`)
  ]
}
