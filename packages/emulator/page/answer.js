/** Puts an answer together from the bytes of its response: a stream's chunks, or a whole completion. */
import { makeSseParser } from "./sse.js"

/**
 * A tool call so far. The arguments are a text, because they may be incomplete.
 *
 * @typedef {{ id: string, name: string, given: string, index: number | undefined }} Call
 */

/**
 * A part of a message.
 *
 * @typedef {{ readonly kind: "text" | "thinking", text: string }
 *   | { readonly kind: "call", readonly call: Call }
 *   | { readonly kind: "other", readonly text: string }} Part
 */

/**
 * @typedef {object} Choice
 * @property {Array<Part>} parts
 * @property {string | undefined} finishReason
 */

/** @typedef {ReturnType<typeof makeAnswer>} Answer */

/** The characters of a whole response that are parsed. */
const longestWhole = 8 * 1024 * 1024

/** Makes an empty answer. */
export const makeAnswer = () => {
  /** @type {Array<Choice>} */
  const choices = []
  /** @type {{ chunks: number, done: boolean, error: string | undefined }} */
  const state = { chunks: 0, done: false, error: undefined }
  let begun = ""
  /** @type {boolean | undefined} */
  let isStream

  /**
   * @param {any} completion a chunk or a whole completion
   * @param {"delta" | "message"} key
   */
  const take = (completion, key) => {
    if (typeof completion !== "object" || completion === null) return
    if (completion.object === "error" || completion.error !== undefined || completion.detail !== undefined) {
      state.error = errorText(completion)
    }
    for (const [at, choice] of list(completion.choices).entries()) {
      const index = typeof choice?.index === "number" && choice.index >= 0 && choice.index < 1000 ? choice.index : at
      while (choices.length <= index) choices.push({ parts: [], finishReason: undefined })
      const found = choices[index]
      if (found === undefined) continue
      addMessage(found.parts, choice?.[key])
      if (typeof choice?.finish_reason === "string") found.finishReason = choice.finish_reason
    }
  }

  const parse = makeSseParser((data) => {
    if (data === "[DONE]") {
      state.done = true
      return
    }
    state.chunks += 1
    const chunk = parsed(data)
    if (chunk === undefined) state.error = `An event is not JSON: ${data.slice(0, 200)}`
    else take(chunk, "delta")
  })

  return {
    choices,
    state,
    /** @param {string} text */
    push: (text) => {
      // A field of an event (`data`, `event`, `id`, `retry`) or a comment. The first piece may be a single character.
      isStream ??= /^[deir:]/.test(text)
      if (isStream) {
        parse(text)
        return
      }
      if (begun.length > longestWhole) return
      begun += text
      // The JSON of a whole response usually comes in one piece, and is complete at its last brace.
      const whole = begun.trimEnd().endsWith("}") ? parsed(begun) : undefined
      if (whole === undefined || state.done) return
      state.done = true
      take(whole, "message")
    }
  }
}

/**
 * The parts of a message: of a request, of an event, or a whole answer.
 *
 * @param {any} message
 * @returns {Array<Part>}
 */
export const partsOf = (message) => {
  /** @type {Array<Part>} */
  const parts = []
  addMessage(parts, message)
  return parts
}

/**
 * Adds the content and the tool calls of a message or a delta.
 *
 * @param {Array<Part>} parts
 * @param {any} message
 */
const addMessage = (parts, message) => {
  if (typeof message !== "object" || message === null) return
  addContent(parts, message.content, "text")
  for (const call of list(message.tool_calls)) addCall(parts, call)
}

/**
 * @param {Array<Part>} parts
 * @param {any} content a text, or an array of chunks of content
 * @param {"text" | "thinking"} kind
 */
const addContent = (parts, content, kind) => {
  if (typeof content === "string") return addText(parts, content, kind)
  for (const chunk of list(content)) {
    if (chunk?.type === "text" || typeof chunk?.text === "string") addText(parts, String(chunk.text), kind)
    else if (chunk?.type === "thinking") addContent(parts, chunk.thinking, "thinking")
    else parts.push({ kind: "other", text: describe(chunk) })
  }
}

/**
 * @param {Array<Part>} parts
 * @param {string} text
 * @param {"text" | "thinking"} kind
 */
const addText = (parts, text, kind) => {
  if (text === "") return
  const last = parts.at(-1)
  if (last?.kind === kind) last.text += text
  else parts.push({ kind, text })
}

/**
 * Adds a tool call, or a fragment of one: a fragment has no name, and belongs to the call with its index or to the last one.
 *
 * @param {Array<Part>} parts
 * @param {any} fragment
 */
const addCall = (parts, fragment) => {
  const name = fragment?.function?.name
  const given = fragment?.function?.arguments
  const text = typeof given === "string" ? given : given === undefined ? "" : JSON.stringify(given)
  const index = typeof fragment?.index === "number" ? fragment.index : undefined
  const begun = typeof name === "string" && name !== "" ?
    undefined :
    parts.findLast((part) => part.kind === "call" && (index === undefined || part.call.index === index))
  if (begun?.kind === "call") begun.call.given += text
  else {
    const id = typeof fragment?.id === "string" ? fragment.id : ""
    parts.push({ kind: "call", call: { id, name: String(name ?? ""), given: text, index } })
  }
}

/**
 * A chunk of content that is neither text nor thinking, in one line.
 *
 * @param {any} chunk
 */
const describe = (chunk) => {
  const text = JSON.stringify(chunk) ?? ""
  return text.length > 300 ? `${text.slice(0, 300)}… (${text.length} characters)` : text
}

/** @param {any} body */
const errorText = (body) => {
  const reason = body.message ?? body.error ?? body.detail
  return typeof reason === "string" ? reason : JSON.stringify(reason)
}

/** @param {unknown} value @returns {Array<any>} */
const list = (value) => Array.isArray(value) ? value : []

/** @param {string} text @returns {any} */
const parsed = (text) => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
