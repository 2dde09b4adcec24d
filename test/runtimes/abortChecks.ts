/**
 * The checks of calls that are given up. Each names its requests by a scope, so that `run.ts` can see in the emulator's log
 * that their connections were closed.
 */
import { Chat } from "@effect-mistral/chat"
import { Completion, type RequestOptions } from "@effect-mistral/core"
import { Effect, Exit, Fiber, Stream } from "effect"
import { request, stalled, withFault } from "./calls.ts"
import { expect } from "./expect.ts"
import type { Checks } from "./services.ts"

/** The scope of the requests that are given up. */
export const givenUp = "given-up"

const stalling = (fault: object): RequestOptions.RequestOptions => ({
  headers: { ...withFault(fault).headers, "x-emulator-scope": givenUp }
})

const stalledStream = Chat.stream(request, stalling({ ...stalled, after_events: 2 }))

const whole = Chat.complete(request, stalling(stalled))

export const abortChecks: Checks = {
  "a stream that is stopped early": Effect.gen(function*() {
    const chunks = yield* Stream.runCollect(Stream.take(stalledStream, 1))
    yield* expect(chunks.length, 1, "chunks")
  }),
  "a stream that is interrupted after its first chunk": Effect.gen(function*() {
    const seen: Array<string> = []
    const fiber = yield* Effect.forkChild(
      Stream.runForEach(stalledStream, (chunk) => Effect.sync(() => seen.push(Completion.chunkText(chunk))))
    )
    while (seen.length === 0) yield* Effect.sleep("5 millis")
    const exit = yield* Effect.andThen(Fiber.interrupt(fiber), Fiber.await(fiber))
    yield* expect([Exit.hasInterrupts(exit), Exit.hasFails(exit)], [true, false], "exit")
  }),
  "an interrupted call": Effect.gen(function*() {
    const late = yield* Effect.timeoutOption(whole, "50 millis")
    yield* expect(late._tag, "None", "result")
  }),
  "a call that an AbortSignal ends": Effect.gen(function*() {
    const context = yield* Effect.context<Chat.Chat>()
    const controller = new AbortController()
    const promise = Effect.runPromiseExitWith(context)(whole, { signal: controller.signal })
    yield* Effect.sleep("50 millis")
    controller.abort()
    yield* expect(Exit.hasInterrupts(yield* Effect.promise(() => promise)), true, "interrupted")
  }),
  "a web stream that its reader cancels": Effect.gen(function*() {
    const context = yield* Effect.context<Chat.Chat>()
    const bytes = stalledStream.pipe(Stream.map(Completion.chunkText), Stream.encodeText)
    const reader = Stream.toReadableStreamWith(bytes, context).getReader()
    yield* expect((yield* Effect.promise(() => reader.read())).done, false, "the end")
    yield* Effect.promise(() => reader.cancel())
  })
}

/** The number of requests that `abortChecks` give up. */
export const abortedRequests = Object.keys(abortChecks).length
