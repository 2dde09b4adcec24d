import { madeDate, madeDateTime, madeHour, madeTime, madeYear } from "./dates.ts"
import type { Generation } from "./generation.ts"
import { lookUp } from "./words.ts"

type Words = readonly [string, ...ReadonlyArray<string>]

/** Words without a meaning for the reader, of which texts without a better idea are made. */
export const plainWords: Words = [
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
]

/** Makes a text for a key of this name. */
type Maker = (generation: Generation, name: string) => string

const one = (...words: Words): Maker => ({ random }) => random.pick(words)

const digits = ({ random }: Generation, count: number): string =>
  Array.from({ length: count }, () => random.int(0, 9)).join("")

const word: Maker = ({ random }) => random.pick(plainWords)

const capital: Maker = (generation, name) => {
  const text = word(generation, name)
  return text.charAt(0).toUpperCase() + text.slice(1)
}

const hex = ({ random }: Generation, length: number) =>
  Array.from({ length }, () => random.int(0, 15).toString(16)).join("")

const first = one("Ada", "Jean", "Lena", "Marc", "Nora", "Elif", "Tom", "Ines")
const last = one("Durand", "Keller", "Lindqvist", "Moreau", "Okafor", "Rossi", "Silva", "Weber")
const person: Maker = (generation, name) => `${first(generation, name)} ${last(generation, name)}`

const email: Maker = (generation, name) =>
  `${first(generation, name)}.${last(generation, name)}@example.com`.toLowerCase()

const phone: Maker = (generation) => `+33 1 ${Array.from({ length: 4 }, () => digits(generation, 2)).join(" ")}`

const url: Maker = (generation, name) => `https://example.com/${word(generation, name)}`

const image: Maker = (generation, name) => `https://example.com/images/${word(generation, name)}.png`

const uuid: Maker = (generation) =>
  `${hex(generation, 8)}-${hex(generation, 4)}-4${hex(generation, 3)}-${generation.random.pick(["8", "9", "a", "b"])}${
    hex(generation, 3)
  }-${hex(generation, 12)}`

const title: Maker = (generation, name) => `The ${capital(generation, name)} and the ${capital(generation, name)}`

const company: Maker = (generation, name) =>
  `${capital(generation, name)} ${generation.random.pick(["Works", "Group", "Labs", "Partners"])}`

const sentence: Maker = (generation, name) =>
  `The ${word(generation, name)} by the ${word(generation, name)} leads to the ${word(generation, name)}.`

