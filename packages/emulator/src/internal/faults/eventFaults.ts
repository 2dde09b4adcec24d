import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Fault } from "../../Fault.ts"
import { CutOff } from "../http/connectionLoss.ts"
import { type Bytes, insideCharacter } from "./byteFaults.ts"

/** The events of a stream; each text includes the empty line that ends the event. */
type Events = Stream.Stream<string, unknown>

/** The parts of a completion chunk that faults read. */
interface Chunk {
  readonly choices: ReadonlyArray<{ readonly index?: number; readonly finish_reason?: string | null }>
}

/** The faults that change a stream event by event. */
export type EventFault = Extract<
  Fault,
  {
    readonly type:
      | "stall"
      | "cut"
      | "cut_character"
      | "missing_done"
      | "missing_finish_reason"
      | "garbage_event"
      | "error_event"
      | "endless"
      | "giant_event"
      | "keep_open"
  }
>

const encoder = new TextEncoder()

/** Applies a fault to the events of a stream. */
export const faultyEvents = (body: Bytes, fault: EventFault): Bytes => {
  const events = eventsOf(body)
  return fault.type === "cut_character"
    ? cutInText(events)
    : Stream.map(change(events, fault), (event) => encoder.encode(event))
}

const change = (events: Events, fault: Exclude<EventFault, { readonly type: "cut_character" }>): Events => {
  switch (fault.type) {
    case "stall":
      return Stream.concat(first(events, fault.after_events ?? 0), Stream.never)
    case "cut":
      return Stream.concat(first(events, fault.after_events ?? 0), Stream.fail(new CutOff()))
    case "missing_done":
      return Stream.filter(events, (event) => !isDone(event))
    case "missing_finish_reason":
      return Stream.map(events, withoutFinishReason)
    case "garbage_event":
      return inserted(events, fault.after_events ?? 1, () => [eventOf(fault.data ?? "{\"id\": \"4a1")])
    case "error_event":
      return Stream.concat(
        first(Stream.takeWhile(events, (event) => !isDone(event)), fault.after_events ?? 1),
        Stream.succeed(
          (fault.named === true ? "event: error\n" : "") + eventOf(JSON.stringify(fault.error ?? internalError))
        )
      )
    case "endless":
      return endless(events, fault.millis ?? 10)
    case "giant_event":
      return inserted(events, fault.after_events ?? 1, (model) => giantEvent(model, fault.bytes))
    case "keep_open":
      return Stream.concat(events, Stream.never)
  }
}

const internalError = {
  object: "error",
  message: "Internal server error",
  type: "internal_server_error",
  param: null,
  code: "1000"
}

const eventsOf = (body: Bytes): Events =>
  body.pipe(
    Stream.decodeText(),
    Stream.mapAccum(() => "", (before, text) => {
      const parts = (before + text).split(/(?<=\n\n|\r\n\r\n)/)
      const last = parts.at(-1) ?? ""
      return /\n\r?\n$/.test(last) ? ["", parts] : [last, parts.slice(0, -1)]
    }, { onHalt: (rest) => rest === "" ? [] : [rest] })
  )

const eventOf = (data: string): string => `data: ${data}\n\n`

const isDone = (event: string): boolean => /^data: ?\[DONE\]\s*$/.test(event)

const chunkOf = (event: string): Chunk | undefined => {
  try {
    const value: unknown = JSON.parse(event.replace(/^data: ?/, ""))
    return typeof value === "object" && value !== null && "choices" in value && Array.isArray(value.choices)
      // A list of choices makes the value a chunk; the keys of a choice are declared optional.
      ? value as unknown as Chunk
      : undefined
  } catch {
    return undefined
  }
}

const finishes = (chunk: Chunk): boolean => chunk.choices.some((choice) => typeof choice.finish_reason === "string")

const withoutFinishReason = (event: string): string => {
  const chunk = chunkOf(event)
  return chunk === undefined || !finishes(chunk)
    ? event
    : eventOf(JSON.stringify({
      ...chunk,
      choices: chunk.choices.map((choice) => ({ ...choice, finish_reason: null }))
    }))
}

/** The first events, without waiting for the next one. With a count of 0, an empty text sends the headers. */
const first = (events: Events, count: number): Events => count === 0 ? Stream.succeed("") : Stream.take(events, count)

/**
 * Inserts events after a number of events, or before `[DONE]` if there are fewer. `make` receives a chunk near the
 * position as a model.
 */
const inserted = (events: Events, count: number, make: (model: string) => Iterable<string>): Events =>
  Stream.suspend(() => {
    let seen = 0
    let put = false
    let model = ""
    return Stream.flatMap(events, (event) => {
      if (chunkOf(event) !== undefined) model = event
      const turn = !put && (seen === count || isDone(event))
      seen += 1
      if (!turn) return Stream.succeed(event)
      put = true
      // A large event is generated piece by piece, as fast as it is read.
      return Stream.concat(Stream.fromIterable(make(model), { chunkSize: 1 }), Stream.succeed(event))
    })
  })

/** The size of one generated piece, in characters. */
const piece = "a".repeat(64 * 1024)

/** An event of the given size, made from the model's chunk with a long text. A chunk's own size is the minimum. */
function* giantEvent(model: string, bytes: number): Iterable<string> {
  const { usage: _, ...chunk }: Chunk & { readonly usage?: unknown } = chunkOf(model) ?? { choices: [] }
  const [before, after] = eventOf(JSON.stringify({
    ...chunk,
    choices: [{ index: 0, delta: { content: "<>" }, finish_reason: null }]
  })).split("<>")
  const start = before ?? ""
  const end = after ?? ""
  yield start
  for (let left = bytes - encoder.encode(start + end).length; left > 0; left -= piece.length) {
    yield piece.slice(0, left)
  }
  yield end
}

/** Repeats the last event before the finish reason without end. */
const endless = (events: Events, millis: number): Events =>
  Stream.suspend(() => {
    let last = ": \n\n"
    const before = events.pipe(
      Stream.takeWhile((event) => !isDone(event)),
      Stream.filter((event) => {
        const chunk = chunkOf(event)
        return chunk !== undefined && !finishes(chunk)
      }),
      Stream.map((event) => last = event)
    )
    return Stream.concat(before, Stream.fromEffectRepeat(Effect.map(Effect.sleep(millis), () => last)))
  })

/** Cuts the first event that has text inside a character; without such an event, `[DONE]` is cut. */
const cutInText = (events: Events): Bytes =>
  Stream.concat(
    events.pipe(
      Stream.map((event) => {
        const text = /"(?:content|text|arguments)":"(?=[^"])/.exec(event)
        const cut = text !== null || isDone(event)
        if (!cut) return { cut, bytes: encoder.encode(event) }
        const start = text?.index ?? 0
        const rest = insideCharacter(event.slice(start))
        return { cut, bytes: joined(encoder.encode(event.slice(0, start)), rest) }
      }),
      Stream.takeUntil(({ cut }) => cut),
      Stream.map(({ bytes }) => bytes)
    ),
    Stream.fail(new CutOff())
  )

const joined = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(a.length + b.length)
  bytes.set(a)
  bytes.set(b, a.length)
  return bytes
}
