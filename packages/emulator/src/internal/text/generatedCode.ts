import type { Random } from "../random/random.ts"
import { countTokens } from "./tokenizer.ts"

type Words = readonly [string, ...ReadonlyArray<string>]

const statements: Words = [
  "result = {a}",
  "result = {a} + {b}",
  "{a} = {b}",
  "print({a})",
  "update({a}, {b})",
  "{a} = next({b})",
  "count = size({a})"
]

const keywords = new Set(
  ("abstract and as async await boolean break case catch class const continue def default del do elif else enum except " +
    "export extends false False final finally fn for from func function if implements import in int interface is lambda " +
    "let match mut namespace new nil None not null number of or pass private protected pub public raise readonly return " +
    "self static str string struct super switch this throw true True try type undefined use var void while with yield")
    .split(" ")
)

/**
 * The last six names in a text, the last one first. Only the end of the text is read, because nearby names fit best.
 */
const namesIn = (text: string): ReadonlyArray<string> =>
  [...new Set((text.slice(-4000).match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? []).toReversed())]
    .filter((name) => !keywords.has(name))
    .slice(0, 6)

/** The open brackets that are closed, the innermost ones, and the longest indentation that lines are given. */
const mostBrackets = 100
const mostIndent = 200

const partners: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" }

/**
 * Strings and comments, whose brackets do not count, or a bracket. An unclosed string or comment extends to the end.
 */
const lexeme =
  /"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|`(?:[^`\\]|\\[^])*`?|\/\/[^\n]*|# [^\n]*|\/\*[^]*?(?:\*\/|$)|[()[\]{}]/g

interface Bracket {
  readonly mark: string
  /** The start of its line, and the indentation there. */
  readonly line: number
  readonly indent: string
}

/** The brackets that a text opens and does not close, the innermost last, and those it closes and did not open. */
const brackets = (text: string): { readonly open: ReadonlyArray<Bracket>; readonly closing: ReadonlyArray<string> } => {
  const open: Array<Bracket> = []
  const closing: Array<string> = []
  let line = 0
  let indent = indentOf(text)
  let end = text.indexOf("\n")
  for (const { 0: mark, index: at } of text.matchAll(lexeme)) {
    while (end !== -1 && end < at) {
      line = end + 1
      end = text.indexOf("\n", line)
      indent = indentOf(text.slice(line, at))
    }
    if (mark in partners) open.push({ mark, line, indent })
    else if (/^[)\]}]$/.test(mark) && open.pop() === undefined) closing.push(mark)
  }
  return { open: open.slice(-mostBrackets), closing: closing.slice(0, mostBrackets) }
}

/**
 * How many open brackets, the innermost first, must be closed before a suffix that closes others. A suffix may end
 * before it closes the outermost ones.
 */
const toClose = (open: ReadonlyArray<Bracket>, closing: ReadonlyArray<string>): number => {
  if (closing.length === 0) return open.length
  for (let count = Math.max(0, open.length - closing.length); count >= 0; count--) {
    const rest = open.slice(count, count + closing.length)
    if (rest.length > 0 && rest.every(({ mark }, at) => partners[mark] === closing[at])) return count
  }
  return open.length
}

const indentOf = (line: string): string => /^[^\S\n]*/.exec(line)?.[0].slice(0, mostIndent) ?? ""

const lastLineOf = (text: string): string => text.slice(text.lastIndexOf("\n") + 1)

const usesColons = (prompt: string): boolean =>
  /^[^\S\n]*(?:async +)?(?:def\b|(?:class|if|elif|else|for|while|with|try)\b[^{\n]*:[^\S\n]*$)/m.test(prompt)

const isHeader = (line: string): boolean =>
  /^\s*(?:(?:export|default|async|public|private|static|pub) +)*(?:def|function|class|func|fn|if|elif|else|for|while|with)\b/
    .test(line)

/** Ends of lines that must be followed by a name, or by a value. */
const wantsName = /\b(?:def|function|func|fn|class|const|let|var)\s*$/
const wantsValue = /(?:[([,=+\-*/%<>&|?.]|\b(?:return|in|of|if|elif|while|and|or|not|new|await|yield|case))\s*$/

/**
 * Generates code between a prompt and a suffix: it completes the line, uses the names of the prompt, keeps its
 * indentation and closes the brackets that the suffix does not close. It has at least `minimum` tokens.
 */
export const generateCode = (prompt: string, suffix: string, random: Random, minimum: number): string => {
  const [first = "value", ...others] = [...namesIn(prompt), ...namesIn(suffix)]
  const name = () => random.pick([first, ...others])
  const colons = usesColons(prompt)
  const semicolon = !colons && /;[^\S\n]*$/m.test(prompt + suffix) ? ";" : ""
  const unit = /^(\t| {2,8})(?![*\s])/m.exec(prompt)?.[1] ?? (colons ? "    " : "  ")
  const statement = () => random.pick(statements).replaceAll("{a}", name()).replaceAll("{b}", name()) + semicolon

  const line = lastLineOf(prompt)
  const blank = line.trim() === ""
  const lastLine = lastLineOf(prompt.trimEnd())
  const levels = brackets(prompt).open.toReversed()
  const { closing } = brackets(suffix)
  const count = toClose(levels, closing)
  const bodyIndent = (level: Bracket | undefined) =>
    level !== undefined
      ? level.indent + unit
      : lastLine.endsWith(":")
      ? indentOf(lastLine) + unit
      : indentOf(line)

  /** Whether the line ends here, because the suffix does not continue it. */
  const ends = !/^[^\S\n]*[^\s\p{L}\p{N}_$]/u.test(suffix)
  let indent = bodyIndent(levels[count])
  let text = wantsName.test(line)
    ? `${/\s$/.test(line) ? "" : " "}${name()}${/(?:const|let|var)\s*$/.test(line) ? ` = ${name()}` : `(${name()})`}`
    : wantsValue.test(line)
    ? `${/[\s([.]$/.test(line) ? "" : " "}${name()}${/[([]\s*$/.test(line) ? `, ${name()}` : ""}`
    : ""
  const newLine = () => text === "" && blank ? indent.slice(line.length) : `\n${indent}`
  const body = (within: string) => {
    indent = within
    if (/[\w)\]]$/.test(text)) text += semicolon
    for (let left = random.int(1, 3); left > 0; left--) text += newLine() + statement()
  }

  for (const level of levels.slice(0, count)) {
    if (level.mark === "{") body(bodyIndent(level))
    indent = level.indent
    const onItsOwnLine = level.mark === "{" || level.line < prompt.length - line.length
    text += `${onItsOwnLine ? newLine() : ""}${partners[level.mark]}`
  }
  const around = levels[count]
  if (around === undefined || around.mark === "{") {
    if (isHeader(line) && !/[:{;]\s*$/.test(line) && !/^\s*(?:[:{)\]},]|->|=>)/.test(suffix)) {
      text += colons ? ":" : " {"
      body(indentOf(line) + unit)
      // A suffix that closes more brackets than the prompt opened closes this one too.
      if (!colons && closing.length <= levels.length - count) text += `\n${indentOf(line)}}`
    } else if (count === 0 && (text === "" || ends)) body(bodyIndent(around))
  }
  if (text === "") text = blank || /\W$/.test(line) ? name() : `, ${name()}`
  for (let tokens = countTokens(text); tokens < minimum;) {
    const more = `\n${indent}${statement()}`
    text += more
    tokens += countTokens(more)
  }
  // A suffix that begins with a word is a line of its own.
  return /^[\p{L}\p{N}_$]/u.test(suffix) ? `${text}\n${indent}` : text
}
