/** The sections of the pages, which are what the search finds. */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parts, plainText } from "../content/markdown.ts"
import { slugger } from "../content/slug.ts"
import { addressOf } from "../paths.ts"
import type { Kind, Section } from "./section.ts"

/** A page of the site, as Markdown. */
export interface Page {
  readonly path: string
  readonly kind: Kind
  readonly title: string
  /** Another name of it: that of the sidebar. */
  readonly alias: string
  readonly markdown: string
}

/** Sections that repeat what others say, for readers who want to check it. */
const unsearched = new Set(["tests"])

/** The first sentences of a text: of an API page, which has hundreds of members, they suffice. */
const beginning = (text: string) => text.split("\n\n").find((part) => /^[A-Z]/.test(part)) ?? ""

/** The names in a program, which are searched with less weight than text. */
const names = (code: string) => [...new Set(code.match(/[A-Za-z_][\w.]{2,}/g) ?? [])].join(" ")

/** The sections of a page: each heading with the text up to the next one. */
export const sectionsOf = ({ alias, kind, markdown, path, title }: Page): ReadonlyArray<Section> => {
  const slug = slugger()
  const found: Array<{ level: number; heading: string; anchor: string; text: string; code: string }> = []
  const body = markdown.replace(/^---\n[\s\S]*?\n---\n/, "")
  // The home page has no heading of its own.
  if (!/^\s*# /.test(body)) found.push({ level: 1, heading: title, anchor: "", text: "", code: "" })
  for (const part of parts(body)) {
    if (part.kind === "code") {
      if (found.length > 0) found.at(-1)!.code += `${part.text}\n`
      continue
    }
    for (const line of part.text.split("\n")) {
      const [, marks, marked] = /^(#{1,6}) (.*)$/.exec(line) ?? []
      if (marks !== undefined && marked !== undefined) {
        const heading = plainText(marked)
        found.push({ level: marks.length, heading, anchor: slug(heading), text: "", code: "" })
      } else if (found.length > 0) found.at(-1)!.text += `${line}\n`
    }
  }
  return found.flatMap(({ anchor, code, heading, level, text }, index) => {
    if (unsearched.has(heading.toLowerCase())) return []
    const parents: Array<string> = []
    for (let below = level, at = index - 1; at >= 0 && below > 2; at--) {
      const other = found[at]!
      if (other.level < below && other.level > 1) {
        parents.unshift(other.heading)
        below = other.level
      }
    }
    // A category of an API page has no text of its own.
    if (kind === "api" && text.trim() === "" && level === 2) return []
    const plain = plainText(kind === "api" ? beginning(text) : text).replaceAll(/\n{2,}/g, "\n")
    return [{
      address: addressOf(path) + (level === 1 ? "" : `#${anchor}`),
      page: title,
      alias: alias === title ? "" : alias,
      kind,
      heading: level === 1 ? "" : heading,
      parents: parents.join(" "),
      text: plain,
      code: kind === "api" ? "" : names(code)
    }]
  })
}

/** The name of the file that the search box reads. */
export const sectionsFile = "search.json"

/** Writes the sections of all pages into a folder. */
export const writeSections = (folder: string, pages: ReadonlyArray<Page>): void => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, sectionsFile), JSON.stringify(pages.flatMap(sectionsOf)))
}