const day = one("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

const month = one(
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December"
)

const amount: Maker = ({ random }) => (random.int(500, 25_000) / 100).toFixed(2)

const ipv4: Maker = ({ random }) => `192.0.2.${random.int(1, 254)}`

/** Formats of JSON Schema. */
export const byFormat: ReadonlyMap<string, Maker> = new Map([
  ["date-time", madeDateTime],
  ["date", madeDate],
  ["time", madeTime],
  ["duration", ({ random }) => `PT${random.int(1, 11) * 5}M`],
  ["email", email],
  ["idn-email", email],
  ["hostname", (generation, name) => `${word(generation, name)}.example.com`],
  ["ipv4", ipv4],
  ["ipv6", (generation) => `2001:db8::${hex(generation, 4)}`],
  ["uri", url],
  ["url", url],
  ["iri", url],
  ["uri-reference", (generation, name) => `/${word(generation, name)}`],
  ["uuid", uuid],
  ["phone", phone],
  ["json-pointer", (generation, name) => `/${word(generation, name)}`],
  ["regex", (generation, name) => `^${word(generation, name)}$`],
  ["byte", (generation, name) => btoa(word(generation, name))],
  ["binary", word],
  ["color", (generation) => `#${hex(generation, 6)}`]
])

/** Texts that are usual for a key, by the end of its name, such as `first_name`. */
const byKey: ReadonlyArray<readonly [RegExp, Maker]> = [
  [/(?:e_?mail|mail)(?:_address)?$/, email],
  [/(?:first|given|fore)_?name$/, first],
  [/(?:last|family|sur)_?name$/, last],
  [
    /(?:user_?name|login|handle|nickname|slug)$/,
    (generation, name) => `${word(generation, name)}${digits(generation, 2)}`
  ],
  [/(?:file_?name|file|attachment)$/, (generation, name) => `${word(generation, name)}.pdf`],
  [/(?:path|directory|folder)$/, (generation, name) => `/home/${word(generation, name)}/${word(generation, name)}`],
  [
    /(?:company|organi[sz]ation|employer|brand|manufacturer|vendor|supplier|merchant|company_name|store|shop)$/,
    company
  ],
  [/(?:product|product_name|item|item_name)$/, one("Desk lamp", "Running shoes", "Coffee grinder", "Rain jacket")],
  [/ingredient(?:_name)?$/, one("flour", "butter", "tomato", "olive oil", "garlic", "rice")],
  [
    /(?:job|job_title|role|occupation|profession|position)$/,
    one("Engineer", "Designer", "Nurse", "Teacher", "Analyst")
  ],
  [/(?:country_code)$/, one("FR", "NO", "PT", "IT", "DE")],
  [/country$|country_name$|nationality$/, one("France", "Norway", "Portugal", "Italy")],
  [
    /(?:city|town|location|place|destination|origin|capital)(?:_name)?$/,
    one("Paris", "Lyon", "Oslo", "Lisbon", "Turin")
  ],
  [/(?:province|region|county|district)$/, one("Brittany", "Vestland", "Piedmont", "Algarve")],
  [/(?:zip|postal|post)_?(?:code)?$/, (generation) => digits(generation, 5)],
  [/(?:ip|ip_address)$/, ipv4],
  [/(?:street|address|address_line_?1|line_?1)$/, one("12 Orchard Lane", "5 Harbor Street", "81 River Road")],
  [
    /(?:^|_)name$|(?:full_?name|author|person|user|customer|employee|patient|student|recipient|sender|owner|assignee|manager|contact|guest|passenger|participant|attendee)(?:_name)?$/,
    person
  ],
  [/currency(?:_code)?$/, one("EUR", "USD", "GBP")],
  [/(?:language|locale|lang)(?:_code)?$/, one("en", "fr", "de")],
  [/(?:phone|telephone|mobile|fax|phone_number)$/, phone],
  [/(?:image|avatar|photo|picture|thumbnail|logo|icon)(?:_ur[li])?$/, image],
  [/(?:url|uri|link|website|homepage|href|webpage)$/, url],
  [/(?:domain|host|hostname)$/, (generation, name) => `${word(generation, name)}.example.com`],
  [/(?:uuid|guid)$/, uuid],
  [/(?:date_?time|timestamp|_at)$/, madeDateTime],
  [/(?:^|_)(?:date|birthday|birthdate|dob|deadline|due|check_?in|check_?out)$|date$/, madeDate],
  [/(?:^|_)(?:time|hour)$/, madeHour],
  [/(?:^|_)year$/, (generation, name) => String(madeYear(generation, name))],
  [/(?:^|_)month$/, month],
  [/(?:^|_)(?:day|weekday|day_of_week)$/, day],
  [/duration$/, ({ random }) => `${random.int(1, 11) * 5} minutes`],
  [/time_?zone$/, one("Europe/Paris", "Europe/Oslo", "Europe/Lisbon")],
  [/colou?r$/, one("red", "green", "blue", "black", "white")],
  [/(?:gender|sex)$/, one("female", "male")],
  [/(?:price|cost|amount|total|subtotal|fee|tax|balance)$/, amount],
  [/(?:percent|percentage|discount)$/, ({ random }) => `${random.int(1, 99)}%`],
  [/(?:^|_)age$/, ({ random }) => String(random.int(18, 80))],
  [/(?:quantity|count|number_of_\w+)$/, ({ random }) => String(random.int(1, 20))],
  [/lat(?:itude)?$/, ({ random }) => (random.int(-5500, 6500) / 100).toFixed(2)],
  [/(?:lng|lon|longitude)$/, ({ random }) => (random.int(-17_000, 17_000) / 100).toFixed(2)],
  [/(?:temperature|weather_temperature)$/, ({ random }) => `${random.int(-5, 32)} °C`],
  [/(?:^|_)unit$/, one("kg", "cm", "km", "hours")],
  [/(?:weather|condition|forecast)$/, one("sunny", "cloudy", "light rain", "windy")],
  [/sentiment$/, one("positive", "neutral", "negative")],
  [/(?:^|_)(?:status|state)$/, one("active", "pending", "done")],
  [/(?:priority|severity|urgency)$/, one("low", "medium", "high")],
  [
    /(?:category|genre|topic|department|subject_area|kind|type)$/,
    one("travel", "science", "cooking", "music", "sport")
  ],
  [/(?:tag|label|keyword|skill|interest|hobby)$/, word],
  [/(?:emoji)$/, one("🙂", "🎉", "🌧️")],
  [/version$/, ({ random }) => `${random.int(1, 4)}.${random.int(0, 9)}.${random.int(0, 9)}`],
  [/sku$/, (generation) => `SKU-${digits(generation, 4)}`],
  [/isbn$/, (generation) => `978${digits(generation, 10)}`],
  [/(?:hash|checksum|sha|digest|commit)$/, (generation) => hex(generation, 40)],
  [/(?:mime_?type|content_?type|media_?type)$/, one("text/plain", "application/pdf", "image/png")],
  [
    /(?:order|invoice|ticket|booking|tracking|reference|account|flight|serial)(?:_(?:number|no|id|code))?$/,
    ({ random }) => `${random.pick(["AB", "KL", "RX"])}-${random.int(1000, 9999)}`
  ],
  [/(?:^|_)id$/, (generation, name) => `${word(generation, name)}-${generation.random.int(100, 999)}`],
  [/(?:^|_)code$/, (generation, name) => `${word(generation, name).slice(0, 3).toUpperCase()}${digits(generation, 3)}`],
  [/(?:title|headline|subject|heading|book|movie|film|song|album)$/, title],
  [/(?:question)$/, (generation, name) => `What is the ${word(generation, name)} by the ${word(generation, name)}?`],
  [
    /(?:description|summary|text|message|reason|comment|answer|explanation|content|body|note|abstract|bio|biography|review|feedback|conclusion|rationale|reasoning|instruction|caption|paragraph|response|reply|thought)$/,
    sentence
  ]
]

const makerFor = lookUp(byKey)

/** A text that is usual for a key of this name, two plain words otherwise. */
export const stringFor = (name: string, generation: Generation): string => {
  return makerFor(name)?.(generation, name) ?? `${word(generation, name)} ${word(generation, name)}`
}

/** Makes texts of usual forms, for a pattern that one of them may match. The first one is given. */
export function* likelyStrings(first: string, name: string, generation: Generation): Generator<string> {
  yield first
  const withoutSpaces: Maker = (generation, name) => phone(generation, name).replaceAll(" ", "")
  for (const make of [madeDate, madeDateTime, madeHour, email, url, uuid, word, capital, person, withoutSpaces]) {
    yield make(generation, name)
  }
}
