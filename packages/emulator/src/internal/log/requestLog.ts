import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Fault } from "../../Fault.ts"
import { bodyValue } from "./bodyValue.ts"
import { LoggedBodies } from "./loggedBodies.ts"

/** A received request. */
export interface SeenRequest {
  /** The id of the request, which the response has as `mistral-correlation-id`. */
  readonly id: string
  readonly method: string
  /** With the query, as it was sent; without it if the request had no valid key. */
  readonly path: string
  /** By lower-case names, with identifying values redacted. Empty if the request had no valid key. */
  readonly headers: Readonly<Record<string, string>>
  /**
   * The value of a JSON body, the text of any other; the fields and the file's name of an upload. `undefined` without a body,
   * without a valid key, and if the body is no longer kept.
   */
  readonly body: unknown
  /** Whether the request had a body that the log has no room for. */
  readonly bodyDropped?: boolean | undefined
  /** Milliseconds since the epoch. */
  readonly received: number
  /** The scope that the request names, if any. */
  readonly scope?: string | undefined
  /** The fault that was applied to the response, if any. */
  readonly fault?: Fault | undefined
  /** The rule of the script that decided the response, by its name or its place in the list, if any. */
  readonly rule?: string | undefined
  /** The status of the response, once it is known. It is never known if a fault ends the connection before. */
  readonly status?: number | undefined
  /** Why the request was refused, in one line without values: `422 body.seed: extra_forbidden`. */
  readonly refusal?: string | undefined
  /** The model that the request names, and that of the response once it is known. */
  readonly model?: string | undefined
  /** The tokens that the response counts in its usage; no completion tokens for embeddings and the like. */
  readonly tokens?: { readonly prompt: number; readonly completion: number } | undefined
  /** Milliseconds from the request to the first bytes of the body. */
  readonly firstByte?: number | undefined
  /** Milliseconds from the request to the end of the response. It is not set while the response is sent. */
  readonly took?: number | undefined
  /** Whether the response was broken off: by the client, or by a fault. */
  readonly interrupted?: boolean | undefined
}

/** A request as it is added: with the text of its body, from which the log reads the value when it is wanted. */
export interface ReceivedRequest extends Omit<SeenRequest, "body" | "bodyDropped"> {
  /** Whether it has a valid key, or needs none. */
  readonly authorized: boolean
  readonly text?: string | undefined
}

/** What became known of a request after it was added. A body is the description of an upload. */
export type Known = Partial<Omit<SeenRequest, "id" | "method" | "path" | "headers" | "received" | "bodyDropped">>

/**
 * A change of the log: a request as it is known when the change is read, or a piece of a response as it is sent.
 *
 * *Details*: of a response, at most a megabyte is published, in pieces of at most 16,384 characters.
 */
export type RequestChange =
  | { readonly type: "request"; readonly request: SeenRequest }
  | { readonly type: "body"; readonly id: string; readonly text: string }

/** The received requests, and the number of requests in progress. */
export class RequestLog extends Context.Service<RequestLog, {
  /** The last requests, newest last. */
  readonly requests: Effect.Effect<ReadonlyArray<SeenRequest>>
  readonly active: Effect.Effect<number>
  /**
   * The changes from now on. Pieces of responses are published only while somebody reads them, and a reader that is 4,096
   * changes behind misses the oldest.
   */
  readonly changes: Stream.Stream<RequestChange>
  /** Whether somebody reads the changes. */
  readonly watched: () => boolean
  readonly add: (request: ReceivedRequest) => Effect.Effect<void>
  /** Stores what became known of a request after it was added. */
  readonly complete: (id: string, known: Known) => Effect.Effect<void>
  /** Does the same at once, for code that runs for each piece of a response. */
  readonly completeNow: (id: string, known: Known) => void
  /** Publishes a piece of a response. */
  readonly sent: (id: string, text: string) => void
  /** Counts a request as in progress until the scope closes. */
  readonly hold: Effect.Effect<void, never, Scope.Scope>
}>()("@effect-mistral/emulator/internal/RequestLog") {}

