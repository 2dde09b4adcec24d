import type * as Cause from "effect/Cause"
import * as Channel from "effect/Channel"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Pull from "effect/Pull"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { StreamEndpoint } from "../../Endpoint.ts"
import type { MistralError } from "../../MistralError.ts"
import * as RequestOptions from "../../RequestOptions.ts"
import * as Telemetry from "../../Telemetry.ts"
import { type CallResources, sendWithRetry } from "../attempt/sendWithRetry.ts"
import { makeCall, type Target } from "../request/call.ts"
import type { OpenResponse } from "../response/bodyReader.ts"
import { jsonReader } from "../schema/jsonReader.ts"
import { fastPathOf } from "../stream/chunkFastPath.ts"
import type { EventHooks } from "../stream/eventDecoder.ts"
import { type EventStream, makeEventStream } from "../stream/eventStream.ts"
import { annotateFailure } from "./annotateFailure.ts"
import { type ClientConfig, serverOf } from "./clientConfig.ts"
import { reportResponse } from "./reportResponse.ts"

/**
 * Sends a request and streams the events of its response, in one span.
 *
 * The request is sent by the first pull. An interrupted pull can be retried once the stream has started; before that, the
 * request is cancelled and not sent again, because its model may have run.
 */
export const streamEvents = <Request, Event>(
  config: ClientConfig,
  endpoint: StreamEndpoint<Request, Event>,
  request: Request,
  callOptions: (RequestOptions.RequestOptions & Target) | undefined
): Stream.Stream<Event, MistralError> => {
  const options = RequestOptions.resolve(config.options, callOptions)
  // `Channel.fromTransformBracket` would close the scope when a pull is interrupted, so that it could not be retried.
  return Stream.fromChannel(Channel.fromTransform((_upstream, outer) => {
    const scope = Scope.forkUnsafe(outer)
    let events: Pick<EventStream<Event>, "next"> | undefined
    const end = (cause: Cause.Cause<MistralError | Cause.Done>) => {
      events = { next: Effect.failCause(cause) }
      return Scope.close(scope, Pull.doneExitFromCause(cause))
    }
    const first = () => {
      // `onStarted` assigns `events` inside `start`, so that an interruption right after it cannot lose them.
      const started = start(config, endpoint, request, options, callOptions, scope, (started) => events = started)
      return Effect.flatMap(Effect.onError(Scope.provide(started, scope), end), () => events!.next)
    }
    return Effect.succeed(Effect.catchCause(
      Effect.suspend(() => events === undefined ? first() : events.next),
      (cause) => Effect.andThen(Effect.uninterruptible(end(cause)), Effect.failCause(cause))
    ))
  }))
}

const start = Effect.fnUntraced(function*<Request, Event>(
  config: ClientConfig,
  endpoint: StreamEndpoint<Request, Event>,
  request: Request,
  options: RequestOptions.Resolved,
  target: Target | undefined,
  scope: Scope.Scope,
  onStarted: (events: EventStream<Event>) => void
) {
  const server = serverOf(config, options)
  const span = yield* Effect.makeSpanScoped(
    Telemetry.spanName(endpoint, request),
    Telemetry.spanOptions(endpoint, request, server)
  )
  const resources: CallResources = { finalizer: Effect.void, span }
  yield* Scope.addFinalizerExit(scope, (exit) => {
    if (Exit.isFailure(exit)) annotateFailure(span, exit.cause)
    return resources.finalizer
  })
  const call = yield* makeCall(endpoint, request, "text/event-stream", server, options, target)
  const reader = jsonReader(endpoint.event, endpoint.repair)
  const hooks: EventHooks<Event> = {
    endpoint,
    endsByFinishReason: server.deployment.endOfStream === "finishReason",
    fastPath: options.fastPath ? fastPathOf(endpoint.event, reader) : undefined,
    // The usage comes with the last chunk.
    onValue: (value) => {
      if (span.sampled && hasUsage(value)) Telemetry.annotate(span, Telemetry.responseAttributes(value))
    }
  }
  let head: OpenResponse
  const read = (response: OpenResponse) => makeEventStream(call, head = response, reader, hooks)
  const events = yield* sendWithRetry(config.sender, call, resources, read)
  resources.finalizer = events.release
  yield* reportResponse(call, head!, span)
  onStarted(events)
})

const hasUsage = (event: unknown): boolean => {
  const usage = (event as { readonly usage?: unknown }).usage
  return usage !== undefined && usage !== null
}
