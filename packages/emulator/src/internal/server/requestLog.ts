import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import type * as Scope from "effect/Scope"
import type { Fault } from "../../Fault.ts"

/** A received request. */
export interface SeenRequest {
  readonly method: string
  /** With the query, as it was sent. */
  readonly path: string
  /** By lower-case names, with identifying values redacted. */
  readonly headers: Readonly<Record<string, string>>
  /** The value of a JSON body, the text of any other, `undefined` without one; the fields and the file's name of an upload. */
  readonly body: unknown
  /** The fault that was applied to the response, if any. */
  readonly fault?: Fault | undefined
}

/** The number of requests that are kept, so that a long-running server does not grow. */
const remembered = 1000

/** A request as it was added, and as it is known now. */
interface Entry {
  readonly request: SeenRequest
  readonly seen: SeenRequest
}

/** The received requests, and the number of requests in progress. */
export class RequestLog extends Context.Service<RequestLog, {
  readonly requests: Effect.Effect<ReadonlyArray<SeenRequest>>
  readonly active: Effect.Effect<number>
  readonly add: (request: SeenRequest) => Effect.Effect<void>
  /** Stores what became known of a request after it was added: its fault, or a description of its body. */
  readonly complete: (request: SeenRequest, known: Partial<Pick<SeenRequest, "body" | "fault">>) => Effect.Effect<void>
  /** Counts a request as in progress until the scope closes. */
  readonly hold: Effect.Effect<void, never, Scope.Scope>
}>()("@effect-mistral/emulator/internal/RequestLog") {}

/** An empty log. */
export const layerRequestLog: Layer.Layer<RequestLog> = Layer.effect(
  RequestLog,
  Effect.gen(function*() {
    const entries = yield* Ref.make<ReadonlyArray<Entry>>([])
    const active = yield* Ref.make(0)
    return RequestLog.of({
      requests: Effect.map(Ref.get(entries), (all) => all.map(({ seen }) => seen)),
      active: Ref.get(active),
      add: (request) => Ref.update(entries, (all) => [...all.slice(1 - remembered), { request, seen: request }]),
      complete: (request, known) =>
        Ref.update(
          entries,
          (all) =>
            all.map((entry) => entry.request === request ? { request, seen: { ...entry.seen, ...known } } : entry)
        ),
      hold: Effect.asVoid(Effect.acquireRelease(
        Ref.update(active, (count) => count + 1),
        () => Ref.update(active, (count) => count - 1)
      ))
    })
  })
)
