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

/** A call whose body stops in the middle. */
const whole = Chat.complete(request, stalling({ ...stalled, after_bytes: 20 }))

/** How long such a call goes on: the server has seen it then, also on a machine that is busy. */
const pause = "1 second"

/** The checks of calls that are given up after the server has begun to respond. */
const given: Checks = {
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
  "a call that is interrupted while its body is read": Effect.gen(function*() {
    const fiber = yield* Effect.forkChild(whole)
    yield* Effect.sleep(pause)
    const exit = yield* Effect.andThen(Fiber.interrupt(fiber), Fiber.await(fiber))
    yield* expect([Exit.hasInterrupts(exit), Exit.hasFails(exit)], [true, false], "exit")
  }),
  "a call that an AbortSignal ends": Effect.gen(function*() {
    const context = yield* Effect.context<Chat.Chat>()
    const controller = new AbortController()
    const promise = Effect.runPromiseExitWith(context)(whole, { signal: controller.signal })
    yield* Effect.sleep(pause)
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

/** The number of requests that the server must see to be aborted. */
export const abortedRequests: number = Object.keys(given).length

export const abortChecks: Checks = {
  ...given,
  "an interrupted call": Effect.gen(function*() {
    const late = yield* Effect.timeoutOption(Chat.complete(request, withFault(stalled)), "50 millis")
    yield* expect(late._tag, "None", "result")
  })
}
