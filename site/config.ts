/** The configuration of VitePress. */
import { defineConfig } from "vitepress"
import { modulesOf } from "./content/apiReference.ts"
import { decisions } from "./content/indexPages.ts"
import { slugify } from "./content/slug.ts"
import { guides, packages } from "./navigation.ts"
import { addressOf, content, dist, pageOf, work } from "./paths.ts"

const link = (file: string) => addressOf(pageOf(file) ?? "index")

const guideSidebar = [
  ...guides.map(({ collapsed = false, items, text }) => ({
    text,
    collapsed,
    items: items.map(({ file, text }) => ({ text, link: link(file) }))
  })),
  {
    text: "Packages",
    collapsed: false,
    items: packages.map((name) => ({ text: name, link: addressOf(`packages/${name}`) }))
  },
  {
    text: "Decisions",
    collapsed: true,
    items: decisions().map(({ number, page, title }) => ({ text: `${number} ${title}`, link: addressOf(page) }))
  }
]

const apiSidebar = packages.map((name) => ({
  text: `@effect-mistral/${name}`,
  collapsed: true,
  items: modulesOf(name).map((module) => ({ text: module, link: addressOf(`api/${name}/${module}`) }))
}))

export default defineConfig({
  title: "effect-mistral",
  description: "The Effect-native TypeScript client for Mistral AI's HTTP API",
  lang: "en",
  srcDir: content,
  outDir: dist,
  cacheDir: `${work}/cache`,
  // A link that leads nowhere fails the build.
  ignoreDeadLinks: false,
  head: [["link", { rel: "icon", href: "data:," }]],
  markdown: {
    anchor: { slugify },
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    config: (markdown) => {
      // Documents are text: what looks like a tag or an expression of Vue is shown as it is.
      const text = markdown.renderer.rules.text
      markdown.renderer.rules.text = (tokens, index, options, env, self) =>
        (text?.(tokens, index, options, env, self) ?? markdown.utils.escapeHtml(tokens[index]!.content))
          .replaceAll("{{", "&#123;&#123;")
      // Source code is shown by plain HTML pages, which the router of VitePress does not know.
      const link = markdown.renderer.rules.link_open
      markdown.renderer.rules.link_open = (tokens, index, options, env, self) => {
        const token = tokens[index]!
        if (token.attrGet("href")?.startsWith("/source/") === true) token.attrSet("target", "_self")
        return link?.(tokens, index, options, env, self) ?? self.renderToken(tokens, index, options)
      }
    }
  },
  themeConfig: {
    nav: [
      {
        text: "Guides",
        link: link("docs/getting-started.md"),
        activeMatch: "^/(?!api/|packages/|decisions/|source/|$)"
      },
      { text: "Packages", link: addressOf("packages/core"), activeMatch: "^/packages/" },
      { text: "API", link: "/api/", activeMatch: "^/api/" }
    ],
    sidebar: { "/api/": apiSidebar, "/": guideSidebar },
    outline: { level: [2, 3] },
    externalLinkIcon: true,
    docFooter: { prev: "Previous", next: "Next" },
    footer: { message: "MIT licensed. Not affiliated with Mistral AI." }
  }
})
