/** Rewrites the relative links of the documents, which work on GitHub, to addresses of the site. */
import { existsSync, readdirSync, statSync } from "node:fs"
import { join, posix } from "node:path"
import { addressOf, pageOf, root, sourcePageOf } from "../paths.ts"
import { mapLinks } from "./markdown.ts"

/** What the links of the documents need besides pages: source code to show, images to copy; and the links that lead nowhere. */
export interface Needed {
  readonly sources: Set<string>
  readonly images: Set<string>
  readonly dead: Set<string>
}

/** Whether a target is an address of another site, or a place of the same page. */
const isElsewhere = (target: string) => /^(?:[a-z][a-z+.-]*:|#)/i.test(target)

const isFolder = (path: string) => statSync(join(root, path)).isDirectory()

/** The Markdown page that stands for a folder: its README. */
const readmeOf = (folder: string) =>
  readdirSync(join(root, folder)).includes("README.md") ? pageOf(posix.join(folder, "README.md")) : undefined

/**
 * The address on the site of what `target` names in the file `from`. What is not a page of its own is put into `needed`.
 *
 * *Details*: a document leads to its page, a folder to the page of its README, an image to a copy, and every other file or
 * folder to a page that shows its source code.
 */
export const resolveLink = (from: string, target: string, needed: Needed, isImage = false): string => {
  if (isElsewhere(target)) return target
  const [path = "", hash] = target.split("#")
  const file = posix.join(posix.dirname(from), decodeURIComponent(path)).replace(/\/$/, "").replace(/^\.$/, "")
  if (file.startsWith("..") || !existsSync(join(root, file))) {
    needed.dead.add(`${from} links to ${target}, which does not exist`)
    return target
  }
  const anchor = hash === undefined ? "" : `#${hash}`
  if (isImage) {
    needed.images.add(file)
    return `/${file}`
  }
  if (file === "docs/decisions") return addressOf("decisions/index")
  const page = isFolder(file) ? readmeOf(file) : pageOf(file)
  if (page !== undefined) return addressOf(page) + anchor
  if (/\.(?:png|svg|jpg)$/.test(file)) {
    needed.images.add(file)
    return `/${file}`
  }
  needed.sources.add(file)
  return addressOf(sourcePageOf(file))
}

/** The text of a document with addresses of the site in place of relative links. */
export const rewriteLinks = (markdown: string, from: string, needed: Needed): string =>
  mapLinks(markdown, (target, isImage) => resolveLink(from, target, needed, isImage))
