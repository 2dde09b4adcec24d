/** The search of the site: the box in the browser and the tests use it alike. */
import MiniSearch, { type SearchResult } from "minisearch"
import type { Kind, Section } from "./section.ts"
import { synonymsOf } from "./synonyms.ts"
import { isStopWord, stem, termsOf, tokens } from "./words.ts"

/** An index of sections. */
export interface Index {
  readonly engine: MiniSearch<Section>
  readonly sections: ReadonlyArray<Section>
}

/** A page that answers a query, with its sections that fit best, the best one first. */
export interface Hit {
  readonly page: string
  readonly kind: Kind
  readonly score: number
  readonly sections: ReadonlyArray<Section>
  /** The words of the text that the query has found. */
  readonly words: ReadonlyArray<string>
}

/** Guides come before pages that name everything, and all of them before decisions and the API reference. */
const weights: Readonly<Record<Kind, number>> = {
  guide: 1,
  package: 0.7,
  emulator: 0.5,
  overview: 0.5,
  project: 0.5,
  decision: 0.4,
  api: 0.3
}

/** Makes an index. */
export const makeIndex = (sections: ReadonlyArray<Section>): Index => {
  const engine = new MiniSearch<Section>({
    idField: "address",
    fields: ["heading", "parents", "page", "alias", "text", "code"],
    tokenize: (text) => [...tokens(text)],
    processTerm: (term) => [...termsOf(term)]
  })
  engine.addAll(sections)
  return { engine, sections }
}

/** A word of a query, with the terms that stand for it and the weight of each. */
interface Word {
  readonly typed: string
  readonly terms: ReadonlyMap<string, number>
}

/** The weight of a synonym, and that of a part of a name. */
const [synonymWeight, partWeight] = [0.5, 0.4]

/** The words of a query. If all are too common, all are searched for. */
const wordsOf = (query: string): ReadonlyArray<Word> => {
  const typed = tokens(query)
  const rare = typed.filter((word) => !isStopWord(word.toLowerCase()))
  return (rare.length > 0 ? rare : typed).map((word) => {
    const [whole, ...pieces] = termsOf(word)
    const terms = new Map([[whole ?? stem(word.toLowerCase()), 1]])
    for (const piece of pieces) if (!terms.has(piece)) terms.set(piece, partWeight)
    for (const synonym of synonymsOf(whole ?? "")) if (!terms.has(synonym)) terms.set(synonym, synonymWeight)
    return { typed: word, terms }
  })
}

/** Whether a query names something of the API: `RetryPolicy`, `Chat.stream`. */
const isName = (query: string) => /^[\w.]+$/.test(query.trim()) && /[a-z][A-Z]|[A-Za-z]\.[A-Za-z]/.test(query)

/** The weight of a section of the API reference for the name of a module or of a member: that of exactly this name wins. */
const weightForName = (query: string, { heading, page }: Section): number => {
  const [module, member] = query.trim().split(".")
  return page.startsWith(`${module} `) && member !== undefined && heading.replace("()", "") === member ? 20 : 1.5
}

/** How much a word of a query tells: less, the more sections have it. */
const telling = (
  words: ReadonlyArray<Word>,
  results: ReadonlyArray<SearchResult>,
  total: number
): ReadonlyArray<number> =>
  words.map(({ terms }) => {
    const found = results.filter(({ queryTerms }) => queryTerms.some((term) => terms.get(term) === 1)).length
    return Math.log(1 + (total - found + 0.5) / (found + 0.5))
  })

/** How much of a query some terms cover, from 0 to 1. */
const share = (words: ReadonlyArray<Word>, weights: ReadonlyArray<number>, found: ReadonlyArray<string>): number => {
  const all = weights.reduce((sum, weight) => sum + weight, 0)
  const covered = words.reduce(
    (sum, { terms }, index) => sum + weights[index]! * Math.max(0, ...found.map((term) => terms.get(term) ?? 0)),
    0
  )
  return covered / all
}

const headings = ["heading", "parents", "page", "alias"]

/** A section that has more of the words, and more of them in its headings, counts more than one that has one word often. */
const coverage = (words: ReadonlyArray<Word>, weights: ReadonlyArray<number>, result: SearchResult): number => {
  const inHeadings = Object.entries(result.match)
    .filter(([, fields]) => fields.some((field) => headings.includes(field))).map(([term]) => term)
  return (0.15 + 0.85 * share(words, weights, result.queryTerms) ** 2) * (0.5 + 0.5 * share(words, weights, inHeadings))
}

/** The pages that answer a query, the best first. */
export const search = ({ engine, sections }: Index, query: string, limit = 10): ReadonlyArray<Hit> => {
  const words = wordsOf(query)
  if (words.length === 0) return []
  const all = new Map<string, number>()
  for (const { terms } of words) for (const [term, weight] of terms) all.set(term, Math.max(weight, all.get(term) ?? 0))
  const last = words.at(-1)!.typed.toLowerCase()
  const byAddress = new Map(sections.map((section) => [section.address, section]))
  const isApi = isName(query)
  const results = engine.search([...all.keys()].join(" "), {
    tokenize: (text) => text.split(" "),
    processTerm: (term) => term,
    boost: { heading: 4, page: 4, alias: 4, parents: 2, text: 1, code: 0.4 },
    boostTerm: (term) => all.get(term) ?? 1,
    // The word that is being typed may be unfinished.
    prefix: (term) => term.length > 2 && (term === last || term === stem(last)),
    fuzzy: (term) => term.length > 5 && (all.get(term) ?? 0) === 1 ? 0.25 : false,
    bm25: { k: 1.2, b: 0.5, d: 0.5 }
  })
  const weightOfWords = telling(words, results, sections.length)
  const pages = new Map<string, { hit: Section; score: number; words: ReadonlyArray<string> }[]>()
  for (const result of results) {
    const { id, score, terms } = result
    const section = byAddress.get(String(id))
    if (section === undefined) continue
    const weight = isApi && section.kind === "api" ? weightForName(query, section) : weights[section.kind]
    const entry = { hit: section, score: score * weight * coverage(words, weightOfWords, result), words: terms }
    const address = section.address.split("#")[0]!
    pages.set(address, [...pages.get(address) ?? [], entry])
  }
  return [...pages.values()].map((found) => {
    const best = found.sort((one, other) => other.score - one.score)
    const [first, second, third] = best.map(({ score }) => score)
    return {
      page: best[0]!.hit.page,
      kind: best[0]!.hit.kind,
      // A page that has more to say about it is the better answer.
      score: (first ?? 0) + 0.2 * (second ?? 0) + 0.1 * (third ?? 0),
      sections: best.slice(0, 3).map(({ hit }) => hit),
      words: [...new Set(best.slice(0, 3).flatMap(({ words }) => words))]
    }
  }).sort((one, other) => other.score - one.score).slice(0, limit)
}
