/**
 * Pages that show files and folders of the repository which documents link to.
 *
 * *Details*: there are hundreds of them, so they are plain HTML and not pages of VitePress, which would take most of a build.
 */
import { readdirSync, readFileSync, statSync } from "node:fs"
import { join, posix } from "node:path"
import { addressOf, pageOf, root, sourcePageOf } from "../paths.ts"
import type { Needed } from "./links.ts"

const escape = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\"", "&quot;")

const style = `:root { color-scheme: light dark }
body { margin: 0 auto; max-width: 1100px; padding: 16px 24px; font: 16px/1.6 system-ui, sans-serif }
a { color: light-dark(#b8400c, #ff9a66) }
pre { overflow-x: auto; padding: 16px; border-radius: 8px; background: light-dark(#f6f6f7, #161618); font-size: 14px }
pre, code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace }`

const page = (path: string, body: string) =>
  `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(path)} | effect-mistral</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<p><a href="/">effect-mistral</a></p>
<h1>${escape(posix.basename(path))}</h1>
<p><code>${escape(path)}</code> of the repository</p>
${body}
</body>
</html>
`

const filePage = (path: string): string =>
  page(path, `<pre><code>${escape(readFileSync(join(root, path), "utf8").trimEnd())}</code></pre>`)

const hidden = (name: string) => name.startsWith(".") || ["node_modules", "dist"].includes(name)

/** The page of a folder: its names, with links to those that have a page. */
const folderPage = (path: string, { sources }: Needed): string => {
  const items = readdirSync(join(root, path)).filter((name) => !hidden(name)).sort().map((name) => {
    const file = posix.join(path, name)
    const target = pageOf(file) ?? (sources.has(file) ? sourcePageOf(file) : undefined)
    const label = escape(name)
    return `<li>${target === undefined ? label : `<a href="${escape(addressOf(target))}">${label}</a>`}</li>`
  })
  return page(path, `<ul>\n${items.join("\n")}\n</ul>`)
}

/** The pages of all sources that documents need: HTML by the path of the file. */
export const sourcePages = (needed: Needed): ReadonlyMap<string, string> =>
  new Map([...needed.sources].map((path) => [
    `${sourcePageOf(path)}.html`,
    statSync(join(root, path)).isDirectory() ? folderPage(path, needed) : filePage(path)
  ]))
