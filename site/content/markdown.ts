/** The parts of a Markdown text: code and all that is not code. */

/** A part of a Markdown text. */
export interface Part {
  readonly kind: "text" | "code"
  readonly text: string
}

const fence = /^ *(`{3,}|~{3,})/

/** Splits a Markdown text into fenced code and the text between. The parts joined by line breaks are the whole text. */
export const parts = (markdown: string): ReadonlyArray<Part> => {
  const found: Array<Part> = []
  let lines: Array<string> = []
  let open: string | undefined
  const end = (kind: Part["kind"]) => {
    if (lines.length > 0) found.push({ kind, text: lines.join("\n") })
    lines = []
  }
  for (const line of markdown.split("\n")) {
    const mark = fence.exec(line)?.[1]
    if (open === undefined && mark !== undefined) {
      end("text")
      open = mark
      lines.push(line)
    } else if (open !== undefined && mark !== undefined && line.trim() === mark && mark.startsWith(open)) {
      lines.push(line)
      end("code")
      open = undefined
    } else {
      lines.push(line)
    }
  }
  end(open === undefined ? "text" : "code")
  return found
}

/** Changes the text of a Markdown text, and leaves fenced code and code in a line as they are. */
export const mapText = (markdown: string, change: (text: string) => string): string =>
  parts(markdown).map(({ kind, text }) =>
    kind === "code" ? text : text.split(/(`+[^`]+`+)/).map((piece, index) => index % 2 === 0 ? change(piece) : piece)
      .join("")
  ).join("\n")

/** Changes the targets of the links and images of a Markdown text. */
export const mapLinks = (markdown: string, change: (target: string, isImage: boolean) => string): string =>
  parts(markdown).map(({ kind, text }) =>
    kind === "code" ? text : text.replaceAll(
      /(!?)(\[(?:[^[\]]|\[[^\]]*\])*\])\(([^()\s]+)\)/g,
      (_, image: string, label: string, target: string) => `${image}${label}(${change(target, image !== "")})`
    )
  ).join("\n")

/** The text that a reader sees of a Markdown text: without marks, targets of links and tags. */
export const plainText = (markdown: string): string =>
  markdown
    .replaceAll(/!?\[((?:[^[\]]|\[[^\]]*\])*)\]\([^()\s]*\)/g, "$1")
    .replaceAll(/<\/?[a-z][^>]*>/g, "")
    .replaceAll(/&lt;/g, "<").replaceAll(/&gt;/g, ">").replaceAll(/&amp;/g, "&")
    .replaceAll(/^\s*\|?[\s|:-]+\|?\s*$/gm, "")
    .replaceAll(/(\*\*|\*|`|^>\s?|^#+ )/gm, "")
    .replaceAll(/\\([\\`*_{}[\]()#+.!|<>-])/g, "$1")
    .replaceAll(/\s*\|\s*/g, " ")
    .trim()
