import type * as Completion from "../../CompletionSchema.ts"
import type * as Message from "../../Message.ts"
import { Fields, type Level } from "./mergeParts.ts"
import { ToolCallBuilder } from "./toolCallBuilder.ts"

/**
 * Builds the response that chunks add up to. Keys that this version does not know are merged by the rules of their place
 * (`Level`); `null` does not undo an earlier value. The work is linear in the chunks, choices and calls.
 */
export class CompletionBuilder {
  readonly #head = new Fields()
  readonly #choices = new Map<number, ChoiceBuilder>()

  add(chunk: Completion.Chunk): this {
    addFields(this.#head, chunk, "head", ["choices"])
    for (const choice of chunk.choices) {
      let builder = this.#choices.get(choice.index)
      if (builder === undefined) this.#choices.set(choice.index, builder = new ChoiceBuilder(choice.index))
      builder.add(choice)
    }
    return this
  }

  /** Returns the response of the chunks so far. Later chunks do not change it. */
  build(): Completion.Response {
    // Every chunk has an id and a model, by its schema. A stream without any chunk has neither.
    const response = this.#head.buildInto({ id: "", model: "" })
    if (typeof response.object === "string") response.object = response.object.replace(/\.chunk$/, "")
    response.choices = Array.from(this.#choices.values(), (choice) => choice.build()).sort(byIndex)
    // The cast is safe: a value that the schema of a chunk knows is merged to a value of the same kind.
    return response as unknown as Completion.Response
  }
}

class ChoiceBuilder {
  readonly #index: number
  readonly #fields = new Fields()
  readonly #messages: Array<MessageBuilder> = []
  #byIndex: Map<number, MessageBuilder> | undefined
  #last: MessageBuilder | undefined

  constructor(index: number) {
    this.#index = index
  }

  add(choice: Completion.ChunkChoice): void {
    // A chunk that has the whole message so far beside its delta says the same twice.
    addFields(this.#fields, choice, "choice", ["index", "delta", "message", "messages"])
    const { delta } = choice
    const message = this.#last = this.#message(delta.index ?? this.#last?.index ?? 0)
    message.add(delta)
  }

  build(): Indexed {
    const choice = this.#fields.buildInto({ index: this.#index })
    const messages = this.#messages.map((message) => message.build())
    if (messages.length > 1) {
      choice.messages = messages.map((message, at) => ({ ...message, index: this.#messages[at]!.index })).sort(byIndex)
    } else {
      choice.message = messages[0]
    }
    return choice as unknown as Indexed
  }

  #message(index: number): MessageBuilder {
    if (this.#last?.index === index) return this.#last
    // Few choices have more than one message: they alone have a map.
    let message = this.#byIndex?.get(index)
    if (message === undefined) {
      this.#messages.push(message = new MessageBuilder(index))
      if (this.#last !== undefined) (this.#byIndex ??= new Map([[this.#last.index, this.#last]])).set(index, message)
    }
    return message
  }
}

class MessageBuilder {
  readonly index: number
  readonly #fields = new Fields()
  #content: null | undefined
  #calls: ToolCallBuilder | undefined

  constructor(index: number) {
    this.index = index
  }

  add(delta: Message.Delta): void {
    addFields(this.#fields, delta, "delta", ["index", "tool_calls"])
    if (delta.content === null) this.#content = null
    if (delta.tool_calls?.length) (this.#calls ??= new ToolCallBuilder()).add(delta.tool_calls)
  }

  build(): Record<string, unknown> {
    const message = this.#fields.buildInto({ role: "assistant" })
    // Of the keys that were always `null`, only the content is kept: it says that the message has none.
    if (this.#content === null && message.content === undefined) message.content = null
    if (this.#calls !== undefined) message.tool_calls = this.#calls.build()
    return message
  }
}

interface Indexed {
  readonly index: number
}

const byIndex = (one: Indexed, other: Indexed): number => one.index - other.index

/**
 * Servers fill chunks with a string of changing length, so that the length of a chunk does not tell that of a token:
 * Mistral as `p`, OpenAI as `obfuscation`. It is no part of a completion.
 */
const padding: ReadonlyArray<string> = ["p", "obfuscation"]

const addFields = (fields: Fields, record: object, level: Level, except: ReadonlyArray<string>): void => {
  for (const key of Object.keys(record)) {
    // The cast is safe: `key` is a key of the object.
    const value: unknown = record[key as never]
    if (value === null || value === undefined || except.includes(key)) continue
    if (typeof value === "string" && (padding.includes(key) || (value === "" && key === "role"))) continue
    fields.merge(key, value, level === "head" && key === "usage" ? "usage" : level)
  }
}
