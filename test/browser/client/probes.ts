/** Programs for browsers whose results a test looks at. */
import { Chat } from "@effect-mistral/chat"
import {
  Completion,
  type MistralError,
  type RequestOptions,
  type ResponseMetadata,
  RetryPolicy
} from "@effect-mistral/core"
import { Effect, Schema, Stream } from "effect"
import type { Services } from "../../runtimes/checks.ts"

type Probe = Effect.Effect<unknown, MistralError.MistralError, Services>

const request: Chat.Request = { model: "mistral-small-latest", messages: [{ role: "user", content: "Say hello" }] }

const Painter = Schema.Struct({ name: Schema.String, born: Schema.Int })
const object = { ...request, messages: [{ role: "user", content: "Who painted it?" }], schema: Painter } as const

const stalling: RequestOptions.RequestOptions = {
  headers: { "x-emulator-fault": JSON.stringify({ type: "stall", after_events: 2 }) },
  timeout: { idle: "1 minute" }
}

/** What a program knows of the error of a call, or that there is none. */
const failed = (options?: RequestOptions.RequestOptions): Probe =>
  Chat.complete(request, { retry: RetryPolicy.none, ...options }).pipe(Effect.matchEffect({
    onFailure: ({ isRetryable, message, reason, requestId, status }) =>
      Effect.succeed({ tag: reason._tag, status, requestId, isRetryable, message }),
    onSuccess: () => Effect.succeed("no error")
  }))

/** The probes by their names. Those that fail give what the error says. */
export const probes: Readonly<Record<string, Probe>> = {
  "a stream with its response": Effect.suspend(() => {
    let head: ResponseMetadata.ResponseMetadata | undefined
    const onResponse = (response: ResponseMetadata.ResponseMetadata) =>
      Effect.sync(() => {
        head = response
      })
    return Effect.map(
      Stream.runCollect(Chat.stream(request, { onResponse })),
      (chunks) => ({
        texts: chunks.map(Completion.chunkText).filter((text) => text !== ""),
        status: head?.status,
        requestId: head?.requestId,
        rateLimits: Object.keys(head?.rateLimits ?? {})
      })
    )
  }),
  "an object of a page": Effect.map(Chat.completeObject(object), ({ value }) => value),
  "an object that grows of a page": Effect.map(
    Stream.runCollect(Chat.streamObject(object)),
    (parts) => ({ partial: parts.filter(({ _tag }) => _tag === "Partial").length, last: parts.at(-1)?.value })
  ),
  "a failed call": failed(),
  "a call with a wrong key": failed({ headers: { authorization: "Bearer wrong" } }),
  "a stream that is left after its first chunk": Effect.map(
    Stream.runCollect(Stream.take(Chat.stream(request, stalling), 1)),
    (chunks) => chunks.length
  ),
  "a stream that an AbortSignal ends": Effect.promise(async () => {
    const controller = new AbortController()
    const reading = Stream.runForEach(Chat.stream(request, stalling), () => Effect.sync(() => controller.abort()))
    return { reading, signal: controller.signal }
  }).pipe(
    Effect.flatMap(({ reading, signal }) =>
      Effect.flatMap(
        Effect.context<Services>(),
        (services) =>
          Effect.promise(() =>
            Effect.runPromise(Effect.provide(reading, services), { signal }).then(() => "ended", () => "aborted")
          )
      )
    )
  ),
  "a stream without an end": Stream.runDrain(Chat.stream(request, stalling)),
  "evaluation of a text as code": Effect.sync(() => {
    try {
      return new Function("return 1")()
    } catch (error) {
      return Object(error).name
    }
  })
}
