import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Stream from "effect/Stream"
import type { FaultQueue } from "../faults/faultQueue.ts"
import { detail } from "../http/errorResponse.ts"
import { RequestLog, type SeenRequest } from "../log/requestLog.ts"
import type { RuleStore } from "../script/ruleStore.ts"
import type { AdminRoute } from "./adminRoute.ts"
import { queryParameter } from "./queryParameter.ts"

/** How often faults and rules are looked at when no request comes: a program may change them. */
const interval = "1 second"

const encoder = new TextEncoder()

/** An event of the feed, in one line of JSON. */
const text = (event: { readonly type: string } & Readonly<Record<string, unknown>>): string => JSON.stringify(event)

/** A request in the feed: without its headers and its body, which may be large and are sent again with each change. */
const summary = (request: SeenRequest) => ({
  ...request,
  headers: undefined,
  body: undefined,
  streamed: isStreamed(request.body)
})

const isStreamed = (body: unknown): boolean =>
  typeof body === "object" && body !== null && "stream" in body && body.stream === true

/** The armed faults, and the rules with their hits but without their answers, of all scopes. */
const stateOf = (faults: FaultQueue, rules: RuleStore) =>
  Effect.map(
    Effect.all([faults.all, rules.all]),
    ([faults, rules]) => text({ type: "state", faults, rules: rules.map((rule) => ({ ...rule, answer: undefined })) })
  )

/**
 * `/_emulator/feed` and `/_emulator/request?id=`: the requests as they come.
 *
 * *Details*: the feed is a stream of server-sent events. It begins with the requests that are kept; then each change of a
 * request and each piece of a response is an event, and so are the armed faults and the rules whenever they differ.
 */
export const feedAdmin = (
  faults: FaultQueue,
  rules: RuleStore
): Effect.Effect<ReadonlyArray<AdminRoute>, never, RequestLog> =>
  Effect.map(RequestLog, (log): ReadonlyArray<AdminRoute> => {
    const state = stateOf(faults, rules)
    const known = Effect.map(log.requests, (requests) => text({ type: "requests", requests: requests.map(summary) }))
    const sources: ReadonlyArray<Stream.Stream<{ readonly event?: string; readonly checksState: boolean }>> = [
      Stream.map(log.changes, (change) =>
        change.type === "body"
          ? { event: text(change), checksState: false }
          : { event: text({ type: "request", request: summary(change.request) }), checksState: true }),
      // The changes are subscribed to before, so that none is missed. One that comes twice does no harm.
      Stream.fromEffect(Effect.andThen(Effect.yieldNow, Effect.map(known, (event) => ({ event, checksState: true })))),
      Stream.map(Stream.tick(interval), () => ({ checksState: true }))
    ]
    const events = Stream.mergeAll(sources, { concurrency: "unbounded" }).pipe(
      Stream.mapAccumEffect(
        () => "",
        (last, { checksState, event }) =>
          Effect.map(
            checksState ? state : Effect.succeed(last),
            (now) => [now, [...event === undefined ? [] : [event], ...now === last ? [] : [now]]] as const
          )
      )
    )
    return [
      {
        method: "GET",
        path: "feed",
        respond: Effect.succeed(HttpServerResponse.stream(
          Stream.map(events, (event) => encoder.encode(`data: ${event}\n\n`)),
          { contentType: "text/event-stream; charset=utf-8", headers: { "cache-control": "no-store" } }
        ))
      },
      {
        method: "GET",
        path: "request",
        respond: Effect.gen(function*() {
          const { url } = yield* HttpServerRequest.HttpServerRequest
          const id = queryParameter(url, "id")
          const found = (yield* log.requests).findLast((request) => request.id === id)
          return found === undefined
            ? yield* detail(404, "The log has no such request")
            : HttpServerResponse.jsonUnsafe(found)
        })
      }
    ]
  })
