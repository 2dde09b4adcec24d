import type { Random } from "../random/random.ts"

type Words = readonly [string, ...ReadonlyArray<string>]

const skipped = new Set(
  ("about after again also another answer because been before being best both brief briefly could describe does doing " +
    "each either explain from give good have having here into just like make many more most much must name only other " +
    "over please question same sentence sentences short should some such tell than that their them then there these " +
    "they think this those through very want were what when where which while will with word words would write your " +
    "yours").split(" ")
)

/** The topics of a text: at most eight of its words. */
export const topics = (text: string): ReadonlyArray<string> => {
  const words = text.match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}'-]{3,23}/gu) ?? []
  return [...new Set(words.filter((word) => !skipped.has(word.toLowerCase())))].slice(0, 8)
}

const openings: Words = [
  "Here is a short answer about {a}.",
  "Let us look at {a} first, and at {b} after it.",
  "There are three things worth saying about {a}.",
  "In a few sentences: {a} is easier to follow once {b} is clear."
]

const sentences: Words = [
  "People who work with {a} often begin with {b}, because the one explains the other.",
  "A good first step is to write down what is known of {a} and what is only assumed.",
  "Compared with {b}, {a} changes slowly, and that is mostly an advantage.",
  "The details of {a} matter less than the order in which they are done.",
  "For {a} there is more than one right way, and {b} decides between them.",
  "An example helps: take {a}, leave out everything else, and see what remains of {b}.",
  "Most mistakes with {a} are made early, so it pays to check twice at the beginning.",
  "What holds for {b} holds for {a} as well, with one exception that is easy to remember.",
  "Nothing about {a} has to be decided today; {b} can wait until tomorrow too.",
  "Three numbers describe {a} well enough: how many, how often and how long.",
  "If {a} seems difficult, divide it into parts and name each of them.",
  "Seen from a distance, {a} and {b} have the same shape."
]

const closings: Words = [
  "That is the short version of {a}.",
  "With this, {a} should be clear enough to begin.",
  "The rest of {b} follows from there.",
  "Ask for more about {a} where something is missing."
]

const thoughts: Words = [
  "The question is about {a}.",
  "First, what is meant by {a} here?",
  "It could also be about {b}, but {a} comes first.",
  "A short answer with one example of {b} should do.",
  "So the plan is: say what {a} is, then how {b} follows."
]

const fill = (random: Random, template: string, about: ReadonlyArray<string>): string => {
  const [first, ...others] = about
  const a = first === undefined ? "this" : random.pick([first, ...others])
  const [b, ...rest] = about.filter((word) => word !== a)
  return template.replaceAll("{a}", a).replaceAll("{b}", b === undefined ? "the rest" : random.pick([b, ...rest]))
}

/** Picks sentences of a list without repetition. */
const choose = (random: Random, from: Words, count: number): ReadonlyArray<string> => {
  const left: Array<string> = [...from]
  return Array.from({ length: Math.min(count, left.length) }, () => left.splice(random.int(0, left.length - 1), 1))
    .flat()
}

/** Generates one sentence about some topics. */
export const sentence = (random: Random, about: ReadonlyArray<string>): string =>
  fill(random, random.pick(sentences), about)

/** Generates a paragraph about some topics. The beginning of a tool's result is repeated. */
export const paragraph = (random: Random, about: ReadonlyArray<string>, toolResult: string | undefined): string => {
  const found = toolResult === undefined || toolResult === ""
    ? []
    : [`The tool answered ${[...toolResult].slice(0, 200).join("")}.`]
  const templates = [random.pick(openings), ...choose(random, sentences, random.int(2, 5)), random.pick(closings)]
  return [...found, ...templates.map((template) => fill(random, template, about))].join(" ")
}

/** Generates the thinking before a paragraph. */
export const thinking = (random: Random, about: ReadonlyArray<string>): string =>
  choose(random, thoughts, random.int(2, 4)).map((template) => fill(random, template, about)).join(" ")
