/** Searches the stored events of completions, and shows them. */
import { message } from "./conversationView.js"
import { element, fill } from "./dom.js"
import { dateAndTime, json } from "./format.js"

/** The fields that a text is looked for in. */
const searched = ["last_user_message_preview", "response_messages_preview", "first_system_message", "model_name"]

/**
 * Makes the list of events.
 *
 * @param {object} parts
 * @param {HTMLFormElement} parts.form
 * @param {HTMLInputElement} parts.text
 * @param {HTMLElement} parts.found
 * @param {HTMLButtonElement} parts.more
 * @param {HTMLElement} parts.panel where an event is shown
 * @param {import("./api.js").Api} api
 * @param {(text: string) => void} say
 * @param {() => void} onOpen runs before an event is shown
 */
export const makeEventPanel = ({ form, found, more, panel, text }, api, say, onOpen) => {
  /** @type {string | null} */
  let cursor = null
  let searches = 0

  /** @param {boolean} isNext whether the next page is read */
  const search = async (isNext) => {
    const current = searches += 1
    const wanted = text.value.trim()
    try {
      const page = await api.post("events/search", {
        filters: wanted === ""
          ? null
          : { OR: searched.map((field) => ({ field, op: "icontains", value: wanted })) },
        ...isNext && cursor !== null ? { cursor } : {}
      })
      if (current !== searches) return
      const rows = page.results.map(row)
      if (isNext) found.append(...rows)
      else fill(found, ...rows)
      if (found.childElementCount === 0) fill(found, element("li", { class: "quiet" }, "No event was found."))
      cursor = page.cursor
      more.hidden = cursor === null
    } catch (error) {
      say(error instanceof Error ? error.message : String(error))
    }
  }

  /** @param {any} event */
  const row = (event) => {
    const shown = event.extra_fields
    return element(
      "li",
      {},
      element(
        "button",
        { type: "button", click: () => void open(event.event_id) },
        element("span", { class: "line" }, shown.last_user_message_preview || "(no text)"),
        element(
          "span",
          { class: "quiet" },
          `${
            dateAndTime(event.created_at)
          } · ${shown.model_name} · ${event.nb_input_tokens} → ${event.nb_output_tokens}`
        )
      )
    )
  }

  /** @param {string} id */
  const open = async (id) => {
    try {
      const event = await api.get(`event?id=${encodeURIComponent(id)}`)
      onOpen()
      fill(
        panel,
        element("h2", {}, "Event of ", dateAndTime(event.created_at)),
        element("div", { class: "conversation" }, ...event.request_messages.map(message)),
        element("div", { class: "answer" }, ...event.response_messages.map(message)),
        element(
          "details",
          {},
          element("summary", {}, "Fields"),
          element("pre", { tabindex: 0, "aria-label": "Fields" }, json({ event_id: id, ...event.extra_fields }))
        )
      )
    } catch (error) {
      say(error instanceof Error ? error.message : String(error))
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault()
    void search(false)
  })
  more.addEventListener("click", () => void search(true))
  return { search: () => search(false) }
}
