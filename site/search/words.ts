/** The words of a text as the search compares them: without endings, and names also by their parts. */

/** Two or three words that are one term of the field. */
const phrases: ReadonlyArray<readonly [RegExp, string]> = [
  [/\btime[- ]?(out|limit)s?\b/g, "timeout"],
  [/\bback[- ]off\b/g, "backoff"],
  [/\brate[- ]?limit(ed|ing|er|s)?\b/g, "ratelimit"],
  [/\bcircuit[- ]breaker(s?)\b/g, "circuitbreaker"],
  [/\bopen[- ]?telemetry\b/g, "opentelemetry"],
  [/\b(tool|function)[- ]call(s|ing)?\b/g, "toolcall"],
  [/\bserver[- ]sent[- ]events?\b/g, "sse"],
  [/\bjson[- ]schema\b/g, "jsonschema jsonschema"],
  [/\bfill[- ]in[- ]the[- ]middle\b/g, "fim"],
  [/\bservice[- ]worker\b/g, "serviceworker"],
  [/\btree[- ]shak(e|ing|en)\b/g, "treeshaking"],
  [/\bnode[. ]?js\b/g, "node"],
  [/\bre-?try\b/g, "retry"],
  [/\buser[- ]agent\b/g, "useragent"],
  [/\bv(?=\d+\b)/g, ""],
  [/\bset[- ]?up\b/g, "setup"]
]

/** Words that say nothing of what is looked for. */
const stopWords = new Set(
  ("a an and any are as at be been being by can cannot could did do does doing don dont during each for from get gets getting " +
    "give had has have having he how i if in into is isn it its just let like make makes making may me mean means might my need needs no " +
    "not of on one or other our out own possible shall she should so some such than that the their them then there these " +
    "they thing this those to too up us use used user using uses via want wants was way we were what when where which who " +
    "why will with within without would you your about also am llm please tell show me s t re ve ll set sets setting settings want know way best work works find see go")
    .split(" ")
)

/** Whether a word is too common to be searched for. */
export const isStopWord = (word: string): boolean => stopWords.has(word)

/** The pieces of a text that are words or names. */
export const tokens = (text: string): ReadonlyArray<string> =>
  phrases.reduce((text, [phrase, term]) => text.replaceAll(new RegExp(phrase, "gi"), term), text)
    .split(/[^\p{L}\p{N}_]+/u)
    .filter((token) => token !== "")

/** A word without its ending, so that `retries`, `retrying` and `retried` are the same as `retry`. */
export const stem = (word: string): string => {
  if (word.length < 4 || /\d/.test(word)) return word
  const undouble = (base: string) => /([bdgmnprt])\1$/.test(base) ? base.slice(0, -1) : base
  let base = word
  if (/[^aeiou]ies$/.test(base)) base = `${base.slice(0, -3)}y`
  else if (/[^aeiou]ied$/.test(base)) base = `${base.slice(0, -3)}y`
  else if (/(?:ss|sh|ch|x)es$/.test(base)) base = base.slice(0, -2)
  else if (/[^su]s$/.test(base)) base = base.slice(0, -1)
  if (/[aeiouy].*ing$/.test(base) && base.length > 5) base = undouble(base.slice(0, -3))
  else if (/[aeiouy].*ed$/.test(base) && base.length > 4 && !base.endsWith("eed")) base = undouble(base.slice(0, -2))
  base = base.replace(/(?:ll?ation)$/, "l").replace(/([^aeiou])ization$/, "$1iz").replace(/(at|it|et|ut)ion$/, "$1")
  return base.length > 4 ? base.replace(/e$/, "") : base
}

/** The terms of a word in the index: its stem, and those of the parts of a name such as `completeObject`. */
export const termsOf = (word: string): ReadonlyArray<string> => {
  const lower = word.toLowerCase()
  if (isStopWord(lower)) return []
  const whole = stem(lower)
  const pieces = word.split(/_+|(?<=[a-z\d])(?=[A-Z])/).map((piece) => piece.toLowerCase()).filter((piece) =>
    piece !== ""
  )
  if (pieces.length < 2) return [whole]
  return [...new Set([whole, ...pieces.filter((piece) => !isStopWord(piece)).map(stem)])]
}
