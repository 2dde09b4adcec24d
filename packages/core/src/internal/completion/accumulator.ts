import type * as Completion from "../../CompletionSchema.ts"
import type * as Content from "../../Content.ts"
import type * as Message from "../../Message.ts"
import type * as Tool from "../../Tool.ts"

/** The state between two chunks: the keys of the completion, and its choices as far as they are known. */
export interface Accumulator {
  readonly head: Readonly<Record<string, unknown>>
  readonly choices: ReadonlyArray<PartialChoice>
}

interface PartialChoice {
  readonly index: number
  readonly rest: Readonly<Record<string, unknown>>
  readonly messages: ReadonlyArray<PartialMessage>
}

interface PartialMessage {
  readonly index: number
  readonly rest: Readonly<Record<string, unknown>>
  readonly content: Message.Received["content"]
  readonly calls: ReadonlyArray<PartialCall>
}

interface PartialCall {
  readonly rest: Readonly<Record<string, unknown>>
  readonly id: string | undefined
  readonly index: number | undefined
  readonly name: string
  readonly arguments: Tool.ReceivedCall["function"]["arguments"]
}

export const empty: Accumulator = { head: {}, choices: [] }

/** Adds a chunk. Keys that this version does not know are kept. Of two values for a key the later one wins. */
export const append = (accumulator: Accumulator, chunk: Completion.Chunk): Accumulator => {
  const { choices, ...head } = chunk
  return {
    head: { ...accumulator.head, ...present(head) },
    choices: choices.reduce(
      (all, choice) => upsert(all, (one) => one.index === choice.index, (one) => appendChoice(one, choice)),
      accumulator.choices
    )
  }
}

/** Returns the response that the chunks add up to. */
export const toResponse = (accumulator: Accumulator): Completion.Response => {
  const { object, ...head } = accumulator.head
  return {
    // Every chunk has both, by its schema. A stream without any chunk has neither.
    id: "",
    model: "",
    ...head,
    ...(typeof object === "string" ? { object: object.replace(/\.chunk$/, "") } : undefined),
    choices: [...accumulator.choices].sort((a, b) => a.index - b.index).map((choice) => {
      const messages = [...choice.messages].sort((a, b) => a.index - b.index)
      return {
        index: choice.index,
        ...choice.rest,
        ...(messages.length > 1
          ? { messages: messages.map((message) => ({ ...toMessage(message), index: message.index })) }
          : { message: toMessage(messages[0] ?? newMessage(0)) })
      }
    })
  }
}

const appendChoice = (partial: PartialChoice | undefined, choice: Completion.ChunkChoice): PartialChoice => {
  const { delta, index, ...rest } = choice
  const at = delta.index ?? partial?.messages.at(-1)?.index ?? 0
  return {
    index,
    rest: { ...partial?.rest, ...present(rest) },
    messages: upsert(
      partial?.messages ?? [],
      (message) => message.index === at,
      (message) => appendDelta(message ?? newMessage(at), delta)
    )
  }
}

const newMessage = (index: number): PartialMessage => ({ index, rest: {}, content: undefined, calls: [] })

const appendDelta = (partial: PartialMessage, delta: Message.Delta): PartialMessage => {
  const { content, index: _, tool_calls, ...rest } = delta
  return {
    index: partial.index,
    rest: { ...partial.rest, ...present(rest) },
    content: appendContent(partial.content, content),
    calls: (tool_calls ?? []).reduce(appendCall, partial.calls)
  }
}

const toMessage = (partial: PartialMessage): Message.Delta & Message.Received => ({
  role: "assistant",
  ...partial.rest,
  ...(partial.content === undefined ? undefined : { content: partial.content }),
  ...(partial.calls.length === 0 ? undefined : { tool_calls: partial.calls.map(toCall) })
})

type ReceivedContent = Message.Received["content"]

