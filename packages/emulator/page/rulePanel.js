/** Lists the rules, with the number of requests that each has decided. */
import { element, fill } from "./dom.js"

/**
 * Makes the list of rules.
 *
 * @param {HTMLElement} list
 */
export const makeRulePanel = (list) => {
  /** @param {ReadonlyArray<any>} rules */
  const show = (rules) =>
    fill(
      list,
      ...rules.length === 0
        ? [element("li", { class: "quiet" }, "There is no rule.")]
        : rules.map(row)
    )
  return { show }
}

/** @param {any} rule */
const row = ({ hits, label, scope, times, when }) =>
  element(
    "li",
    { "data-hit": hits > 0 },
    element("span", { class: "hits", title: "requests that it decided" }, String(hits)),
    element(
      "span",
      {},
      element("b", {}, String(label)),
      element("span", { class: "quiet" }, conditions(when)),
      scope !== undefined &&
        element("span", { class: "note", "data-kind": "scope" }, `scope ${scope}`),
      times !== undefined && element("span", { class: "quiet" }, `${hits} of ${times} times`)
    )
  )

/** @param {any} when */
const conditions = (when) =>
  when === undefined || Object.keys(when).length === 0
    ? "every request"
    : Object.entries(when).map(([key, value]) => `${key} ${JSON.stringify(value)}`).join(", ")
