/** Arms faults with a click, and lists those that are armed. */
import { element, fill } from "./dom.js"

/** @typedef {{ readonly fault: { readonly type: string } & Record<string, unknown>, readonly times?: number, readonly probability?: number, readonly method?: string, readonly path?: string, readonly scope?: string }} Armed */

/** The faults that one click arms: what the button says, what it does to a response, and the fault. */
const offered = [
  ["503", "The API's error 503", { type: "status", status: 503 }],
  ["500", "The API's error 500", { type: "status", status: 500 }],
  ["429, retry after 1 s", "Too many requests, with retry-after", { type: "status", status: 429, retry_after: 1 }],
  ["401", "The key is not accepted", { type: "status", status: 401 }],
  ["Delay 2 s", "Nothing is sent for two seconds", { type: "delay", millis: 2000 }],
  ["Drip", "The body comes a byte at a time", { type: "drip" }],
  ["Stall", "Nothing more is sent after three events of a stream", { type: "stall", after_events: 3 }],
  ["Cut", "The connection closes after three events of a stream", { type: "cut", after_events: 3 }],
  ["Cut a character", "The connection closes inside a character of several bytes", { type: "cut_character" }],
  ["Reset", "The connection is reset before the response", { type: "reset" }],
  ["Garbage event", "An event of a stream is not JSON", { type: "garbage_event" }],
  ["Error event", "An event of a stream holds an error", { type: "error_event" }],
  ["No [DONE]", "A stream ends without [DONE]", { type: "missing_done" }],
  ["No finish reason", "A completion has no finish reason", { type: "missing_finish_reason" }]
]

/**
 * Makes the panel of faults.
 *
 * @param {object} parts
 * @param {HTMLElement} parts.buttons
 * @param {HTMLInputElement} parts.times
 * @param {HTMLInputElement} parts.path
 * @param {HTMLInputElement} parts.scope
 * @param {HTMLFormElement} parts.form the form for a fault as JSON
 * @param {HTMLTextAreaElement} parts.own
 * @param {HTMLElement} parts.armed
 * @param {HTMLButtonElement} parts.clear
 * @param {import("./api.js").Api} api
 * @param {(text: string) => void} say tells a person what happened
 */
export const makeFaultPanel = ({ armed, buttons, clear, form, own, path, scope, times }, api, say) => {
  /** @param {unknown} fault */
  const arm = async (fault) => {
    try {
      const made = await api.post(pathOf(scope.value.trim()), {
        fault,
        times: times.valueAsNumber,
        ...path.value.trim() === "" ? {} : { path: path.value.trim() }
      })
      say(`Armed: ${describe({ ...made, scope: scope.value.trim() })}`)
      await refresh()
    } catch (error) {
      say(`Not armed: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  /** @type {ReadonlySet<string>} */
  let scopes = new Set()

  const refresh = async () => {
    show((await api.get("faults")).faults)
  }

  /** @param {ReadonlyArray<Armed>} faults */
  const show = (faults) => {
    scopes = new Set(faults.map(({ scope = "" }) => scope))
    clear.hidden = faults.length === 0
    fill(
      armed,
      ...faults.length === 0
        ? [element("li", { class: "quiet" }, "No fault is armed.")]
        : faults.map((one) => element("li", {}, describe(one)))
    )
  }

  fill(
    buttons,
    ...offered.map(([text, title, fault]) =>
      element("button", { type: "button", title: String(title), click: () => void arm(fault) }, String(text))
    )
  )
  clear.addEventListener("click", () => {
    void Promise.all([...scopes].map((scope) => api.remove(pathOf(scope)))).then(() => say("")).then(refresh)
  })
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    try {
      void arm(JSON.parse(own.value))
    } catch {
      say("Not armed: this is not JSON.")
    }
  })
  return { refresh, show }
}

/**
 * The faults of a scope, or those without one.
 *
 * @param {string} scope
 */
const pathOf = (scope) => scope === "" ? "faults" : `faults?scope=${encodeURIComponent(scope)}`

/**
 * An armed fault in one line.
 *
 * @param {Armed} armed
 */
const describe = ({ fault: { type, ...more }, method, path, probability, scope = "", times }) =>
  [
    type,
    ...Object.entries(more).map(([key, value]) => `${key === type ? "" : `${key} `}${JSON.stringify(value)}`),
    probability === undefined ? `× ${times ?? 1}` : `with a probability of ${probability}`,
    ...method === undefined && path === undefined ? [] : [`for ${[method, path].filter(Boolean).join(" ")}`],
    ...scope === "" ? [] : [`in the scope ${scope}`]
  ].join(" ")
