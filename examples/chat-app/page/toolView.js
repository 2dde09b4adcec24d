/** Shows a tool call: its arguments, and its result when there is one. */
import { element } from "./dom.js"

const titles = new Map([["get_weather", "Weather"], ["convert_currency", "Currency"]])

/**
 * Makes the card of a call.
 *
 * @param {import("./store.js").CallPart} call
 * @returns {HTMLElement}
 */
export const toolView = (call) => {
  const state = call.result === undefined ? "running" : call.failed ? "failed" : "done"
  const words = { running: "is looked up", failed: "failed", done: "found" }
  return element(
    "section",
    { class: "tool", "data-state": state, "aria-label": `Tool ${call.name}` },
    element(
      "h3",
      {},
      titles.get(call.name) ?? call.name,
      " ",
      element("span", { class: "state" }, words[state])
    ),
    fields(call.arguments),
    ...call.result === undefined ? [] : [element("div", { class: "result" }, fields(call.result))]
  )
}

/**
 * Shows a JSON object as its keys and values, and any other text as it is.
 *
 * @param {string} json
 */
const fields = (json) => {
  const value = parse(json)
  if (typeof value !== "object" || value === null) return element("p", {}, String(value))
  const rows = Object.entries(value).map(([key, value]) =>
    element(
      "div",
      {},
      element("dt", {}, key),
      element("dd", {}, typeof value === "string" ? value : JSON.stringify(value))
    )
  )
  return element("dl", {}, ...rows)
}

/**
 * @param {string} json
 * @returns {unknown}
 */
const parse = (json) => {
  try {
    return JSON.parse(json)
  } catch {
    return json
  }
}
