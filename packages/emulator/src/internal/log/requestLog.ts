import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as PubSub from "effect/PubSub"
import * as Ref from "effect/Ref"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Fault } from "../../Fault.ts"

/** A received request. */
export interface SeenRequest {
  /** The id of the request, which the response has as `mistral-correlation-id`. */
  readonly id: string
  readonly method: string
  /** With the query, as it was sent. */
  readonly path: string
  /** By lower-case names, with identifying values redacted. */
  readonly headers: Readonly<Record<string, string>>
  /** The value of a JSON body, the text of any other, `undefined` without one; the fields and the file's name of an upload. */
  readonly body: unknown
  /** Milliseconds since the epoch. */
  readonly received: number
  /** The scope that the request names, if any. */
  readonly scope?: string | undefined
  /** The fault that was applied to the response, if any. */
  readonly fault?: Fault | undefined
  /** The rule of the script that decided the response, by its name or its place in the list, if any. */
  readonly rule?: string | undefined
  /** The status of the response, once it is known. */
  readonly status?: number | undefined
  /** Why the request was refused, in one line without values: `422 body.seed: extra_forbidden`. */
  readonly refusal?: string | undefined
  /** The model that the response names. */
  readonly model?: string | undefined
  /** The tokens of a completion, as its usage counts them. */
  readonly tokens?: { readonly prompt: number; readonly completion: number } | undefined
  /** Milliseconds from the request to the first bytes of the body. */
  readonly firstByte?: number | undefined
  /** Milliseconds from the request to the end of the response. It is not set while the response is sent. */
  readonly took?: number | undefined
  /** Whether the response was broken off: by the client, or by a fault. */
  readonly interrupted?: boolean | undefined
}

/** What became known of a request after it was added. */
export type Known = Partial<Omit<SeenRequest, "id" | "method" | "path" | "headers" | "received">>

/** A change of the log: a request as it is known now, or a piece of a response as it is sent. */
export type RequestChange =
  | { readonly type: "request"; readonly request: SeenRequest }
  | { readonly type: "body"; readonly id: string; readonly text: string }

/** The received requests, and the number of requests in progress. */
export class RequestLog extends Context.Service<RequestLog, {
  readonly requests: Effect.Effect<ReadonlyArray<SeenRequest>>
  readonly active: Effect.Effect<number>
  /** The changes from now on. Pieces of responses are published only while somebody reads them. */
  readonly changes: Stream.Stream<RequestChange>
  /** Whether somebody reads the changes. */
  readonly watched: () => boolean
  readonly add: (request: SeenRequest) => Effect.Effect<void>
  /** Stores what became known of a request after it was added. */
  readonly complete: (id: string, known: Known) => Effect.Effect<void>
  /** Publishes a piece of a response. */
  readonly sent: (id: string, text: string) => Effect.Effect<void>
  /** Counts a request as in progress until the scope closes. */
  readonly hold: Effect.Effect<void, never, Scope.Scope>
}>()("@effect-mistral/emulator/internal/RequestLog") {}

/** The number of requests that are kept, so that a long-running server does not grow. */
const remembered = 1000

/** An empty log. */
export const layerRequestLog: Layer.Layer<RequestLog> = Layer.effect(
  RequestLog,
  Effect.gen(function*() {
    const entries = yield* Ref.make<ReadonlyArray<SeenRequest>>([])
    const active = yield* Ref.make(0)
    const changes = yield* PubSub.sliding<RequestChange>(4096)
    let watchers = 0
    const publish = (change: RequestChange) =>
      watchers === 0 ? Effect.void : Effect.asVoid(PubSub.publish(changes, change))
    return RequestLog.of({
      requests: Ref.get(entries),
      active: Ref.get(active),
      changes: Stream.unwrap(Effect.gen(function*() {
        yield* Effect.acquireRelease(Effect.sync(() => watchers += 1), () => Effect.sync(() => watchers -= 1))
        return Stream.fromSubscription(yield* PubSub.subscribe(changes))
      })),
      watched: () => watchers > 0,
      add: (request) =>
        Effect.andThen(
          Ref.update(entries, (all) => [...all.slice(1 - remembered), request]),
          publish({ type: "request", request })
        ),
      complete: (id, known) =>
        Effect.flatMap(
          Ref.modify(entries, (all) => {
            const at = all.findLastIndex((one) => one.id === id)
            const found = all[at]
            if (found === undefined) return [undefined, all]
            const request = { ...found, ...known }
            return [request, all.with(at, request)]
          }),
          (request) => request === undefined ? Effect.void : publish({ type: "request", request })
        ),
      sent: (id, text) => publish({ type: "body", id, text }),
      hold: Effect.asVoid(Effect.acquireRelease(
        Ref.update(active, (count) => count + 1),
        () => Ref.update(active, (count) => count - 1)
      ))
    })
  })
)
