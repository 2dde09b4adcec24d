/** Shows one turn: the message of the person, the text and the tool calls of the model, and how the answer ended. */
import { button, element } from "./dom.js"
import { markdown } from "./markdown.js"
import { toolView } from "./toolView.js"

/** @typedef {import("./store.js").Turn} Turn */

/**
 * Makes the view of a turn. `update` shows what has changed since the last time.
 *
 * @param {Turn} turn
 * @param {() => void} onRetry
 */
export const turnView = (turn, onRetry) => {
  const answer = element("div", { class: "answer" })
  const note = element("div", { class: "note" })
  const root = element(
    "li",
    { class: "turn" },
    element("p", { class: "prompt" }, element("span", { class: "hidden" }, "You: "), turn.prompt),
    answer,
    note
  )
  /** @type {Array<{ element: HTMLElement, shown: string }>} */
  const parts = []
  let ended = false

  const update = () => {
    root.setAttribute("aria-busy", String(turn.end === undefined))
    for (const [index, part] of turn.parts.entries()) {
      const shown = JSON.stringify(part)
      const before = parts[index]
      if (before?.shown === shown) continue
      const made = part.type === "text" ? element("div", { class: "text" }, ...markdown(part.text)) : toolView(part)
      if (before === undefined) answer.append(made)
      else before.element.replaceWith(made)
      parts[index] = { element: made, shown }
    }
    root.classList.toggle("waiting", turn.end === undefined && turn.parts.length === 0)
    root.classList.toggle("writing", turn.end === undefined && turn.parts.at(-1)?.type === "text")
    if (turn.end !== undefined && !ended) {
      ended = true
      note.replaceChildren(...endOf(turn, onRetry))
    }
  }
  update()
  return { root, update }
}

/**
 * @param {Turn} turn
 * @param {() => void} onRetry
 */
const endOf = ({ end, failure, summary }, onRetry) => {
  if (end === "done") return [element("p", { class: "summary" }, summary ?? "")]
  if (end === "stopped") return [element("p", { class: "summary" }, "Stopped. "), button("Try again", onRetry)]
  const retry = button("Try again", onRetry)
  if (failure?.seconds !== undefined) countDown(retry, failure.seconds)
  const details = element("details", {}, element("summary", {}, "Details"), element("p", {}, failure?.detail ?? ""))
  return [
    element(
      "div",
      { class: "failure", role: "alert" },
      element("h3", {}, failure?.title ?? "The call failed"),
      element("p", {}, failure?.advice ?? ""),
      retry,
      ...failure?.detail === undefined ? [] : [details]
    )
  ]
}

/**
 * Disables a button for the seconds that the server asked to wait.
 *
 * @param {HTMLButtonElement} button
 * @param {number} seconds
 */
const countDown = (button, seconds) => {
  button.disabled = seconds > 0
  button.textContent = seconds > 0 ? `Try again in ${seconds} s` : "Try again"
  if (seconds > 0) setTimeout(() => countDown(button, seconds - 1), 1000)
}
