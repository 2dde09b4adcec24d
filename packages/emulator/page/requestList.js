/** The table of requests, newest first. */
import { element, fill, setText } from "./dom.js"
import { firstToken, milliseconds, speed, tokenCounts, unknown } from "./format.js"

/** @typedef {import("./requestStore.js").Summary} Summary */

/**
 * Makes the rows of a table of requests.
 *
 * @param {HTMLTableSectionElement} body
 * @param {(id: string) => void} onSelect
 */
export const makeRequestList = (body, onSelect) => {
  /** @type {Map<string, ReturnType<typeof makeRow>>} */
  const rows = new Map()
  let pattern = ""
  /** @type {string | undefined} */
  let selected

  /** @param {Summary} request */
  const show = (request) => {
    let row = rows.get(request.id)
    if (row === undefined) {
      row = makeRow(request, onSelect)
      rows.set(request.id, row)
      body.prepend(row.node)
    }
    row.update(request)
    row.node.hidden = !matches(request, pattern)
  }

  return {
    show,
    /**
     * Removes the rows of requests that are not kept.
     *
     * @param {ReadonlyMap<string, Summary>} requests
     */
    keep: (requests) => {
      for (const [id, { node }] of rows) {
        if (requests.has(id)) continue
        node.remove()
        rows.delete(id)
      }
    },
    /** @param {string | undefined} id */
    select: (id) => {
      rows.get(selected ?? "")?.button.removeAttribute("aria-current")
      selected = id
      rows.get(id ?? "")?.button.setAttribute("aria-current", "true")
    },
    /**
     * Shows only the requests that hold a text.
     *
     * @param {string} text
     * @param {ReadonlyMap<string, Summary>} requests
     */
    filter: (text, requests) => {
      pattern = text.trim().toLowerCase()
      for (const request of requests.values()) show(request)
    }
  }
}

/** @param {Summary} request @param {string} pattern */
const matches = ({ fault, method, model, path, refusal, rule, scope, status }, pattern) =>
  pattern === "" ||
  [method, path, model, status, refusal, rule, scope, fault?.type].join(" ").toLowerCase().includes(pattern)

/**
 * @param {Summary} request
 * @param {(id: string) => void} onSelect
 */
const makeRow = ({ id, method, path }, onSelect) => {
  const button = element("button", { type: "button", class: "request" }, element("b", {}, method), ` ${path}`)
  const notes = element("div", { class: "notes" })
  const status = element("span", { class: "status" })
  const model = element("td", { class: "model wide" })
  const first = element("td", { class: "number" })
  const total = element("td", { class: "number" })
  const rate = element("td", { class: "number" })
  const tokens = element("td", { class: "number" })
  const node = element(
    "tr",
    { "data-id": id, click: () => onSelect(id) },
    element("td", {}, status),
    element("td", {}, button, notes),
    model,
    first,
    total,
    rate,
    tokens
  )
  /** @param {Summary} request */
  const update = (request) => {
    showStatus(status, request)
    setText(model, request.model ?? unknown)
    setText(first, firstToken(request))
    setText(total, milliseconds(request.took))
    setText(rate, speed(request))
    setText(tokens, tokenCounts(request))
    fill(notes, ...notesOf(request))
  }
  return { node, button, update }
}

/**
 * Shows the status of a request, or that it is not known yet.
 *
 * @param {HTMLElement} node
 * @param {Summary} request
 */
export const showStatus = (node, { interrupted, status, took }) => {
  const isOpen = took === undefined && interrupted !== true
  setText(node, status === undefined ? isOpen ? "…" : "none" : String(status))
  node.dataset["kind"] = interrupted === true
    ? "broken"
    : status === undefined
    ? isOpen ? "open" : "broken"
    : status >= 400
    ? "refused"
    : isOpen
    ? "open"
    : "good"
  node.title = isOpen ? "The response is being sent" : interrupted === true ? "The response was broken off" : ""
}

/**
 * What is special about a request: its fault, its rule, its scope, and why it was refused.
 *
 * @param {Summary} request
 * @returns {ReadonlyArray<HTMLElement>}
 */
export const notesOf = ({ fault, interrupted, refusal, rule, scope, streamed }) => {
  /** @param {string} kind @param {string} text */
  const note = (kind, text) => element("span", { class: "note", "data-kind": kind }, text)
  return [
    ...refusal === undefined ? [] : [note("refusal", refusal)],
    ...fault === undefined ? [] : [note("fault", `fault ${fault.type}`)],
    ...interrupted === true ? [note("refusal", "broken off")] : [],
    ...rule === undefined ? [] : [note("rule", `rule ${rule}`)],
    ...scope === undefined ? [] : [note("scope", `scope ${scope}`)],
    ...streamed === true ? [note("stream", "stream")] : []
  ]
}
