/** The documents of the repository, and what is read off them. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { fileURLToPath } from "node:url"

/** The root of the repository. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** A Markdown file. */
export interface Document {
  /** The path from the root. */
  readonly path: string
  readonly text: string
  /** The text without code: neither blocks nor spans. */
  readonly prose: string
  readonly sections: ReadonlyArray<Section>
}

/** A heading of the second level, or the beginning of a document, with what stands below it. */
export interface Section {
  readonly heading: string
  readonly text: string
}

const markdownIn = (folder: string): ReadonlyArray<string> =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder)).filter((file) => file.endsWith(".md")).map((file) => join(folder, file))
    : []

const withoutBlocks = (text: string): string => text.replaceAll(/^( *)```[\s\S]*?^\1```$/gm, "")

const read = (path: string): Document => {
  const text = readFileSync(join(root, path), "utf8")
  const bare = withoutBlocks(text)
  return {
    path,
    text,
    prose: bare.replaceAll(/`[^`\n]*`/g, "``"),
    sections: bare.split(/^## /m).map((part, index) => ({
      heading: index === 0 ? "" : part.split("\n")[0]!.trim(),
      text: part
    }))
  }
}

/** The pages of `docs`, without decisions. */
export const pages: ReadonlyArray<Document> = markdownIn("docs").map(read)

/** All documents that users and contributors read. */
export const documents: ReadonlyArray<Document> = [
  ...markdownIn("."),
  ...markdownIn("bench"),
  ...markdownIn("docs/decisions"),
  ...readdirSync(join(root, "packages")).flatMap((name) => markdownIn(join("packages", name)))
].filter((path) => !path.endsWith("CHANGELOG.md")).map(read).concat(pages)

/** A link of a document to a file of the repository. */
export interface Link {
  /** The path from the root. */
  readonly target: string
  readonly anchor: string | undefined
}

/** The links to files of the repository. */
export const linksOf = ({ path, prose }: Document): ReadonlyArray<Link> =>
  linksIn(prose).map((link) => {
    const [file = "", anchor] = link.split("#")
    const target = file === "" ? path : relative(root, join(root, dirname(path), decodeURI(file)))
    return { target, anchor }
  })

/** The targets of relative links in a text. */
export const linksIn = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!).filter((target) => !/^[a-z]+:/.test(target))

/** The npm scripts that a text names. */
export const scriptsIn = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/npm run (?:-s |--silent )?([\w:-]+)/g)].map(([, script]) => script!)

/** The anchors of the headings of a Markdown text, as GitHub makes them. */
export const anchorsOf = (text: string): ReadonlySet<string> => {
  const seen = new Map<string, number>()
  const anchors = new Set<string>()
  for (const [, heading] of withoutBlocks(text).matchAll(/^#+ (.+)$/gm)) {
    const plain = heading!.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").replaceAll(/[`*]/g, "")
    const slug = plain.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").trim().replaceAll(/\s/g, "-")
    const count = seen.get(slug) ?? 0
    seen.set(slug, count + 1)
    anchors.add(count === 0 ? slug : `${slug}-${count}`)
  }
  return anchors
}
