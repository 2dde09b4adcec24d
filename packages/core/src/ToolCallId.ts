/**
 * Ids of tool calls. Mistral takes nine letters or digits; other vendors' ids look otherwise.
 *
 * @since 0.1.0
 */
import type { Message } from "./Message.ts"

/**
 * Whether Mistral takes an id as it is: nine characters of `A` to `Z`, `a` to `z` and `0` to `9`.
 *
 * @category guards
 * @since 0.1.0
 */
export const isValid = (id: string): boolean => /^[A-Za-z0-9]{9}$/.test(id)

/**
 * An id that Mistral takes, always the same for the same id. A valid id stays as it is; another is hashed to nine
 * characters, of which there are 13 million billions.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromForeign = (id: string): string => isValid(id) ? id : toBase62(hash(id))

/**
 * A conversation in which every tool call and its result have ids that Mistral takes: the same change on both sides.
 *
 * @category conversions
 * @since 0.1.0
 */
export const inMessages = (messages: ReadonlyArray<Message>): ReadonlyArray<Message> =>
  messages.map((message) => {
    if (message.role === "tool" && message.tool_call_id != null) {
      return { ...message, tool_call_id: fromForeign(message.tool_call_id) }
    }
    return message.role === "assistant" && message.tool_calls != null
      ? {
        ...message,
        tool_calls: message.tool_calls.map((call) =>
          call.id === undefined ? call : { ...call, id: fromForeign(call.id) }
        )
      }
      : message
  })

/** FNV-1a, 64 bits: short, and spread evenly enough that two calls of a conversation never meet. */
const hash = (text: string): bigint => {
  let value = 0xcbf29ce484222325n
  for (const byte of new TextEncoder().encode(text)) {
    value = BigInt.asUintN(64, (value ^ BigInt(byte)) * 0x100000001b3n)
  }
  return value
}

const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

const toBase62 = (value: bigint): string => {
  let text = ""
  for (let rest = value; text.length < 9; rest /= 62n) text += digits[Number(rest % 62n)]
  return text
}
