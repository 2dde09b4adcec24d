import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import type * as Tool from "@effect-mistral/core/Tool"
import type { Random } from "../random/random.ts"
import { lastText } from "../text/promptText.ts"
import { stemOf, wordsOf } from "../text/words.ts"

/** A function among the tools of a request. */
export type FunctionTool = typeof Tool.Function.Type

const functions = (request: CompletionRequest.Chat): ReadonlyArray<FunctionTool> =>
  (request.tools ?? []).flatMap((tool) => tool.type === "function" ? [tool] : [])

/** Words that say nothing about what a tool is for: those of grammar and of requests. */
const stopWords = new Set(
  ("a about all also am an and any api are as at be by can could current data did do does exist for from function had has " +
    "have he hello help her here hi him his how i if in info information input into is it its just let many may me more " +
    "most much my need new no not now of on one or other our out output please result she should so some such take than " +
    "thank thanks that the their them then there these they thing this those to tool up us use used user using value " +
    "results thing things tools uses values various want was we were what when where which while who why will with would " +
    "you your").split(" ")
)

/** Verbs that many tools share, which say something only where the name of a tool has nothing else. */
const verbs = new Set(
  ("add call check create delete execute fetch find generate get give handle know list load look lookup make open provide " +
    "query read remove request return run search send set show start stop submit tell update write").split(" ").map(
      stemOf
    )
)

/** The words of a text that say something, as stems. */
const tellingWords = (text: string): ReadonlySet<string> => {
  // "News" says something, though "new" does not.
  const words = wordsOf(text).filter((word) => word.length > 1 && !stopWords.has(word) && !/^\p{N}+$/u.test(word))
    .map(stemOf)
  const nouns = words.filter((word) => !verbs.has(word))
  return new Set(nouns.length > 0 ? nouns : words)
}

/** The length of texts of which the words are looked at. */
const readCharacters = 20_000

/** A description of at most so many words is about each of them; a longer one mentions much in passing. */
const shortDescription = 4

/** A function with the words by which a question asks for it. */
interface Candidate {
  readonly tool: FunctionTool
  readonly words: ReadonlySet<string>
  /** The number of its name's words that the question has not. */
  readonly unmentioned: number
  readonly position: number
}

/** Whether a text has a name that is not a part of a longer one. */
const hasName = (text: string, name: string): boolean => {
  const isPart = (at: number) => /[\p{L}\p{N}_-]/u.test(text.charAt(at))
  if (name === "") return false
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    if (!isPart(at - 1) && !isPart(at + name.length)) return true
  }
  return false
}

const candidate = (tool: FunctionTool, position: number, text: string, asked: ReadonlySet<string>): Candidate => {
  const { description, name } = tool.function
  const inName = tellingWords(name.slice(0, 200))
  const found = [...inName].filter((word) => asked.has(word))
  // The first sentence says what a tool does, those after it when to use it.
  const [first = ""] = (description ?? "").slice(0, 2000).split(/[.!?\n](?:\s|$)/)
  const inDescription = tellingWords(first)
  const shared = [...inDescription].filter((word) => asked.has(word))
  const done = wordsOf(name.slice(0, 200)).map(stemOf).filter((word) => verbs.has(word) && asked.has(word))
  const describes = shared.length + done.length >= (inDescription.size <= shortDescription ? 1 : 2)
  const isNamed = hasName(text, name)
  return {
    tool,
    words: isNamed || found.length > 0 || (shared.length > 0 && describes)
      ? new Set([...(isNamed ? [name] : []), ...found, ...shared, ...done])
      : new Set(),
    unmentioned: isNamed ? 0 : inName.size - found.length,
    position
  }
}

/**
 * The functions that the last user message asks for, the best fit first: those whose name it has, and those of which it has
 * telling words of the name or the description. Of functions that share the same words, the one with the most of them is
 * called: `cancel_order`, not `get_order`, to cancel an order.
 */
const askedFor = (request: CompletionRequest.Chat): ReadonlyArray<Candidate> => {
  const text = lastText(request.messages, "user").slice(0, readCharacters)
  const asked = new Set(wordsOf(text).map(stemOf))
  const ranked = functions(request)
    .map((tool, position) => candidate(tool, position, text, asked))
    .filter(({ words }) => words.size > 0)
    .toSorted((a, b) => b.words.size - a.words.size || a.unmentioned - b.unmentioned || a.position - b.position)
  const covered = new Set<string>()
  return ranked.filter(({ words }) => {
    const isNew = [...words].some((word) => !covered.has(word))
    for (const word of words) covered.add(word)
    return isNew
  })
}

/**
 * Chooses the functions that each choice of a completion calls, in the order of the request; none if it is a text. With
 * `always`, tools are called whatever the question is, as with `tool_choice: "any"`. In any case, a text follows the results
 * of tools if the request does not require a call: an agent that calls until there is none would never end.
 */
export const calledTools = (
  request: CompletionRequest.Chat,
  always: boolean
): (random: Random) => ReadonlyArray<FunctionTool> => {
  const [first, ...others] = functions(request)
  const choice = request.tool_choice ?? "auto"
  if (first === undefined || choice === "none") return () => []
  if (typeof choice === "object") {
    const named = functions(request).filter((tool) => tool.function.name === choice.function.name).slice(0, 1)
    return () => named
  }
  if (choice === "auto" && request.messages.at(-1)?.role === "tool") return () => []
  const asked = askedFor(request).slice(0, request.parallel_tool_calls === false ? 1 : undefined)
    .toSorted((a, b) => a.position - b.position).map(({ tool }) => tool)
  return asked.length > 0 || (choice === "auto" && !always)
    ? () => asked
    : (random) => [random.pick([first, ...others])]
}
