import * as Completion from "@effect-mistral/core/Completion"
import type * as Schema from "effect/Schema"
import { toJson, toJsonObject } from "../json/toJson.ts"
import type { Messages } from "./messages.ts"

/** What of a response has no place in its parts. */
export interface Leftover {
  readonly usage: Completion.Response["usage"]
  readonly guardrails: Schema.MutableJson | undefined
  /** The choices beside the first one. */
  readonly choices: ReadonlyArray<Completion.Choice>
  /** What this version does not know: keys of the response, of its first choice and of that one's message. */
  readonly unknown: { readonly [place: string]: Schema.MutableJson }
  /** The pieces of content that have no place. */
  readonly content: ReadonlyArray<Schema.MutableJson>
}

/**
 * Collects what has no place in the parts of a response. It is accumulated by the rules of `Completion.collect`, so that a
 * streamed response and a whole one have the same in the end.
 */
export class Leftovers {
  #accumulator: Completion.Accumulator | undefined
  readonly #content: Array<Schema.MutableJson> = []

  /** Adds the choices beside the first, and the keys of a chunk that have no place. Results of tools are kept elsewhere. */
  add(chunk: Completion.Chunk, messages: Messages): void {
    const rest = restOfChunk(chunk, messages)
    if (rest !== undefined) {
      this.#accumulator = Completion.append(this.#accumulator ?? Completion.emptyAccumulator, rest)
    }
  }

  /** Adds pieces of content. */
  addContent(...pieces: ReadonlyArray<unknown>): void {
    for (const piece of pieces) this.#content.push(toJson(piece) ?? null)
  }

  get(): Leftover {
    const content = this.#content
    if (this.#accumulator === undefined) {
      return { usage: undefined, guardrails: undefined, choices: [], content, unknown: {} }
    }
    // The cast is safe: it only gives up what is known of the values.
    const { choices, created: _, guardrails, id: _id, model: _model, object: _object, usage, ...response } = Completion
      .toResponse(this.#accumulator) as Completion.Response & { readonly [key: string]: unknown }
    const first = choices.find(({ index }) => index === 0)
    const { finish_reason: _reason, index: _index, message, messages: _messages, ...choice } = { ...first }
    const { role: _role, ...rest } = { ...message }
    return {
      usage,
      guardrails: toJson(guardrails),
      choices: choices.filter((choice) => choice !== first),
      content,
      unknown: {
        ...(isEmpty(response) ? undefined : { response: toJsonObject(response) }),
        ...(isEmpty(choice) ? undefined : { choice: toJsonObject(choice) }),
        ...(isEmpty(rest) ? undefined : { message: toJsonObject(rest) })
      }
    }
  }
}

/** Whether all that a chunk says of the response and of its first choice has a place in the parts. */
export const isPlain = (chunk: Completion.Chunk): boolean => {
  for (const key in chunk) {
    // The casts are safe: the keys are those of the objects.
    if (!isChunkKey(key) && chunk[key as never] !== null) return false
  }
  const choice = chunk.choices[0]
  if (choice === undefined) return true
  for (const key in choice) if (!isChoiceKey(key) && choice[key as never] !== null) return false
  for (const key in choice.delta) if (!isDeltaKey(key) && choice.delta[key as never] !== null) return false
  return true
}

const restOfChunk = (chunk: Completion.Chunk, messages: Messages): Completion.Chunk | undefined => {
  if (chunk.choices.length < 2 && chunk.choices[0]?.index === 0 && isPlain(chunk)) return undefined
  const choices = chunk.choices.flatMap((choice) => {
    if (choice.index !== 0) return [choice]
    const delta = messages.hasResult(choice.delta) ? {} : without(choice.delta, isDeltaKey)
    return [{ ...without(choice, isChoiceKey), index: 0, delta }]
  })
  return { ...without(chunk, isChunkKey), id: "", model: "", choices }
}

const without = <A extends object>(record: A, isKnown: (key: string) => boolean): { [key: string]: unknown } =>
  Object.fromEntries(Object.entries(record).filter(([key, value]) => !isKnown(key) && value !== null))

/** The keys of a chunk that its parts express. `p` and `obfuscation` are padding of changing length. */
const isChunkKey = (key: string): boolean => {
  switch (key) {
    case "id":
    case "object":
    case "created":
    case "model":
    case "choices":
    case "p":
    case "obfuscation":
      return true
  }
  return false
}

const isChoiceKey = (key: string): boolean => key === "index" || key === "delta" || key === "finish_reason"

const isDeltaKey = (key: string): boolean => {
  switch (key) {
    case "role":
    case "content":
    case "tool_calls":
    case "index":
    case "tool_call_id":
    case "prefix":
    case "reasoning_content":
    case "reasoning":
    case "reasoning_details":
      return true
  }
  return false
}

const isEmpty = (record: object): boolean => Object.keys(record).length === 0