const appendContent = (before: ReceivedContent, more: ReceivedContent): ReceivedContent => {
  if (more === undefined || more === null) return before === undefined ? more : before
  if (typeof more === "string") {
    if (before === undefined || before === null) return more
    if (typeof before === "string") return before + more
    return more === "" ? before : appendPiece(before, { type: "text", text: more })
  }
  const pieces: ReadonlyArray<Content.Received> = before === undefined || before === null || before === ""
    ? []
    : typeof before === "string"
    ? [{ type: "text", text: before }]
    : before
  return more.reduce(appendPiece, pieces)
}

/** Joins text to the text before it, and thinking to the thinking before it unless that was closed. */
const appendPiece = (
  pieces: ReadonlyArray<Content.Received>,
  piece: Content.Received
): ReadonlyArray<Content.Received> => {
  const last = pieces[pieces.length - 1]
  const joined = last === undefined ? undefined : join(last, piece)
  return joined === undefined ? [...pieces, piece] : [...pieces.slice(0, -1), joined]
}

const join = (last: Content.Received, piece: Content.Received): Content.Received | undefined => {
  if (last.type === "text" && piece.type === "text") return { ...last, ...piece, text: last.text + piece.text }
  if (last.type === "thinking" && piece.type === "thinking" && last.closed !== true) {
    return {
      ...last,
      ...piece,
      thinking: piece.thinking.reduce<typeof last.thinking>((inner, next) => {
        const before = inner[inner.length - 1]
        return before?.type === "text" && next.type === "text"
          ? [...inner.slice(0, -1), { ...before, ...next, text: before.text + next.text }]
          : [...inner, next]
      }, last.thinking)
    }
  }
  return undefined
}

/** Returns an id, or `undefined` where the server sent no id, an empty one or the string `"null"`. */
export const knownId = (id: string | null | undefined): string | undefined =>
  id === null || id === undefined || id === "" || id === "null" ? undefined : id

const appendCall = (calls: ReadonlyArray<PartialCall>, delta: Tool.CallDelta): ReadonlyArray<PartialCall> => {
  const id = knownId(delta.id)
  const index = delta.index ?? undefined
  const belongs = (call: PartialCall, at: number): boolean => {
    if (id !== undefined && call.id !== undefined) return id === call.id
    if (index !== undefined && call.index !== undefined) return index === call.index
    // Without an index, a fragment with an id or a name begins a call, and one with neither continues the last call.
    return id === undefined && at === calls.length - 1 && !(delta.function.name && call.name)
  }
  const { function: fn, id: _, index: __, ...rest } = delta
  return upsert(calls, belongs, (call) => ({
    rest: { ...call?.rest, ...present(rest) },
    id: call?.id ?? id,
    index: call?.index ?? index,
    name: call?.name || (fn.name ?? ""),
    arguments: appendArguments(call?.arguments, fn.arguments)
  }))
}

const appendArguments = (
  before: PartialCall["arguments"] | undefined,
  more: PartialCall["arguments"] | null | undefined
): PartialCall["arguments"] => {
  if (more === undefined || more === null) return before ?? ""
  return typeof more === "string"
    ? typeof before === "object" ? more === "" ? before : more : (before ?? "") + more
    : more
}

const toCall = (call: PartialCall): Tool.ReceivedCall => ({
  ...(call.id === undefined ? undefined : { id: call.id }),
  ...call.rest,
  function: { name: call.name, arguments: call.arguments },
  ...(call.index === undefined ? undefined : { index: call.index })
})

/** Removes keys without a value, because `null` in a later chunk does not undo an earlier value. */
const present = (record: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null && value !== undefined))

const upsert = <A>(
  all: ReadonlyArray<A>,
  is: (one: A, at: number) => boolean,
  change: (one: A | undefined) => A
): ReadonlyArray<A> => {
  const at = all.findLastIndex(is)
  return at === -1 ? [...all, change(undefined)] : all.with(at, change(all[at]))
}
