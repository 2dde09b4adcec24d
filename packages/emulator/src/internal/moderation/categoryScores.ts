import { makeRandom } from "../random/random.ts"

/** What each category is recognised by. Nobody understands anything here: a text is harmful if it has the words. */
const signs = {
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
    // Bounded, so that a long text without a space is read once and not once from each of its letters.
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

type Sign = keyof typeof signs

/** The categories of a generation of moderation models, each with the signs that count for it. */
export type Categories = Readonly<Record<string, ReadonlyArray<Sign>>>

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

/** The score from which on a category counts as found, where a request says nothing else. */
export const defaultThreshold = 0.5

/**
 * How much of each category is in a text, from 0 to 1: a trace that depends on the text where no sign is in it, at least
 * 0.7 with one sign, more with more.
 */
export const categoryScores = (text: string, categories: Categories): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(categories).map(([category, names]) => {
      const found = names.flatMap((name) => signs[name].flatMap((sign) => text.match(sign) ?? [])).length
      const trace = makeRandom(`${category}:${text}`).next() * 0.005
      return [category, found === 0 ? trace : 1 - 0.3 ** found * (1 - trace)]
    })
  )
