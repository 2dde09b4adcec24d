import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import type * as Scope from "effect/Scope"

/** A request as the emulator saw it. */
export interface SeenRequest {
  readonly method: string
  /** With the query, as it was sent. */
  readonly path: string
  /** By lower-case names; what identifies the caller is replaced. */
  readonly headers: Readonly<Record<string, string>>
  /** The value of a JSON body, the text of any other, `undefined` where there is none. */
  readonly body: unknown
}

/** How many requests are remembered, so that a server that runs for days does not grow. */
const remembered = 1000

/** What the emulator has seen, and what it is still answering. */
export class RequestLog extends Context.Service<RequestLog, {
  readonly requests: Effect.Effect<ReadonlyArray<SeenRequest>>
  readonly active: Effect.Effect<number>
  readonly add: (request: SeenRequest) => Effect.Effect<void>
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
      hold: Effect.asVoid(Effect.acquireRelease(
        Ref.update(active, (count) => count + 1),
        () => Ref.update(active, (count) => count - 1)
      ))
    })
  })
)
