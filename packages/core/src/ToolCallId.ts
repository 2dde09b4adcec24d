/**
 * Ids of tool calls. Mistral accepts only ids of nine letters or digits.
 *
 * *When to use*: to continue a conversation on Mistral that began on another vendor's API, whose ids have another form.
 *
 * @since 0.1.0
 */
import { knownId } from "./internal/completion/knownId.ts"
import type { Message } from "./Message.ts"

/**
 * Whether Mistral accepts an id: nine characters of `A` to `Z`, `a` to `z` and `0` to `9`.
 *
 * @category guards
 * @since 0.1.0
 */
export const isValid = (id: string): boolean => /^[A-Za-z0-9]{9}$/.test(id)

/**
 * Returns an id that a server sent, or `undefined` where it sent none: an absent one, `null`, `""` or the string `"null"`.
 *
 * @category getters
 * @since 0.1.0
 */
export const known = (id: string | null | undefined): string | undefined => knownId(id)

/**
 * Makes an id that Mistral accepts from any id. The same id always gives the same result.
 *
 * *Details*: a valid id is not changed. Any other is hashed to nine characters, for which there are 1.3 * 10^16
 * possibilities.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromForeign = (id: string): string => isValid(id) ? id : toBase62(hash(id))

/**
 * Makes every id of the tool calls and tool results of a conversation one that Mistral accepts.
 *
 * *Details*: a call and its result get the same new id. Messages without ids are not changed.
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

/** FNV-1a with 64 bits: short, and so evenly distributed that two calls of a conversation do not collide. */
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
