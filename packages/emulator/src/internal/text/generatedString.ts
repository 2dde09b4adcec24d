import * as Arbitrary from "effect/Arbitrary"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Random } from "../random/random.ts"

const words = [
  "amber",
  "bridge",
  "cedar",
  "delta",
  "ember",
  "field",
  "garden",
  "harbor",
  "island",
  "juniper",
  "kettle",
  "lantern",
  "meadow",
  "north",
  "orchard",
  "pebble",
  "quarry",
  "river",
  "summit",
  "timber",
  "valley",
  "willow"
] as const

/** Typical values for common keys. */
const byKey: ReadonlyArray<readonly [RegExp, readonly [string, ...ReadonlyArray<string>]]> = [
  [/(^|_)(first_?name|given_?name)$/i, ["Ada", "Jean", "Lena", "Marc", "Nora"]],
  [/(^|_)(last_?name|family_?name|surname)$/i, ["Durand", "Keller", "Lindqvist", "Moreau", "Okafor"]],
  [/(^|_)(name|full_?name|author|person|user|customer)$/i, ["Ada Durand", "Jean Keller", "Nora Moreau", "Marc Okafor"]],
  [/(^|_)(city|town|location|place)$/i, ["Paris", "Lyon", "Oslo", "Lisbon", "Turin"]],
  [/(^|_)country$/i, ["France", "Norway", "Portugal", "Italy"]],
  [/(^|_)(street|address)$/i, ["12 Orchard Lane", "5 Harbor Street", "81 River Road"]],
  [/(^|_)currency$/i, ["EUR", "USD", "GBP"]],
  [/(^|_)(language|locale)$/i, ["en", "fr", "de"]],
  [/(^|_)(phone|telephone)$/i, ["+33 1 23 45 67 89", "+47 22 34 56 78"]]
]

const digits = (value: number, length: number) => String(value).padStart(length, "0")

const hex = (random: Random, length: number) => Array.from({ length }, () => random.int(0, 15).toString(16)).join("")

const date = (random: Random) =>
  `20${digits(random.int(20, 29), 2)}-${digits(random.int(1, 12), 2)}-${digits(random.int(1, 28), 2)}`

const time = (random: Random) =>
  `${digits(random.int(0, 23), 2)}:${digits(random.int(0, 59), 2)}:${digits(random.int(0, 59), 2)}Z`

const formats: Readonly<Record<string, (random: Random) => string>> = {
  "date-time": (random) => `${date(random)}T${time(random)}`,
  date,
  time,
  duration: (random) => `PT${random.int(1, 59)}M`,
  email: (random) => `${random.pick(words)}.${random.pick(words)}@example.com`,
  hostname: (random) => `${random.pick(words)}.example.com`,
  ipv4: (random) => `192.0.2.${random.int(1, 254)}`,
  ipv6: (random) => `2001:db8::${hex(random, 4)}`,
  uri: (random) => `https://example.com/${random.pick(words)}`,
  url: (random) => `https://example.com/${random.pick(words)}`,
  uuid: (random) =>
    `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-${random.pick(["8", "9", "a", "b"])}${hex(random, 3)}-${
      hex(random, 12)
    }`
}

/** The patterns of lookaheads, of which a string must match each; otherwise the pattern itself. */
const patternsOf = (pattern: string): ReadonlyArray<string> => {
  const [start, between, end] = ["^(?=[\\s\\S]*?(?:", "))(?=[\\s\\S]*?(?:", "))"]
  return pattern.startsWith(start) && pattern.endsWith(end)
    ? pattern.slice(start.length, -end.length).split(between)
    : [pattern]
}

/** Characters outside the basic plane, which count as two in JavaScript. */
const isWide = (text: string) => text.length > [...text].length

const ofPattern = (pattern: string, random: Random, size: number): string | undefined => {
  const parts = patternsOf(pattern)
  if (parts.length === 1) return sampleOf(pattern, random, size)
  // One after the other, the strings of two patterns often match both.
  const texts = parts.map((part) => sampleOf(part, random, size) ?? "")
  const whole = new RegExp(pattern, "u")
  return [...texts, texts.join(""), texts.toReversed().join("")].find((text) => whole.test(text))
}

const sampleOf = (pattern: string, random: Random, size: number): string | undefined => {
  const seed = random.int(0, 2 ** 31)
  try {
    const strings = Arbitrary.schema(Schema.String.check(Schema.isPattern(new RegExp(pattern, "u"))))
    // Sampling with a seed needs no service and is synchronous.
    const sample = Option.getOrElse(
      Effect.runSync(Effect.option(Arbitrary.sampleEffect(strings, { count: 8, size, seed }))),
      () => []
    )
    return sample.find((text) => !isWide(text)) ?? sample[0]
  } catch {
    return undefined
  }
}

const plain = (random: Random, key: string): string => {
  const known = byKey.find(([pattern]) => pattern.test(key))
  if (known !== undefined) return random.pick(known[1])
  if (/(^|_)(description|summary|text|message|reason|comment|answer|explanation|content)$/i.test(key)) {
    return `The ${random.pick(words)} by the ${random.pick(words)} leads to the ${random.pick(words)}.`
  }
  return /(^|_)id$/i.test(key)
    ? `${random.pick(words)}-${random.int(100, 999)}`
    : `${random.pick(words)} ${random.pick(words)}`
}

/** The example that a description names, as a model would follow it: "A city, such as Paris." */
const exampleIn = (description: unknown): string | undefined =>
  typeof description === "string" ? /\bsuch as ([^.]+(?:\.\S[^.]*)*)\.(?:\s|$)/.exec(description)?.[1] : undefined

/** Generates a string for a JSON Schema's string keywords, as far as possible; `key` is the key of the value. */
export const generateString = (
  schema: Readonly<Record<string, unknown>>,
  key: string,
  random: Random
): string => {
  const minimum = typeof schema["minLength"] === "number" ? schema["minLength"] : 0
  const maximum = typeof schema["maxLength"] === "number" ? schema["maxLength"] : Infinity
  if (typeof schema["pattern"] === "string") {
    const text = ofPattern(schema["pattern"], random, Math.min(Math.max(minimum, 12), maximum))
    if (text !== undefined) return text
  }
  const format = typeof schema["format"] === "string" ? formats[schema["format"]] : undefined
  if (format !== undefined) return format(random)
  let text = exampleIn(schema["description"]) ?? plain(random, key)
  while (text.length < minimum) text += ` ${random.pick(words)}`
  return text.length <= maximum ? text : text.slice(0, maximum)
}
