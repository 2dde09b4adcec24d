/** The checks of failures: each response of a server, and each way in which it can break, is the typed error that it should be. */
import { Chat } from "@effect-mistral/chat"
import { Completion, type RequestOptions } from "@effect-mistral/core"
import { Duration, Effect, Option, Stream } from "effect"
import { failure, request, streamed, withFault } from "./calls.ts"
import { expect } from "./expect.ts"
import type { Check, Checks } from "./services.ts"

/** A response with an error status, and the error that it is. */
interface Refusal {
  readonly fault: object
  readonly reason: string
  readonly status: number
  readonly isRetryable: boolean
}

const refusals: Readonly<Record<string, Refusal>> = Object.fromEntries(
  ([
    [400, "BadRequest", false],
    [403, "PermissionDenied", false],
    [404, "NotFound", false],
    [409, "Conflict", false],
    [422, "Validation", false],
    [429, "RateLimited", true],
    [500, "ServerError", true],
    [503, "CapacityExceeded", true]
  ] as const).map(([status, reason, isRetryable]) => [
    `the status ${status}`,
    { fault: { type: "status", status }, reason, status, isRetryable }
  ])
)

/** What breaks a stream, and the error that follows the chunks before it. */
const broken: Readonly<Record<string, readonly [fault: object, reason: string]>> = {
  "a cut stream": [{ type: "cut", after_events: 3 }, "ConnectionLost"],
  "a stream that is cut in a character": [{ type: "cut_character" }, "ConnectionLost"],
  "a stream without its last event": [{ type: "missing_done" }, "StreamEndedEarly"],
  "an event that is not JSON": [{ type: "garbage_event", after_events: 3 }, "InvalidResponse"],
  "an error in a stream": [{ type: "error_event", after_events: 3 }, "StreamError"]
}

const page = { type: "status", status: 200, content_type: "text/html", body: "<html><body>Sign in</body></html>" }

const refused = ({ fault, isRetryable, reason, status }: Refusal): Check =>
  Effect.gen(function*() {
    for (const call of [Chat.complete(request, withFault(fault)), streamed(withFault(fault))]) {
      const error = yield* failure(call)
      yield* expect([error.reason._tag, error.status, error.isRetryable], [reason, status, isRetryable], "error")
      yield* expect(typeof error.requestId, "string", "the request id")
    }
  })

const breaks = ([fault, reason]: readonly [object, string]): Check =>
  Effect.gen(function*() {
    const { error } = yield* Completion.collectPartial(Chat.stream(request, withFault(fault)))
    const found = Option.map(error, ({ chunks, reason }) => [reason._tag, chunks > 0])
    yield* expect(Option.getOrNull(found), [reason, true], "error")
  })

type Call = (options: RequestOptions.RequestOptions) => ReturnType<typeof Chat.complete>

const calls: ReadonlyArray<Call> = [(options) => Chat.complete(request, options), streamed]

/** Fails whole and streamed with the same reason. */
const fails = (options: RequestOptions.RequestOptions, reason: string, status?: number): Check =>
  Effect.gen(function*() {
    for (const call of calls) {
      const error = yield* failure(call(options))
      yield* expect([error.reason._tag, error.status], [reason, status], "error")
    }
  })

export const errorChecks: Checks = {
  ...Object.fromEntries(Object.entries(refusals).map(([name, refusal]) => [name, refused(refusal)])),
  ...Object.fromEntries(Object.entries(broken).map(([name, fault]) => [name, breaks(fault)])),
  "a wrong key": fails({ headers: { authorization: "Bearer wrong" } }, "Authentication", 401),
  "a key that cannot be had": fails({ apiKey: Effect.fail(new Error("the vault is closed")) }, "ApiKeyUnavailable"),
  "a connection that is reset": fails(withFault({ type: "reset" }), "ConnectionFailed"),
  "a page in place of JSON": fails(withFault(page), "InvalidResponse", 200),
  "a cut whole answer": Effect.gen(function*() {
    const error = yield* failure(Chat.complete(request, withFault({ type: "cut", after_bytes: 20 })))
    yield* expect([error.reason._tag, error.isRetryable], ["ConnectionLost", true], "error")
  }),
  "a request that does not fit its schema": Effect.gen(function*() {
    const error = yield* failure(Chat.complete({ ...request, temperature: -1 }))
    yield* expect([error.reason._tag, error.status], ["InvalidRequest", undefined], "error")
    yield* expect(/temperature/.test(error.message), true, "the place")
  }),
  "the pause that a server asks for": Effect.gen(function*() {
    const error = yield* failure(Chat.complete(request, withFault({ type: "status", status: 429, retry_after: 7 })))
    const pause = error.retryAfter
    yield* expect(pause === undefined ? pause : Duration.toSeconds(pause), 7, "retryAfter")
  }),
  "an event of 200,000 bytes": Effect.gen(function*() {
    const chunks = yield* Stream.runCollect(
      Chat.stream(request, withFault({ type: "giant_event", bytes: 200_000, after_events: 2 }))
    )
    yield* expect(chunks.some((chunk) => JSON.stringify(chunk).length > 100_000), true, "a long chunk")
  })
}
