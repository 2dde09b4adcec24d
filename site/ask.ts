/** Asks the search of the built site: `node site/ask.ts how do I set a timeout`. Without a question it asks all of `questions.ts`. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { addressOf, dist, pageOf } from "./paths.ts"
import { type Question, questions } from "./questions.ts"
import { type Hit, type Index, makeIndex, search } from "./search/search.ts"
import { sectionsFile } from "./search/sections.ts"

/** The index of a built site. */
export const readIndex = (folder: string): Index =>
  makeIndex(JSON.parse(readFileSync(join(folder, sectionsFile), "utf8")))

const addressOfHit = (hit: Hit | undefined) => hit?.sections[0]?.address.split("#")[0]

/** The place of the first hit that answers a question: 1 for the first. 0 if none of ten does. */
export const placeOf = (question: Question, hits: ReadonlyArray<Hit>): number => {
  const addresses = question.in.map((file) => addressOf(pageOf(file) ?? file))
  return 1 + hits.findIndex((hit) => {
    const index = addresses.indexOf(addressOfHit(hit) ?? "")
    // The section is one of the first document. Another document that answers has headings of its own.
    return index > 0 || (index === 0 &&
      (question.section === undefined ||
        hit.sections.some(({ heading, parents }) =>
          `${parents} ${heading}`.toLowerCase().includes(question.section!.toLowerCase())
        )))
  })
}

/** The hits of a query as lines of text. */
export const describeHits = (hits: ReadonlyArray<Hit>): ReadonlyArray<string> =>
  hits.map(({ page, score, sections }) =>
    `${score.toFixed(1)} ${page}: ${sections.map(({ heading }) => heading || "(beginning)").join(" | ")}`
  )

if (import.meta.main) {
  const index = readIndex(dist)
  const asked = process.argv.slice(2).join(" ")
  if (asked !== "") { for (const line of describeHits(search(index, asked))) console.log(line) }
  else {
    for (const question of questions) {
      const hits = search(index, question.ask)
      const place = placeOf(question, hits)
      console.log(`${place === 1 || place === 2 ? place : `${place} !!`} ${question.ask}`)
      if (place < 1 || place > 2) {
        console.log(describeHits(hits.slice(0, 4)).map((line) => `        ${line}`).join("\n"))
      }
    }
  }
}
