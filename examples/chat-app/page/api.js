/** Calls the server of the application. */
import { readEvents } from "./sse.js"

/**
 * @typedef {{ readonly title: string, readonly advice: string, readonly detail?: string, readonly retryable: boolean, readonly seconds?: number }} Failure
 *
 * @typedef {{ readonly role: string, readonly content?: unknown }} Message
 *
 * @typedef {{ readonly text: (data: { text: string }) => void,
 *   readonly call: (data: { id: string, name: string, arguments: string }) => void,
 *   readonly result: (data: { id: string, content: string, failed: boolean }) => void,
 *   readonly messages: (data: { messages: ReadonlyArray<Message> }) => void,
 *   readonly done: (data: { model: string, tokens: number, finishReason: string }) => void }} Handlers
 */

/** @type {Failure} */
const unreachable = {
  title: "The server cannot be reached",
  advice: "Is it still running? Start it again, then try again.",
  retryable: true
}

/** @type {Failure} */
const brokenOff = {
  title: "The answer broke off",
  advice: "The connection to the server was lost. Try again to get the whole answer.",
  retryable: true
}

/**
 * Sends a conversation, and calls a handler for each event of the answer. Returns the failure, if it failed. A signal that
 * aborts closes the connection, and the server cancels its request to Mistral.
 *
 * @param {ReadonlyArray<Message>} messages
 * @param {AbortSignal} signal
 * @param {Handlers} handlers
 * @returns {Promise<Failure | undefined>}
 */
export const send = async (messages, signal, handlers) => {
  let began = false
  let done = false
  /** @type {Failure | undefined} */
  let failure
  try {
    const response = await fetch("chat", {
      method: "POST",
      signal,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ messages })
    })
    if (!response.ok || response.body === null) return await failureOf(response)
    began = true
    await readEvents(response.body, (name, data) => {
      const value = JSON.parse(data)
      if (name === "error") failure = value
      if (name === "done") done = true
      if (name in handlers) handlers[/** @type {keyof Handlers} */ (name)](value)
    })
    return failure ?? (done ? undefined : brokenOff)
  } catch {
    return failure ?? (began ? brokenOff : unreachable)
  }
}

/**
 * @param {Response} response
 * @returns {Promise<Failure>}
 */
const failureOf = (response) =>
  response.json().catch(() => ({
    title: "The server refused the request",
    advice: "Begin a new conversation.",
    detail: `Status ${response.status}`,
    retryable: false
  }))
