/** Pages that show files and folders of the repository which documents link to. */
import { readdirSync, readFileSync, statSync } from "node:fs"
import { extname, join, posix } from "node:path"
import { addressOf, pageOf, root, sourcePageOf } from "../paths.ts"
import type { Needed } from "./links.ts"

const languages: Readonly<Record<string, string>> = {
  ".ts": "ts",
  ".js": "js",
  ".mjs": "js",
  ".json": "json",
  ".md": "md",
  ".yaml": "yaml",
  ".yml": "yaml",
  ".sh": "sh",
  ".html": "html",
  ".css": "css"
}

/** A file whose text is longer is shown without colours, which cost more than they help. */
const longestColoured = 40_000

/** A fence that no line of the code ends. */
const fenceOf = (code: string) => {
  const longest = Math.max(0, ...[...code.matchAll(/^ *(`{3,})/gm)].map(([, mark]) => mark?.length ?? 0))
  return "`".repeat(Math.max(3, longest + 1))
}

const head = (title: string) =>
  `---\ntitle: ${JSON.stringify(title)}\neditLink: false\nprev: false\nnext: false\noutline: false\n---\n\n# ${title}\n`

const filePage = (path: string): string => {
  const code = readFileSync(join(root, path), "utf8")
  const language = code.length > longestColoured ? "text" : languages[extname(path)] ?? "text"
  const fence = fenceOf(code)
  return `${
    head(posix.basename(path))
  }\n\`${path}\` of the repository.\n\n${fence}${language}\n${code.trimEnd()}\n${fence}\n`
}

const hidden = (name: string) => name.startsWith(".") || ["node_modules", "dist"].includes(name)

/** The page of a folder: its files with links. A folder in it has a link if a document links to it. */
const folderPage = (path: string, needed: Needed): string => {
  const names = readdirSync(join(root, path)).filter((name) => !hidden(name)).sort()
  const lines = names.map((name) => {
    const file = posix.join(path, name)
    const isFolder = statSync(join(root, file)).isDirectory()
    if (isFolder && !needed.sources.has(file)) return `- \`${name}/\``
    if (!isFolder) needed.sources.add(file)
    return `- [${name}](${addressOf(pageOf(file) ?? sourcePageOf(file))})`
  })
  return `${head(posix.basename(path))}\nThe folder \`${path}\` of the repository:\n\n${lines.join("\n")}\n`
}

/** The pages of all sources that documents need, by page. */
export const sourcePages = (needed: Needed): ReadonlyMap<string, string> => {
  const isFolder = (path: string) => statSync(join(root, path)).isDirectory()
  const folders = [...needed.sources].filter(isFolder).map((path) => [path, folderPage(path, needed)] as const)
  const files = [...needed.sources].filter((path) => !isFolder(path) && pageOf(path) === undefined)
    .map((path) => [path, filePage(path)] as const)
  return new Map([...folders, ...files].map(([path, page]) => [sourcePageOf(path), page]))
}