/** The number of requests that are kept, so that a long-running server does not grow. */
const remembered = 1000

/** The number of requests without a valid key among them, so that they cannot displace the others. */
const rememberedWithoutKey = 100

/** The number of changes that a reader may be behind. */
const behind = 4096

/** What the client says itself, which is not kept of a request without a valid key. */
const ofRequest = { body: undefined, model: undefined, scope: undefined }

/** A request as it is kept. The text of its body is kept apart. */
interface Entry extends Omit<SeenRequest, "body" | "bodyDropped"> {
  readonly hasText: boolean
  /** The description of an upload. */
  readonly body?: unknown
}

/** An empty log that keeps bodies up to a number of bytes. */
export const layerRequestLog = (bodyBytes: number): Layer.Layer<RequestLog> =>
  Layer.sync(RequestLog, () => {
    const entries = new Map<string, Entry>()
    const bodies = new LoggedBodies(bodyBytes)
    const withoutKey = new Set<string>()
    const readers = new Set<Queue.Queue<string | Extract<RequestChange, { readonly type: "body" }>>>()
    let active = 0

    const seen = ({ hasText, ...entry }: Entry): SeenRequest => {
      if (!hasText) return { ...entry, body: entry.body }
      const text = bodies.get(entry.id)
      return text === undefined
        ? { ...entry, body: undefined, bodyDropped: true }
        : { ...entry, body: bodyValue(text) }
    }
    const publish = (change: string | Extract<RequestChange, { readonly type: "body" }>) => {
      for (const reader of readers) Queue.offerUnsafe(reader, change)
    }
    const forget = (id: string | undefined) => {
      if (id === undefined) return
      entries.delete(id)
      bodies.delete(id)
      withoutKey.delete(id)
    }
    const add = ({ authorized, text, ...request }: ReceivedRequest) => {
      const hasText = text !== undefined && text !== ""
      entries.set(request.id, { ...request, hasText })
      if (hasText) bodies.set(request.id, text)
      if (!authorized) withoutKey.add(request.id)
      if (withoutKey.size > rememberedWithoutKey) forget(withoutKey.values().next().value)
      if (entries.size > remembered) forget(entries.keys().next().value)
      publish(request.id)
    }
    const completeNow = (id: string, known: Known) => {
      const entry = entries.get(id)
      if (entry === undefined) return
      entries.set(id, { ...entry, ...known, ...(withoutKey.has(id) ? ofRequest : undefined) })
      publish(id)
    }
    return RequestLog.of({
      requests: Effect.sync(() => Array.from(entries.values(), seen)),
      active: Effect.sync(() => active),
      changes: Stream.unwrap(Effect.map(
        Effect.acquireRelease(
          Effect.tap(
            Queue.sliding<string | Extract<RequestChange, { readonly type: "body" }>>(behind),
            (reader) => Effect.sync(() => readers.add(reader))
          ),
          (reader) => Effect.sync(() => readers.delete(reader))
        ),
        (reader) =>
          Stream.flatMap(Stream.fromQueue(reader), (change): Stream.Stream<RequestChange> => {
            if (typeof change !== "string") return Stream.succeed(change)
            const entry = entries.get(change)
            return entry === undefined ? Stream.empty : Stream.succeed({ type: "request", request: seen(entry) })
          })
      )),
      watched: () => readers.size > 0,
      add: (request) => Effect.sync(() => add(request)),
      complete: (id, known) => Effect.sync(() => completeNow(id, known)),
      completeNow,
      sent: (id, text) => publish({ type: "body", id, text }),
      hold: Effect.asVoid(Effect.acquireRelease(
        Effect.sync(() => active += 1),
        () => Effect.sync(() => active -= 1)
      ))
    })
  })
