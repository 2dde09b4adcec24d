import { makeRandom, type Random } from "../random/random.ts"
import { sentence, topics } from "../text/sentences.ts"
import type { DocumentSource } from "./documentSource.ts"
import type { PageContent, PageElement } from "./pageElement.ts"

/**
 * Makes up the pages of a document that is no text: two to five pages with all kinds of blocks, or one page for an image.
 * The same document and seed give the same pages.
 */
export const generatedPages = (source: DocumentSource, seed: number): ReadonlyArray<PageContent> => {
  const random = makeRandom(`${seed}:ocr:${source.key}`)
  const about = topics(source.name)
  const subject = source.name === "" ? "Document" : source.name
  const sentences = (count: number) => Array.from({ length: count }, () => sentence(random, about)).join(" ")
  const text = (): PageElement => ({ type: "text", content: sentences(random.int(2, 5)) })
  if (source.kind === "image") {
    return [[{ type: "title", content: `# ${subject}` }, text(), { type: "list", content: listOf(random) }]]
  }
  const count = random.int(2, 5)
  let images = 0
  let tables = 0
  return Array.from({ length: count }, (_, index): PageContent => {
    const last = index === count - 1
    const figure = images + 1
    const parts: ReadonlyArray<() => ReadonlyArray<PageElement>> = [
      () => [{ type: "list", content: listOf(random) }],
      () => [{ type: "table", content: tableOf(random), number: tables++ }],
      () => [
        { type: "image", content: "", number: images++, size: [random.int(300, 1200), random.int(200, 600)] },
        { type: "caption", content: `Figure ${figure}: ${sentence(random, about)}` }
      ],
      () => [{ type: "equation", content: `$$\nx_{${random.int(1, 9)}} = ${random.int(2, 99)} y^{2}\n$$` }],
      () => [{ type: "code", content: `\`\`\`\nlet total = ${random.int(2, 99)} * count\n\`\`\`` }],
      () => [{ type: "aside_text", content: sentence(random, about) }]
    ]
    // Each page has two parts, and the pages take turns, so that a document has parts of most kinds.
    const chosen = [parts[(index * 2 + 1) % parts.length]!, parts[(index * 2 + 2) % parts.length]!]
    return [
      { type: "header", content: subject },
      { type: "title", content: index === 0 ? `# ${subject}` : `## ${index + 1}. ${sectionOf(random)}` },
      text(),
      ...chosen.flatMap((part) => part()),
      text(),
      ...(last
        ? [
          { type: "references", content: `[1] https://example.com/${random.int(1000, 9999)}` },
          { type: "signature", content: `Signed on ${day(random)}` }
        ] as const
        : []),
      { type: "footer", content: `Page ${index + 1} of ${count}` }
    ]
  })
}

const sectionOf = (random: Random): string => random.pick(["Overview", "Details", "Results", "Terms", "Outlook"])

const things = ["Paper", "Ink", "Lamps", "Cables", "Boxes", "Chairs"] as const

const listOf = (random: Random): string =>
  Array.from({ length: random.int(2, 4) }, () => `- ${random.pick(things)}: ${random.int(1, 40)}`).join("\n")

const tableOf = (random: Random): string => {
  const rows = things.slice(0, random.int(2, 5)).map((thing) =>
    `| ${thing} | ${random.int(1, 40)} | ${price(random)} |`
  )
  return ["| Item | Count | Price |", "| --- | --- | --- |", ...rows].join("\n")
}

const price = (random: Random): string => (random.int(100, 9999) / 100).toFixed(2)

const day = (random: Random): string =>
  `2026-${String(random.int(1, 12)).padStart(2, "0")}-${String(random.int(1, 28)).padStart(2, "0")}`
