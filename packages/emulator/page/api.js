/** The emulator's admin API, as the page uses it. */
import { makeSseParser } from "./sse.js"

/** A request to the emulator that was refused. `status` is that of the response. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} message
   */
  constructor(status, message) {
    super(message)
    this.status = status
  }
}

/**
 * @typedef {object} Api
 * @property {(path: string) => Promise<any>} get
 * @property {(path: string, body: unknown) => Promise<any>} post
 * @property {(path: string) => Promise<void>} remove
 * @property {(onMessage: (message: any) => void) => Promise<void>} feed reads the feed until its connection ends
 */

/**
 * Makes the functions that send the key.
 *
 * @param {string} key
 * @returns {Api}
 */
export const makeApi = (key) => {
  /**
   * @param {string} path
   * @param {RequestInit} init
   */
  const send = async (path, init) => {
    const response = await fetch(path, {
      ...init,
      cache: "no-store",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" }
    })
    if (!response.ok) throw new ApiError(response.status, reasonOf(await response.text(), response.status))
    return response
  }
  return {
    get: async (path) => (await send(path, {})).json(),
    post: async (path, body) => (await send(path, { method: "POST", body: JSON.stringify(body) })).json(),
    remove: async (path) => {
      await send(path, { method: "DELETE" })
    },
    feed: async (onMessage) => {
      const { body } = await send("feed", {})
      if (body === null) return
      const parse = makeSseParser((data) => onMessage(JSON.parse(data)))
      const reader = body.pipeThrough(new TextDecoderStream()).getReader()
      for (let next = await reader.read(); !next.done; next = await reader.read()) parse(next.value)
    }
  }
}

/**
 * The sentence of an error body, in any of the forms that the emulator has.
 *
 * @param {string} text
 * @param {number} status
 * @returns {string}
 */
const reasonOf = (text, status) => {
  try {
    const body = JSON.parse(text)
    const reason = body.message ?? body.detail?.message ?? body.detail
    return typeof reason === "string" ? reason : JSON.stringify(reason)
  } catch {
    return `The emulator responded with ${status}`
  }
}
