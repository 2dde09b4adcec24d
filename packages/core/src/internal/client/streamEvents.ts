import type * as Cause from "effect/Cause"
import * as Channel from "effect/Channel"
import * as Effect from "effect/Effect"
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
import { spanOf, startTelemetry } from "./callTelemetry.ts"
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
    const run: Run<Event> = { scope: Scope.forkUnsafe(outer), events: undefined, end: undefined }
    const end = (cause: Cause.Cause<MistralError | Cause.Done>) => {
      run.end = cause
      run.events = { next: Effect.failCause(cause) }
      return Scope.close(run.scope, Pull.doneExitFromCause(cause))
    }
    const first = () => {
      const started = start(config, endpoint, request, options, callOptions, run)
      return Effect.flatMap(Effect.onError(Scope.provide(started, run.scope), end), () => run.events!.next)
    }
    return Effect.succeed(Effect.catchCause(
      Effect.suspend(() => run.events === undefined ? first() : run.events.next),
      (cause) => Effect.andThen(Effect.uninterruptible(end(cause)), Effect.failCause(cause))
    ))
  }))
}

/** One run of a stream. */
interface Run<Event> {
  readonly scope: Scope.Closeable
  /** Assigned inside `start`, so that an interruption right after it cannot lose them. */
  events: Pick<EventStream<Event>, "next"> | undefined
  /** How the stream ended by itself. Where its reader ends it, the scope may close with a failure of the reader. */
  end: Cause.Cause<MistralError | Cause.Done> | undefined
}

const start = Effect.fnUntraced(function*<Request, Event>(
  config: ClientConfig,
  endpoint: StreamEndpoint<Request, Event>,
  request: Request,
  options: RequestOptions.Resolved,
  target: Target | undefined,
  run: Run<Event>
) {
  const server = serverOf(config, options)
  const attributes = Telemetry.requestAttributes(endpoint, request, server)
  const span = yield* Effect.makeSpanScoped(...spanOf(endpoint, request, options))
  const telemetry = yield* startTelemetry(span, attributes, options)
  const resources: CallResources = { finalizer: Effect.void, span, onRetry: telemetry.onRetry }
  yield* Scope.addFinalizer(
    run.scope,
    Effect.suspend(() => {
      telemetry.end(run.end)
      return resources.finalizer
    })
  )
  const call = yield* makeCall(endpoint, request, "text/event-stream", server, options, target)
  const reader = jsonReader(endpoint.event, endpoint.repair)
  const hooks: EventHooks<Event> = {
    endpoint,
    endsByFinishReason: server.deployment.endOfStream === "finishReason",
    fastPath: options.fastPath ? fastPathOf(endpoint.event, reader) : undefined,
    choices: telemetry.choices,
    onValue: (event) => telemetry.onValue(event, call.scrubHeader),
    onValues: telemetry.onValues
  }
  let head: OpenResponse
  const read = (response: OpenResponse) => makeEventStream(call, head = response, reader, hooks)
  const events = yield* sendWithRetry(config.sender, call, resources, read)
  resources.finalizer = events.release
  yield* reportResponse(call, head!, span)
  run.events = events
})
