import { makeRandom } from "../random/random.ts"

/** The patterns of each category. A text belongs to a category if it contains the words; there is no understanding. */
const patterns = {
  sexual: [/\b(porn\w*|erotic\w*|nudes?|naked|sexual\w*|sexting)\b/gi],
  hate_and_discrimination: [/\b(racis[tm]\w*|subhuman\w*|vermin|inferior race|master race|hate (all|those) \w+)\b/gi],
  violence_and_threats: [
    /\b(kill\w*|murder\w*|stab(bing|bed)?|shoot\w*|behead\w*|torture\w*|beat (you|him|her|them) up)\b/gi
  ],
  dangerous: [/\b(bombs?|explosives?|grenades?|nerve agents?|poison\w*|napalm|bioweapons?)\b/gi],
  criminal: [/\b(steal\w*|burgl\w*|launder\w*|counterfeit\w*|smuggl\w*|cocaine|heroin|ransomware|hack into)\b/gi],
  selfharm: [/\b(suicid\w*|kill myself|hurt myself|cut myself|end my life|self-?harm\w*)\b/gi],
  health: [/\b(diagnos\w*|dosage|prescri\w+|medications?|symptoms?|antibiotics?)\b/gi],
  financial: [/\b(invest\w*|stocks?|mortgages?|loans?|crypto\w*|retirement fund)\b/gi],
  law: [/\b(lawsuits?|sue|attorneys?|lawyers?|legal advice|custody)\b/gi],
  pii: [
    // Bounded, so that a long text without spaces is scanned once, not once from every letter.
    /[\w.+-]{1,64}@[\w-]{1,63}\.[\w.]{2,63}/g,
    /\b\d{3}-\d{2}-\d{4}\b/g,
    /\b(?:\d[ -]?){13,16}\b/g,
    /\b(my (home )?address|my phone number|passport number|social security)\b/gi
  ],
  jailbreaking: [
    /\b(ignore|forget|disregard) (all |any |your )*(the )?(previous |prior |above )?(instructions|rules|guidelines)\b/gi,
    /\b(developer mode|jailbreak\w*|pretend (that )?you have no (rules|restrictions)|without any restrictions)\b/gi
  ]
} as const satisfies Readonly<Record<string, ReadonlyArray<RegExp>>>

type PatternName = keyof typeof patterns

/** The categories of a generation of moderation models, each with its patterns. */
export type Categories = Readonly<Record<string, ReadonlyArray<PatternName>>>

const shared = {
  sexual: ["sexual"],
  hate_and_discrimination: ["hate_and_discrimination"],
  violence_and_threats: ["violence_and_threats"]
} as const satisfies Categories

const advice = {
  selfharm: ["selfharm"],
  health: ["health"],
  financial: ["financial"],
  law: ["law"],
  pii: ["pii"]
} as const satisfies Categories

/** The categories of the first generation. */
export const categoriesV1: Categories = {
  ...shared,
  dangerous_and_criminal_content: ["dangerous", "criminal"],
  ...advice
}

/** The categories of the second generation. */
export const categoriesV2: Categories = {
  ...shared,
  dangerous: ["dangerous"],
  criminal: ["criminal"],
  ...advice,
  jailbreaking: ["jailbreaking"]
}

/** The default score from which a category counts as found. */
export const defaultThreshold = 0.5

/** The characters at each end of a long text that are read. To read all of 32 MiB would hold up other requests. */
const readCharacters = 50_000

const readable = (text: string): string =>
  text.length <= 2 * readCharacters ? text : `${text.slice(0, readCharacters)}\n${text.slice(-readCharacters)}`

/**
 * Scores a text in each category, from 0 to 1: below 0.005 without a match, at least 0.7 with one match, higher with
 * more.
 */
export const categoryScores = (text: string, categories: Categories): Readonly<Record<string, number>> => {
  const read = readable(text)
  return Object.fromEntries(
    Object.entries(categories).map(([category, names]) => {
      const found = names.flatMap((name) => patterns[name].flatMap((pattern) => read.match(pattern) ?? [])).length
      const trace = makeRandom(`${category}:${read}`).next() * 0.005
      return [category, found === 0 ? trace : 1 - 0.3 ** found * (1 - trace)]
    })
  )
}
