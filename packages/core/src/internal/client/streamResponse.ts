import type * as Arr from "effect/Array"
import type * as Cause from "effect/Cause"
import * as Channel from "effect/Channel"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { BytesEndpoint } from "../../Endpoint.ts"
import type { MistralError } from "../../MistralError.ts"
import * as RequestOptions from "../../RequestOptions.ts"
import * as Telemetry from "../../Telemetry.ts"
import { type CallResources, sendWithRetry } from "../attempt/sendWithRetry.ts"
import { type Accept, type Call, makeCall, type Target } from "../request/call.ts"
import type { Server } from "../request/server.ts"
import type { OpenResponse } from "../response/bodyReader.ts"
import { type CallTelemetry, spanOf, startTelemetry } from "./callTelemetry.ts"
import { type ClientConfig, serverOf } from "./clientConfig.ts"
import { reportResponse } from "./reportResponse.ts"

/** The values of a response: `next` waits for some of them, and `release` runs at the end, whatever it is. */
export interface OpenStream<A> {
  readonly next: Pull.Pull<Arr.NonEmptyReadonlyArray<A>, MistralError>
  readonly release: Effect.Effect<void>
}

/** What a call reads its response with. */
export interface StreamedCall {
  readonly call: Call
  readonly options: RequestOptions.Resolved
  readonly server: Server
  readonly telemetry: CallTelemetry
  readonly resources: CallResources
}

/** Begins to read a response. */
export type OpenResponseStream<A> = (
  streamed: StreamedCall,
  response: OpenResponse
) => Effect.Effect<OpenStream<A>, MistralError>

/**
 * Sends a request and streams the values of its response, in one span.
 *
 * The request is sent by the first pull. An interrupted pull can be retried once the stream has started; before that, the
 * request is cancelled and not sent again, because its model may have run.
 */
export const streamResponse = <Request, A>(
  config: ClientConfig,
  endpoint: BytesEndpoint<Request> & Telemetry.Operation,
  request: Request,
  callOptions: (RequestOptions.RequestOptions & Target) | undefined,
  accept: Accept,
  read: OpenResponseStream<A>
): Stream.Stream<A, MistralError> => {
  const options = RequestOptions.resolve(config.options, callOptions)
  // `Channel.fromTransformBracket` would close the scope when a pull is interrupted, so that it could not be retried.
  return Stream.fromChannel(Channel.fromTransform((_upstream, outer) => {
    const run: Run<A> = { scope: Scope.forkUnsafe(outer), values: undefined, end: undefined }
    const end = (cause: Cause.Cause<MistralError | Cause.Done>) => {
      run.end = cause
      run.values = { next: Effect.failCause(cause) }
      return Scope.close(run.scope, Pull.doneExitFromCause(cause))
    }
    const first = () => {
      const started = start(config, endpoint, request, options, callOptions, run, accept, read)
      return Effect.flatMap(Effect.onError(Scope.provide(started, run.scope), end), () => run.values!.next)
    }
    return Effect.succeed(Effect.catchCause(
      Effect.suspend(() => run.values === undefined ? first() : run.values.next),
      (cause) => Effect.andThen(Effect.uninterruptible(end(cause)), Effect.failCause(cause))
    ))
  }))
}

/** One run of a stream. */
interface Run<A> {
  readonly scope: Scope.Closeable
  /** Assigned inside `start`, so that an interruption right after it cannot lose them. */
  values: Pick<OpenStream<A>, "next"> | undefined
  /** How the stream ended by itself. Where its reader ends it, the scope may close with a failure of the reader. */
  end: Cause.Cause<MistralError | Cause.Done> | undefined
}

const start = Effect.fnUntraced(function*<Request, A>(
  config: ClientConfig,
  endpoint: BytesEndpoint<Request> & Telemetry.Operation,
  request: Request,
  options: RequestOptions.Resolved,
  target: Target | undefined,
  run: Run<A>,
  accept: Accept,
  read: OpenResponseStream<A>
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
  const call = yield* makeCall(endpoint, request, accept, server, options, target)
  let head: OpenResponse
  const streamed = { call, options, server, telemetry, resources }
  const values = yield* sendWithRetry(config.sender, call, resources, (response) => read(streamed, head = response))
  resources.finalizer = values.release
  yield* reportResponse(call, head!, span)
  run.values = values
})
