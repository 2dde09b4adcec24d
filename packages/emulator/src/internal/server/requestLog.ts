import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import type * as Scope from "effect/Scope"
import type { Fault } from "../../Fault.ts"

/** A request as the emulator saw it. */
export interface SeenRequest {
  readonly method: string
  /** With the query, as it was sent. */
  readonly path: string
  /** By lower-case names; what identifies the caller is replaced. */
  readonly headers: Readonly<Record<string, string>>
  /** The value of a JSON body, the text of any other, `undefined` where there is none. */
  readonly body: unknown
  /** What was done to the answer, if anything was. */
  readonly fault?: Fault | undefined
}

/** How many requests are remembered, so that a server that runs for days does not grow. */
const remembered = 1000

/** What the emulator has seen, and what it is still answering. */
export class RequestLog extends Context.Service<RequestLog, {
  readonly requests: Effect.Effect<ReadonlyArray<SeenRequest>>
  readonly active: Effect.Effect<number>
  readonly add: (request: SeenRequest) => Effect.Effect<void>
  /** Says what was done to the answer of a request. */
  readonly mark: (request: SeenRequest, fault: Fault) => Effect.Effect<void>
  /** Counts a request as being answered until the scope closes. */
  readonly hold: Effect.Effect<void, never, Scope.Scope>
}>()("@effect-mistral/emulator/internal/RequestLog") {}

/** An empty log. */
export const layerRequestLog: Layer.Layer<RequestLog> = Layer.effect(
  RequestLog,
  Effect.gen(function*() {
    const requests = yield* Ref.make<ReadonlyArray<SeenRequest>>([])
    const active = yield* Ref.make(0)
    return RequestLog.of({
      requests: Ref.get(requests),
      active: Ref.get(active),
      add: (request) => Ref.update(requests, (all) => [...all.slice(1 - remembered), request]),
      mark: (request, fault) =>
        Ref.update(requests, (all) => all.map((one) => one === request ? { ...one, fault } : one)),
      hold: Effect.asVoid(Effect.acquireRelease(
        Ref.update(active, (count) => count + 1),
        () => Ref.update(active, (count) => count - 1)
      ))
    })
  })
)
