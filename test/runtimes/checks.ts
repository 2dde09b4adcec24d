/**
 * The program that every runtime runs: each check is a use of the library that must end as it says. It talks to the
 * emulator, whose faults it selects by a header.
 */
import { Chat } from "@effect-mistral/chat"
import { Completion, FetchHttpClient, RequestOptions, RetryPolicy } from "@effect-mistral/core"
import { Effect, Stream } from "effect"
import { abortChecks } from "./abortChecks.ts"
import { batchChecks } from "./batchChecks.ts"
import { dripping, failure, request, stalled, streamed, withFault } from "./calls.ts"
import { errorChecks } from "./errorChecks.ts"
import { expect, hello } from "./expect.ts"
import { languageModelChecks } from "./languageModelChecks.ts"
import { modelChecks } from "./modelChecks.ts"
import { objectChecks } from "./objectChecks.ts"
import { observabilityChecks } from "./observabilityChecks.ts"
import type { Check, Checks } from "./services.ts"
import { toolChecks } from "./toolChecks.ts"

export { type Server, type Services, servicesOver } from "./services.ts"

/** A call with a time limit: its phase, and the fault by which the limit expires. */
interface Limited {
  readonly phase: string
  readonly fault: object
  readonly stream: boolean
}

const limited: Readonly<Record<string, Limited>> = {
  "firstByte of a stream": { phase: "firstByte", fault: stalled, stream: true },
  "firstByte of a whole answer": { phase: "firstByte", fault: stalled, stream: false },
  "idle of a stream": { phase: "idle", fault: { ...stalled, after_events: 2 }, stream: true },
  "idle of a whole answer": { phase: "idle", fault: { ...stalled, after_bytes: 20 }, stream: false },
  "total of a stream": { phase: "total", fault: dripping, stream: true },
  "total of a whole answer": { phase: "total", fault: dripping, stream: false },
  ...("nextEvent" in RequestOptions.defaults.timeout
    ? { "nextEvent of a stream": { phase: "nextEvent", fault: dripping, stream: true } }
    : undefined)
}

/** The names of the checks of time limits. */
export const limits: ReadonlyArray<string> = Object.keys(limited).map((name) => `the time limit ${name}`)

const call = ({ phase, stream }: Limited, options?: RequestOptions.RequestOptions) => {
  const all = { ...options, timeout: { [phase]: "300 millis" } }
  return stream ? streamed(all) : Chat.complete(request, all)
}

/** A good call with the same time limit, whose timer must not be the one that the next call relies on. */
const inTime = (limited: Limited): Check => Effect.ignore(call(limited))

/** A call that its time limit must end, and no other one. */
const outOfTime = (limited: Limited): Check =>
  Effect.gen(function*() {
    const { message, reason } = yield* failure(call(limited, withFault(limited.fault)))
    yield* expect([reason._tag, "phase" in reason ? reason.phase : message], ["Timeout", limited.phase], "error")
  }).pipe(Effect.timeoutOrElse({
    duration: "30 seconds",
    orElse: () => Effect.die(new Error("the time limit did not expire in 30 seconds"))
  }))

const without = (body: boolean): typeof fetch => async (...args) => {
  const response = await fetch(...args)
  const bodyless: Partial<Response> = {
    status: response.status,
    ok: response.ok,
    headers: response.headers,
    arrayBuffer: () => response.arrayBuffer(),
    text: () => response.text(),
    json: () => response.json()
  }
  // A response of React Native has no `body`.
  return (body ? response : bodyless) as Response
}

/** The checks that fit every transport. */
export const checks: Checks = {
  "a whole answer": Effect.gen(function*() {
    const response = yield* Chat.complete(request)
    yield* expect(Completion.text(response), hello, "text")
  }),
  "a stream": Effect.gen(function*() {
    const chunks = yield* Stream.runCollect(Chat.stream(request))
    yield* expect(chunks.map(Completion.chunkText).join(""), hello, "text")
    yield* expect(chunks.length > 3, true, "several chunks")
  }),
  "a slow stream within its time limits": Effect.gen(function*() {
    const response = yield* streamed({
      ...withFault({ type: "drip", bytes: 40, millis: 5 }),
      timeout: { firstByte: "1 minute", idle: "1 minute", total: "1 minute" }
    })
    yield* expect(Completion.text(response), hello, "text")
  }),
  "a retry": Effect.gen(function*() {
    const error = yield* failure(
      Chat.complete(request, {
        ...withFault({ type: "status", status: 503, retry_after: 0 }),
        retry: RetryPolicy.make({ maxElapsed: "1 second" })
      })
    )
    yield* expect([error.reason._tag, error.status], ["CapacityExceeded", 503], "error")
  }),
  ...abortChecks,
  ...errorChecks,
  ...objectChecks,
  ...toolChecks,
  ...modelChecks,
  ...observabilityChecks,
  ...languageModelChecks,
  ...batchChecks,
  ...Object.fromEntries(
    Object.entries(limited).flatMap(([name, limited]) => [
      [`a good call with the time limit ${name}`, inTime(limited)],
      [`the time limit ${name}`, outOfTime(limited)]
    ])
  )
}

/** The checks of the client over `fetch`. */
export const fetchChecks: Checks = {
  "a fetch of another kind": Effect.gen(function*() {
    yield* expect(Completion.text(yield* Chat.complete(request)), hello, "text")
  }).pipe(Effect.provideService(FetchHttpClient.Fetch, without(true))),
  "a whole answer of a fetch without a body": Effect.gen(function*() {
    yield* expect(Completion.text(yield* Chat.complete(request)), hello, "text")
  }).pipe(Effect.provideService(FetchHttpClient.Fetch, without(false))),
  "a stream of a fetch without a body": Effect.gen(function*() {
    const error = yield* failure(Stream.runDrain(Chat.stream(request)))
    yield* expect(error.isRetryable, false, "isRetryable")
    yield* expect(/stream/i.test(error.reason.message), true, "a sentence about streams")
  }).pipe(Effect.provideService(FetchHttpClient.Fetch, without(false)))
}

/** All checks, and those of time limits twice: what the first leaves behind must not break the second. */
export const order: ReadonlyArray<string> = [...Object.keys(checks), ...limits]
