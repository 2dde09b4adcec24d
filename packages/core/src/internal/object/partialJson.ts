import { parseJson } from "../json/parseJson.ts"

/**
 * An incremental JSON parser: after each part of the text it gives the value as far as it is known.
 *
 * Each part is parsed once. A value that was returned never changes: finished parts are shared between one value and the
 * next, and unfinished parts are copied.
 */
export interface PartialJsonParser {
  /** Parses the next part. Returns false once the text is not JSON; the value then stays as it is. */
  readonly feed: (text: string) => boolean
  /** The value so far; `undefined` before its first character. */
  readonly value: () => unknown
}

interface ObjectFrame {
  readonly kind: "object"
  readonly entries: Record<string, unknown>
  key: string | undefined
}

interface ArrayFrame {
  readonly kind: "array"
  readonly items: Array<unknown>
}

type Expect = "value" | "valueOrEnd" | "keyOrEnd" | "key" | "colon" | "commaOrEnd" | "nothing"

export const makePartialJson = (): PartialJsonParser => {
  const stack: Array<ObjectFrame | ArrayFrame> = []
  let expect: Expect = "value"
  let root: unknown = undefined
  // The string that is being parsed: its decoded part, and an incomplete escape sequence.
  let string: { decoded: string; tail: string } | undefined
  let escaped = false
  // The number or word that is being parsed.
  let word: string | undefined
  let broken = false

  const put = (value: unknown) => {
    const frame = stack[stack.length - 1]
    if (frame === undefined) {
      root = value
      expect = "nothing"
    } else {
      if (frame.kind === "array") frame.items.push(value)
      else {
        // An own key, whatever its name, as with `JSON.parse`.
        Object.defineProperty(frame.entries, frame.key!, {
          value,
          writable: true,
          enumerable: true,
          configurable: true
        })
        frame.key = undefined
      }
      expect = "commaOrEnd"
    }
  }

  const close = (kind: "object" | "array"): boolean => {
    const frame = stack[stack.length - 1]
    if (frame === undefined || frame.kind !== kind) return false
    stack.pop()
    put(frame.kind === "array" ? frame.items : frame.entries)
    return true
  }

  const addToString = (raw: string): boolean => {
    const text = string!.tail + raw
    const cut = incompleteEscape(text)
    const decoded = parseJson(`"${text.slice(0, cut)}"`)
    if (typeof decoded !== "string") return false
    string!.decoded += decoded
    string!.tail = text.slice(cut)
    return true
  }

  const endString = (): boolean => {
    const { decoded, tail } = string!
    string = undefined
    if (tail !== "") return false
    const frame = stack[stack.length - 1]
    if (frame?.kind === "object" && (expect === "key" || expect === "keyOrEnd")) {
      frame.key = decoded
      expect = "colon"
    } else put(decoded)
    return true
  }

  const endWord = (): boolean => {
    const value = parseJson(word!)
    word = undefined
    if (value === undefined) return false
    put(value)
    return true
  }

  const onSign = (sign: string): boolean => {
    switch (sign) {
      case "{":
      case "[":
        if (expect !== "value" && expect !== "valueOrEnd") return false
        stack.push(sign === "{" ? { kind: "object", entries: {}, key: undefined } : { kind: "array", items: [] })
        expect = sign === "{" ? "keyOrEnd" : "valueOrEnd"
        return true
      case "}":
        return (expect === "keyOrEnd" || expect === "commaOrEnd") && close("object")
      case "]":
        return (expect === "valueOrEnd" || expect === "commaOrEnd") && close("array")
      case ",":
        if (expect !== "commaOrEnd") return false
        expect = stack[stack.length - 1]?.kind === "object" ? "key" : "value"
        return true
      case ":":
        if (expect !== "colon") return false
        expect = "value"
        return true
      case "\"":
        if (expect === "colon" || expect === "commaOrEnd" || expect === "nothing") return false
        string = { decoded: "", tail: "" }
        return true
    }
    return false
  }

  const feed = (text: string): boolean => {
    let at = 0
    while (at < text.length) {
      if (string !== undefined) {
        const start = at
        while (at < text.length && (escaped || text.charCodeAt(at) !== 34)) {
          escaped = !escaped && text.charCodeAt(at) === 92
          at++
        }
        if (at > start && !addToString(text.slice(start, at))) return false
        if (at < text.length) {
          at++
          if (!endString()) return false
        }
        continue
      }
      wordPattern.lastIndex = at
      const found = wordPattern.exec(text)
      if (found !== null) {
        if (word === undefined && expect !== "value" && expect !== "valueOrEnd") return false
        word = (word ?? "") + found[0]
        at = wordPattern.lastIndex
        continue
      }
      if (word !== undefined && !endWord()) return false
      const sign = text[at++]!
      if (!whiteSpace.has(sign) && !onSign(sign)) return false
    }
    return true
  }

  /** The value that is being parsed: a string as far as it is known; a number or a word only when it is complete. */
  const unfinished = (): { readonly value: unknown } | undefined =>
    string === undefined || expect === "key" || expect === "keyOrEnd" ? undefined : { value: string.decoded }

  return {
    feed: (text) => {
      if (!broken && !feed(text)) broken = true
      return !broken
    },
    value: () => {
      let inner = unfinished()
      for (let depth = stack.length - 1; depth >= 0; depth--) {
        const frame = stack[depth]!
        if (frame.kind === "array") {
          inner = { value: inner === undefined ? [...frame.items] : [...frame.items, inner.value] }
        } else {
          // A computed key is an own key, whatever its name.
          const value = inner !== undefined && frame.key !== undefined
            ? { ...frame.entries, [frame.key]: inner.value }
            : { ...frame.entries }
          inner = { value }
        }
      }
      return inner === undefined ? root : inner.value
    }
  }
}

const whiteSpace = new Set([" ", "\t", "\n", "\r"])

const wordPattern = /[-+.\w]+/y

/** The offset of an escape sequence that is incomplete at the end of the text, or the length of the text. */
const incompleteEscape = (text: string): number => {
  const at = /\\(u[0-9a-fA-F]{0,3})?$/.exec(text)?.index
  if (at === undefined) return text.length
  let before = 0
  while (at - before > 0 && text.charCodeAt(at - before - 1) === 92) before++
  return before % 2 === 0 ? at : text.length
}
