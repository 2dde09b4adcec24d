import type * as Message from "@effect-mistral/core/Message"
import * as Predicate from "effect/Predicate"
import type * as Rules from "../../Rules.ts"

/** The parts of a request beside its body that rules depend on. */
export interface RequestOrigin {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly scope: string | undefined
}

const property = (value: unknown, key: string): unknown => Predicate.hasProperty(value, key) ? value[key] : undefined

const stringOf = (value: unknown): string | undefined => typeof value === "string" ? value : undefined

const listOf = (value: unknown): ReadonlyArray<unknown> => Array.isArray(value) ? value : []

/** The text of a string, a message, a conversation, a part of a message, or the last element of a list. */
const textOf = (value: unknown): string => {
  if (typeof value === "string") return value
  if (Array.isArray(value)) return textOf(value.at(-1))
  const messages = property(value, "messages")
  if (messages !== undefined) return textOf(messages)
  const content = property(value, "content")
  return Array.isArray(content)
    ? content.map((piece) => textOf(property(piece, "text") ?? "")).join("\n")
    : typeof content === "string"
    ? content
    : ""
}

/** The messages of a body: its own, or those of the last conversation of its input. */
const messagesOf = (body: unknown): ReadonlyArray<unknown> => {
  const own = property(body, "messages")
  if (own !== undefined) return listOf(own)
  const input = property(body, "input")
  const last = Array.isArray(input) ? input.at(-1) : input
  if (Array.isArray(last)) return last
  const conversation = property(last, "messages")
  if (conversation !== undefined) return listOf(conversation)
  return Predicate.hasProperty(last, "role") ? listOf(input) : []
}

const hasRole = (role: string) => (message: unknown): boolean => property(message, "role") === role

const callsOf = (message: unknown): ReadonlyArray<unknown> => listOf(property(message, "tool_calls"))

/** A request as rules see it. Each property is computed when it is first read. */
export class RequestFacts implements Rules.Request {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly scope: string | undefined
  readonly body: unknown

  constructor({ headers, path, scope }: RequestOrigin, body: unknown) {
    this.path = path
    this.headers = headers
    this.scope = scope
    this.body = body
  }

  get model(): string | undefined {
    return stringOf(property(this.body, "model"))
  }

  get messages(): ReadonlyArray<Message.Message> {
    // The cast is safe: the endpoint's schema has checked the body.
    return messagesOf(this.body) as ReadonlyArray<Message.Message>
  }

  get text(): string {
    const { body } = this
    return textOf(property(body, "messages") ?? property(body, "prompt") ?? property(body, "input"))
  }

  /** The texts of all messages, or of all inputs. */
  get texts(): ReadonlyArray<string> {
    const { body, messages } = this
    if (messages.length > 0) return messages.map(textOf)
    const input = property(body, "input")
    return Array.isArray(input) ? input.map(textOf) : [this.text]
  }

  get system(): ReadonlyArray<string> {
    return this.messages.filter(hasRole("system")).map(textOf)
  }

  get turn(): number {
    const { messages } = this
    const answers = messages.filter(hasRole("assistant")).length
    const last = messages.at(-1)
    return hasRole("assistant")(last) && property(last, "prefix") === true ? answers : answers + 1
  }

  get results(): ReadonlyArray<Rules.ToolResult> {
    const { messages } = this
    const before = messages.findLastIndex((message) => message.role !== "tool")
    return messages.slice(before + 1).map((message) => {
      const callId = stringOf(property(message, "tool_call_id"))
      const call = callId === undefined
        ? undefined
        : messages.flatMap(callsOf).findLast((one) => property(one, "id") === callId)
      const name = property(message, "name") ?? property(property(call, "function"), "name")
      return { callId, name: stringOf(name), text: textOf(message) }
    })
  }

  get tools(): ReadonlyArray<string> {
    return listOf(property(this.body, "tools")).flatMap((tool) => {
      const name = property(property(tool, "function"), "name")
      return typeof name === "string" ? [name] : []
    })
  }

  get stream(): boolean {
    return property(this.body, "stream") === true
  }
}
