/** One page of the API reference, made from what TypeDoc writes and the comment at the top of the module. */
import { mapLinks, parts } from "./markdown.ts"

/** The Markdown of the comment at the top of a module, with its `@see` lines as a list, without its other tags. */
export const moduleComment = (source: string): string => {
  const comment = /^(?:#!.*\n)?\/\*\*([\s\S]*?)\*\//.exec(source)?.[1] ?? ""
  const lines = comment.split("\n").map((line) => line.replace(/^ *\* ?/, ""))
  const tags = lines.findIndex((line) => /^@(?!see)\w+/.test(line))
  const text = (tags === -1 ? lines : lines.slice(0, tags)).join("\n")
  return text.replaceAll(/^@see (\S.*)$/gm, (_, target: string) => `- See ${target}`)
    .replace(/\n+(- See)/, "\n\n$1").trim()
}

/** The first sentence of a comment. */
export const firstSentence = (comment: string): string =>
  /^.+?[.:](?=\s|$)/s.exec(comment)?.[0].replaceAll("\n", " ").replace(/:$/, ".") ?? comment

/** Sections of TypeDoc's pages that say nothing which the signature does not say. */
const isRedundant = (title: string, body: string): boolean =>
  title === "Returns" ||
  title === "Inherited from" ||
  title === "Overrides" ||
  title === "Implementation of" ||
  (title === "Extends" && /`object`|`Type`|typeof|`Class`|`Error`/.test(body)) ||
  (title === "Type Parameters" && !body.includes("| Description |") && !body.includes("Default")) ||
  (title === "Parameters" && !/\]\(|\| [^|]*\w[^|]* \| [^|]*\w[^|]* \| [^|]*\w/.test(body))

interface Section {
  readonly level: number
  readonly title: string
  readonly body: string
}

/** The sections of a page: each heading with the text up to the next heading. */
const sections = (markdown: string): ReadonlyArray<Section> => {
  const found: Array<{ level: number; title: string; body: string }> = [{ level: 0, title: "", body: "" }]
  for (const { kind, text } of parts(markdown)) {
    for (const line of kind === "code" ? [text] : text.split("\n")) {
      const [, marks, title] = kind === "text" ? /^(#+) (.*)$/.exec(line) ?? [] : []
      if (marks !== undefined && title !== undefined) found.push({ level: marks.length, title, body: "" })
      else if (!/^\*\*\*$/.test(line)) found.at(-1)!.body += `${line}\n`
    }
  }
  return found
}

/** A section without what is redundant. Below a member, headings become bold text: the outline shows the members alone. */
const render = ({ body, level, title }: Section): string => {
  const text = body.trim()
  if (level === 0) return text
  if (level === 2) return `## ${title.charAt(0).toUpperCase()}${title.slice(1)}\n\n${text}`
  if (level === 3) return `### ${title}\n\n${text}`
  if (title === "Since") return `*Since ${text}*`
  return `**${title}**\n\n${text}`
}

/** The address of a module's page, from the address that TypeDoc gives it: `../../core/src/Tool.md#tool`. */
const address = (name: string) => (target: string): string => {
  const [path = "", hash] = target.split("#")
  const [, other, module] = /^(?:(?:\.\.\/)+([a-z]+)\/src\/)?([A-Z]\w*)\.md$/.exec(path) ?? []
  if (module === undefined) return target
  return `/api/${other ?? name}/${module}.html${hash === undefined ? "" : `#${hash}`}`
}

/** The page of a module: its comment, then its members by category. */
export const apiPage = (module: string, name: string, typedoc: string, source: string): string => {
  let dropped = 0
  const kept = sections(typedoc).filter((section) => {
    // What is below a section that is dropped goes with it.
    if (dropped > 0 && section.level > dropped) return false
    dropped = section.level > 3 && isRedundant(section.title, section.body) ? section.level : 0
    return dropped === 0
  })
  const members = kept.map(render).filter((text) => text !== "").join("\n\n")
  return [
    `---\ntitle: ${module} (${name})\nprev: false\nnext: false\noutline: [2, 3]\n---`,
    `# ${module}`,
    `Module of [\`@effect-mistral/${name}\`](/packages/${name}.html): \`import { ${module} } from "@effect-mistral/${name}"\``,
    moduleComment(source),
    mapLinks(members, address(name))
  ].join("\n\n") + "\n"
}
