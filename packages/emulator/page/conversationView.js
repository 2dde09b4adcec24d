/** Shows messages, and an answer as it grows. */
import { partsOf } from "./answer.js"
import { element, fill, setText } from "./dom.js"
import { indented } from "./format.js"

/** @typedef {import("./answer.js").Part} Part */

/**
 * Shows the messages of a request: a conversation, a prompt to complete, or the texts of an embedding or a moderation.
 *
 * @param {any} body
 * @returns {ReadonlyArray<HTMLElement>}
 */
export const requestMessages = (body) => {
  if (Array.isArray(body?.messages)) return body.messages.map(message)
  if (typeof body?.prompt === "string") {
    return [
      message({ role: "prompt", content: body.prompt }),
      ...typeof body.suffix === "string" && body.suffix !== ""
        ? [message({ role: "suffix", content: body.suffix })]
        : []
    ]
  }
  const texts = typeof body?.input === "string" ? [body.input] : body?.input
  return Array.isArray(texts) && texts.every((text) => typeof text === "string")
    ? texts.map((text) => message({ role: "input", content: text }))
    : []
}

/**
 * Shows one message.
 *
 * @param {any} value
 * @returns {HTMLElement}
 */
export const message = (value) => {
  const role = typeof value?.role === "string" ? value.role : "message"
  return bubble(role, titleOf(role, value), partsOf(value).map(partView).map(({ node }) => node))
}

/** @param {string} role @param {any} value */
const titleOf = (role, value) =>
  [
    role,
    typeof value?.name === "string" ? value.name : "",
    typeof value?.tool_call_id === "string" ? `result of ${value.tool_call_id}` : ""
  ].filter((part) => part !== "").join(" · ")

/**
 * @param {string} role
 * @param {string} title
 * @param {ReadonlyArray<HTMLElement>} parts
 * @returns {HTMLElement}
 */
const bubble = (role, title, parts) =>
  element(
    "article",
    { class: "message", "data-role": role },
    element("h4", {}, title),
    ...parts.length === 0 ? [element("p", { class: "quiet" }, "empty")] : parts
  )

/**
 * @param {Part} part
 * @returns {{ readonly node: HTMLElement, readonly update: (part: Part) => void }}
 */
const partView = (part) => {
  if (part.kind === "call") {
    const name = element("strong")
    const id = element("span", { class: "quiet" })
    const given = element("pre")
    /** @param {Part} part */
    const update = (part) => {
      if (part.kind !== "call") return
      setText(name, part.call.name)
      setText(id, part.call.id)
      setText(given, indented(part.call.given))
    }
    update(part)
    return { node: element("div", { class: "call" }, element("p", {}, "calls ", name, " ", id), given), update }
  }
  const text = element("p", { class: part.kind }, part.text)
  const node = part.kind === "thinking"
    ? element("details", { class: "thoughts", open: true }, element("summary", {}, "Thinking"), text)
    : text
  return { node, update: (part) => part.kind === "call" ? undefined : setText(text, part.text) }
}

/**
 * Makes the view of an answer. `show` brings it up to date: parts that are there already are changed in place.
 */
export const makeAnswerView = () => {
  const node = element("div", { class: "answer" })
  /** @type {Array<{ kind: string, update: (part: Part) => void }>} */
  let shown = []
  let shape = ""

  /**
   * @param {import("./answer.js").Answer} answer
   * @param {boolean} isOver whether nothing more will come
   */
  const show = ({ choices, state }, isOver) => {
    const next = choices.map(({ finishReason, parts }) => `${finishReason ?? ""}:${parts.map(({ kind }) => kind)}`)
      .join("|") + (state.error ?? "") + isOver
    const parts = choices.flatMap(({ parts }) => parts)
    if (next === shape) {
      for (const [at, part] of parts.entries()) shown[at]?.update(part)
      return
    }
    shape = next
    shown = []
    fill(
      node,
      ...choices.map(({ finishReason, parts }, at) => {
        const views = parts.map((part) => ({ kind: part.kind, ...partView(part) }))
        shown.push(...views)
        const title = choices.length > 1 ? `assistant · choice ${at + 1}` : "assistant"
        const made = bubble("assistant", title, views.map(({ node }) => node))
        made.append(ending(finishReason, isOver))
        return made
      }),
      state.error !== undefined && element("p", { class: "refusal" }, state.error)
    )
  }
  return { node, show }
}

/** @param {string | undefined} finishReason @param {boolean} isOver */
const ending = (finishReason, isOver) =>
  finishReason !== undefined
    ? element("p", { class: "quiet" }, `finish reason: ${finishReason}`)
    : isOver
    ? element("p", { class: "refusal" }, "no finish reason")
    : element("p", { class: "quiet writing" }, "is being sent")
