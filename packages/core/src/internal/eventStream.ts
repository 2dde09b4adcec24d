import type * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import type { Bytes } from "../ByteSource.ts"
import type { MistralError } from "../MistralError.ts"
import type { Opened } from "./attempt.ts"
import type { Call } from "./call.ts"
import type { Connections } from "./connections.ts"
import { reasonFromEvent } from "./errorBody.ts"
import { EventDecoder, type EventHooks } from "./eventDecoder.ts"
import type { SchemaDecoder } from "./schemaDecoder.ts"
import { invalid, notJson, readText } from "./wholeAnswer.ts"

/** For how many milliseconds the rest of a body is read after `[DONE]`, so that the connection can be used again. */
const drainLimit = 100

/** The checked values of an event stream, and how it is let go. A class, for it lives as long as the stream. */
export class EventStream<A> {
  readonly #opened: Opened
  readonly #decoder: EventDecoder<A>
  readonly #connections: Connections
  readonly #read: Pull.Pull<Arr.NonEmptyReadonlyArray<A>, MistralError>
  /** How the stream stands when there is nothing more to give. */
  #over: Pull.Pull<never, MistralError> | undefined

  constructor(call: Call, opened: Opened, schema: SchemaDecoder<A>, connections: Connections, hooks: EventHooks<A>) {
    this.#opened = opened
    this.#decoder = new EventDecoder(call, opened, schema, hooks)
    this.#connections = connections
    this.#read = opened.body.readUntil((bytes) => this.#take(bytes))
  }

  /** What to wait for next. */
  get next(): Pull.Pull<Arr.NonEmptyReadonlyArray<A>, MistralError> {
    return this.#over ?? this.#read
  }

  /** Runs when the caller has read enough, however that came. Never makes the caller wait. */
  readonly release: Effect.Effect<void> = Effect.suspend(() => {
    const { body, close } = this.#opened
    if (this.#decoder.state !== "done") return close
    const drain = this.#connections.drain(Effect.ensuring(body.readFor(drainLimit, () => false), close))
    return Effect.asVoid(Effect.forkDetach(drain, { startImmediately: true }))
  })

  #take(bytes: Bytes | undefined): Pull.Pull<Arr.NonEmptyReadonlyArray<A>, MistralError> | undefined {
    const values = bytes === undefined ? this.#decoder.end() : this.#decoder.feed(bytes)
    const { state } = this.#decoder
    if (state === "open") return values === undefined ? undefined : Effect.succeed(values)
    const end = state === "done" ? Cause.done() : Effect.fail(state)
    // It is over once the last values are given: whoever waits for them may have given up, and come back.
    return values === undefined ? this.#over = end : Effect.sync(() => {
      this.#over = end
      return values
    })
  }
}

/** Decodes an answer as an event stream; an answer that is none is explained. */
export const makeEventStream = <A>(
  call: Call,
  opened: Opened,
  schema: SchemaDecoder<A>,
  connections: Connections,
  hooks: EventHooks<A>
): Effect.Effect<EventStream<A>, MistralError> =>
  Effect.map(expectEvents(call, opened), () => new EventStream(call, opened, schema, connections, hooks))

/**
 * Makes sure that an answer is an event stream: by its content type, or, as some servers send none or a wrong one, by its
 * first line.
 */
const expectEvents = (call: Call, opened: Opened): Effect.Effect<void, MistralError> => {
  const type = opened.contentType
  if (type !== undefined && /^text\/event-stream\b/i.test(type)) return Effect.void
  const decoder = new TextDecoder()
  const ahead: Array<Uint8Array> = []
  let beginning = ""
  const look = opened.body.readUntil<boolean>((bytes) => {
    if (bytes === undefined) return Effect.succeed(false)
    for (const piece of bytes) {
      ahead.push(piece)
      beginning += decoder.decode(piece, { stream: true })
    }
    const verdict = looksLikeEvents(beginning.trimStart())
    return verdict === undefined ? undefined : Effect.succeed(verdict)
  })
  return Effect.flatMap(
    Pull.catchDone(look, () => Effect.succeed(false)),
    (events) => {
      if (ahead.length > 0) opened.body.unread(ahead as unknown as Arr.NonEmptyReadonlyArray<Uint8Array>)
      return events
        ? Effect.void
        : Effect.flatMap(readText(call, opened), (text) => Effect.fail(explain(call, opened, text)))
    }
  )
}

const fields = ["data", "event", "id", "retry", ""].map((name) => `${name}:`)

/** Whether a text begins as an event stream does; `undefined` if it is too short to say. */
const looksLikeEvents = (text: string): boolean | undefined =>
  fields.some((field) => text.startsWith(field)) || (fields.some((field) => field.startsWith(text)) ? undefined : false)

/** Why an answer with a good status is no event stream: an error the server reported, or something else altogether. */
const explain = (call: Call, opened: Opened, text: string): MistralError => {
  let json: unknown
  try {
    json = JSON.parse(opened.scrub(text))
  } catch {
    return invalid(call, opened, ...notJson(opened, text))
  }
  const reason = reasonFromEvent(
    { json, name: undefined, text },
    { status: opened.status, chunks: 0, requestId: opened.requestId }
  )
  return reason === undefined
    ? invalid(call, opened, "contentType", "JSON in place of an event stream")
    : call.fail(reason)
}
