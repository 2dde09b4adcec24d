/** The conversation, which the browser keeps over reloads. */

/**
 * @typedef {{ type: "text", text: string }} TextPart
 *
 * @typedef {{ type: "call", id: string, name: string, arguments: string, result?: string, failed?: boolean }} CallPart
 *
 * @typedef {{
 *   prompt: string,
 *   parts: Array<TextPart | CallPart>,
 *   messages: Array<import("./api.js").Message>,
 *   end?: "done" | "stopped" | "failed",
 *   summary?: string,
 *   failure?: import("./api.js").Failure
 * }} Turn
 */

const key = "travel-chat"

/**
 * Reads the turns that the browser has kept. A turn that was not over when the page was closed has stopped.
 *
 * @returns {Array<Turn>}
 */
export const load = () => {
  try {
    /** @type {unknown} */
    const kept = JSON.parse(localStorage.getItem(key) ?? "[]")
    return Array.isArray(kept) ? kept.map((turn) => ({ ...turn, end: turn.end ?? "stopped" })) : []
  } catch {
    return []
  }
}

/**
 * Keeps the turns. A browser without room or permission keeps none, and the page works without.
 *
 * @param {ReadonlyArray<Turn>} turns
 */
export const save = (turns) => {
  try {
    localStorage.setItem(key, JSON.stringify(turns))
  } catch {
    console.info("The conversation is not kept")
  }
}

/**
 * The messages of the turns, as the server takes them. What the model wrote before an answer stopped is part of them, and a
 * prompt that has no answer is not, because two messages of a person may not follow each other.
 *
 * @param {ReadonlyArray<Turn>} turns
 * @returns {Array<import("./api.js").Message>}
 */
export const messagesOf = (turns) =>
  turns.flatMap(({ end, messages, parts, prompt }) => {
    const last = parts.at(-1)
    const partial = last?.type === "text" ? last.text : ""
    const rest = end === "done" || partial === "" && messages.length === 0
      ? []
      : [{ role: "assistant", content: partial || "(The answer was stopped.)" }]
    const answer = [...messages, ...rest]
    return answer.length === 0 ? [] : [{ role: "user", content: prompt }, ...answer]
  })
