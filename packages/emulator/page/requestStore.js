/** The requests that the feed told of, and the responses as they were sent. */
import { makeAnswer } from "./answer.js"

/**
 * A request as the feed sends it: the log's entry without headers and body.
 *
 * @typedef {object} Summary
 * @property {string} id
 * @property {string} method
 * @property {string} path
 * @property {number} received milliseconds since the epoch
 * @property {boolean} [streamed] whether a stream is asked for
 * @property {string} [model]
 * @property {number} [status]
 * @property {string} [refusal]
 * @property {string} [rule]
 * @property {string} [scope]
 * @property {{ readonly type: string }} [fault]
 * @property {{ readonly prompt: number, readonly completion: number }} [tokens]
 * @property {number} [firstByte]
 * @property {number} [took]
 * @property {boolean} [interrupted]
 */

/** @typedef {ReturnType<typeof makeStore>} Store */

/** The number of requests that are kept: as many as the emulator keeps. */
const kept = 1000

/** The characters of a response that are kept. */
const longestBody = 1024 * 1024

/** Makes an empty store. */
export const makeStore = () => {
  /** @type {Map<string, Summary>} */
  const requests = new Map()
  /** @type {Map<string, { text: string, answer: ReturnType<typeof makeAnswer> }>} */
  const responses = new Map()

  /** @param {Summary} request */
  const put = (request) => {
    requests.set(request.id, request)
    const oldest = requests.keys().next().value
    if (requests.size > kept && oldest !== undefined) {
      requests.delete(oldest)
      responses.delete(oldest)
    }
  }

  return {
    requests,
    /** @param {string} id */
    response: (id) => responses.get(id),
    put,
    /**
     * Replaces all requests by those that the emulator knows.
     *
     * @param {ReadonlyArray<Summary>} all
     */
    putAll: (all) => {
      requests.clear()
      for (const request of all) put(request)
      for (const id of responses.keys()) if (!requests.has(id)) responses.delete(id)
    },
    /**
     * Adds a piece of a response.
     *
     * @param {string} id
     * @param {string} text
     */
    addText: (id, text) => {
      const response = responses.get(id) ?? { text: "", answer: makeAnswer() }
      responses.set(id, response)
      if (response.text.length < longestBody) response.text += text
      response.answer.push(text)
    }
  }
}
