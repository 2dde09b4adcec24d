/** One request: what it was, its conversation, and the response as it is sent. */
import { makeAnswerView, message, requestMessages } from "./conversationView.js"
import { element, fill, setText } from "./dom.js"
import { dateAndTime, firstToken, indented, json, milliseconds, speed, tokenCounts, unknown } from "./format.js"
import { showStatus } from "./requestList.js"

/** @typedef {import("./requestStore.js").Summary} Summary */

/**
 * Makes the panel of one request.
 *
 * @param {HTMLElement} panel
 * @param {import("./api.js").Api} api
 * @param {import("./requestStore.js").Store} store
 */
export const makeRequestDetails = (panel, api, store) => {
  /** @type {{ id: string, update: () => void } | undefined} */
  let shown

  /** @param {Summary} request */
  const show = (request) => {
    const { id } = request
    const status = element("span", { class: "status" })
    const facts = element("dl", { class: "facts" })
    const refusal = element("p", { class: "refusal", hidden: true })
    const messages = element("div", { class: "conversation" }, element("p", { class: "quiet" }, "Reading the request"))
    const answer = makeAnswerView()
    const stored = element("div", { class: "answer" })
    const rest = element("div", { class: "rest" })
    const sent = section("Response body as sent")
    fill(
      panel,
      element("h2", {}, status, ` ${request.method} ${request.path}`),
      refusal,
      facts,
      messages,
      answer.node,
      stored,
      rest,
      sent.node
    )
    const update = () => {
      const now = store.requests.get(id) ?? request
      showStatus(status, now)
      refusal.hidden = now.refusal === undefined
      setText(refusal, `Refused: ${now.refusal ?? ""}`)
      fill(facts, ...factsOf(now))
      const response = store.response(id)
      sent.node.hidden = response === undefined
      if (response === undefined) return
      stored.replaceChildren()
      answer.show(response.answer, now.took !== undefined)
      sent.show(response.text)
    }
    shown = { id, update }
    update()
    void readBody(id, messages, rest)
    if (request.took !== undefined && store.response(id) === undefined) void readEvent(id, stored)
  }

  /**
   * @param {string} id
   * @param {HTMLElement} messages
   * @param {HTMLElement} rest
   */
  const readBody = async (id, messages, rest) => {
    try {
      const { body, bodyDropped, headers } = await api.get(`request?id=${encodeURIComponent(id)}`)
      fill(
        messages,
        bodyDropped === true && element("p", { class: "quiet" }, "The emulator has no room for the body any more."),
        ...requestMessages(body)
      )
      const tools = Array.isArray(body?.tools) ? body.tools : []
      const parts = [
        ...tools.length === 0 ? [] : [section(`Tools (${tools.length})`, json(tools))],
        section(
          "Id and request headers",
          [`id: ${id}`, "", ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)].join("\n")
        ),
        ...body === undefined ? [] : [section("Request body", typeof body === "string" ? body : json(body))]
      ]
      fill(rest, ...parts.map(({ node }) => node))
    } catch (error) {
      fill(messages, element("p", { class: "refusal" }, error instanceof Error ? error.message : String(error)))
    }
  }

  /**
   * Shows the answer of a request that was sent before the page was open, if its event is stored.
   *
   * @param {string} id
   * @param {HTMLElement} stored
   */
  const readEvent = async (id, stored) => {
    const filters = { field: "correlation_id", op: "eq", value: id }
    const { results } = await api.post("events/search", { filters }).catch(() => ({ results: [] }))
    const [found] = results
    if (found === undefined || shown?.id !== id) {
      const text = "The response was sent before this page was open. Only completions are stored."
      if (shown?.id === id) fill(stored, element("p", { class: "quiet" }, text))
      return
    }
    const event = await api.get(`event?id=${encodeURIComponent(found.event_id)}`)
    if (shown?.id === id) fill(stored, ...event.response_messages.map(message))
  }

  return {
    show,
    /** The id of the request that is shown. */
    shown: () => shown?.id,
    /** Brings the panel up to date. */
    update: () => shown?.update(),
    /** Forgets the request, because the panel shows something else. */
    leave: () => {
      shown = undefined
    }
  }
}

/**
 * A part that is closed until a person opens it. A long text is only put into the page then.
 *
 * @param {string} title
 * @param {string} text
 */
const section = (title, text = "") => {
  const content = element("pre", { tabindex: 0, "aria-label": title })
  let current = text
  const fillIn = () => {
    if (node.open) setText(content, indented(current))
  }
  const node = element("details", { toggle: fillIn }, element("summary", {}, title), content)
  return {
    node,
    /** @param {string} text */
    show: (text) => {
      current = text
      fillIn()
    }
  }
}

/**
 * @param {Summary} request
 * @returns {ReadonlyArray<HTMLElement>}
 */
const factsOf = (request) => {
  const { fault, interrupted, model, received, rule, scope, took } = request
  /** @type {ReadonlyArray<readonly [string, string | undefined]>} */
  const facts = [
    ["Model", model],
    ["Received", dateAndTime(received)],
    ["First token", firstToken(request)],
    ["Took", milliseconds(took)],
    ["Tokens a second", speed(request)],
    ["Tokens", tokenCounts(request)],
    ["Fault", fault?.type],
    ["Rule", rule],
    ["Scope", scope],
    ["Broken off", interrupted === true ? "by the client or a fault" : undefined]
  ]
  return facts.flatMap(([name, value]) =>
    value === undefined || value === unknown
      ? []
      : [element("div", {}, element("dt", {}, name), element("dd", {}, value))]
  )
}
