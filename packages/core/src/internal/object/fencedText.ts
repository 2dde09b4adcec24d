/**
 * Takes the JSON object out of a markdown fence, part by part. A text that begins with the object has no fence and stays as
 * it is.
 */
export interface FencedText {
  /** The text of the object in the next part. */
  readonly feed: (text: string) => string
}

type State =
  /** Looks for a fence, line by line. */
  | { readonly _tag: "Outside" }
  /** In a fence whose first character has not come yet. */
  | { readonly _tag: "Opened"; readonly fence: string }
  /** In a fence that has something else. */
  | { readonly _tag: "Skipping"; readonly fence: string }
  /** In the object. */
  | { readonly _tag: "Object"; depth: number; quoted: boolean; escaped: boolean }
  /** The text began with the object. */
  | { readonly _tag: "Plain" }
  /** After the object. */
  | { readonly _tag: "Ended" }

export const makeFencedText = (): FencedText => {
  let state: State = { _tag: "Outside" }
  // The text that has not been decided on: at most one line.
  let pending = ""
  let first = true

  const outside = (): boolean => {
    if (first) {
      const text = pending.trimStart()
      if (text === "") return false
      first = false
      if (text.startsWith("{")) {
        state = { _tag: "Plain" }
        return true
      }
    }
    const inline = inlineFence.exec(pending)
    const end = pending.indexOf("\n")
    if (inline !== null && (end < 0 || inline.index < end)) {
      pending = pending.slice(inline.index + inline[0].length)
      state = { _tag: "Opened", fence: inline[1]! }
      return true
    }
    if (end < 0) return false
    const [, fence, language = ""] = fenceLine.exec(pending.slice(0, end).trimEnd()) ??
      fenceAtEnd.exec(pending.slice(0, end).trimEnd()) ?? []
    pending = pending.slice(end + 1)
    if (fence !== undefined) {
      state = /^(json\w*)?$/i.test(language) ? { _tag: "Opened", fence } : { _tag: "Skipping", fence }
    }
    return true
  }

  const opened = (fence: string): boolean => {
    pending = pending.trimStart()
    if (pending === "") return false
    state = pending.startsWith("{")
      ? { _tag: "Object", depth: 0, quoted: false, escaped: false }
      : { _tag: "Skipping", fence }
    return true
  }

  const skipping = (fence: string): boolean => {
    const end = pending.indexOf("\n")
    if (end < 0) return false
    const line = pending.slice(0, end).trim()
    pending = pending.slice(end + 1)
    if (line.length >= fence.length && line === fence[0]!.repeat(line.length)) state = { _tag: "Outside" }
    return true
  }

  /** Looks for the end of the object: a fence may be closed on the same line, and a string may contain a fence. */
  const object = (inside: State & { readonly _tag: "Object" }): string => {
    for (let at = 0; at < pending.length; at++) {
      const sign = pending[at]!
      if (inside.quoted) {
        if (inside.escaped) inside.escaped = false
        else if (sign === "\\") inside.escaped = true
        else if (sign === "\"") inside.quoted = false
      } else if (sign === "\"") inside.quoted = true
      else if (sign === "{" || sign === "[") inside.depth++
      else if ((sign === "}" || sign === "]") && --inside.depth <= 0) {
        state = { _tag: "Ended" }
        return pending.slice(0, at + 1)
      }
    }
    return pending
  }

  const step = (): boolean => {
    switch (state._tag) {
      case "Outside":
        return outside()
      case "Opened":
        return opened(state.fence)
      case "Skipping":
        return skipping(state.fence)
      default:
        return false
    }
  }

  return {
    feed: (text) => {
      pending += text
      while (step());
      const inside = state._tag === "Object" ? object(state) : state._tag === "Plain" ? pending : ""
      if (state._tag === "Object" || state._tag === "Plain" || state._tag === "Ended") pending = ""
      return inside
    }
  }
}

/** A fence and its object on one line. */
const inlineFence = /(`{3,}|~{3,})[ \t]*(?:json\w*)?[ \t]*(?=\{)/i

/** A line that begins with a fence. */
const fenceLine = /^[ \t>]*(`{3,}|~{3,})[ \t]*([^\s`{]*)[^`]*$/

/** A line that ends with a fence after some text. */
const fenceAtEnd = /[^`~](`{3,}|~{3,})[ \t]*(json\w*)?$/i

/** The object in the fence of a text, or the whole text if there is none. */
export const unfenced = (text: string): string => makeFencedText().feed(text) || text
