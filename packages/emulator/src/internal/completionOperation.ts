import type { CompletionEndpoint } from "@effect-mistral/core/Endpoint"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Stream from "effect/Stream"
import type { Answer } from "./answer.ts"
import { toChunks, toResponse } from "./completion.ts"
import { CorrelationId } from "./correlationId.ts"
import type { Operation } from "./endpointRoute.ts"
import type { Recordable, Recorder } from "./observability/recording.ts"
import { paced, waitFor } from "./pacing.ts"
import { costHeader } from "./rateMeter.ts"
import { Refusal } from "./refusal.ts"
import type { Settings } from "./settings.ts"

/**
 * A completion endpoint: its answers are sent whole, or streamed if the request's `stream` says so. An answer is recorded
 * before the last of it is sent: who has all of it finds it among the events, whatever becomes of the emulator.
 */
export const completionOperation = <Request extends Recordable>(
  settings: Settings,
  record: Recorder,
  endpoint: CompletionEndpoint<Request>,
  answerTo: (request: Request) => Answer | Refusal
): Operation<Request> => ({
  route: endpoint.complete,
  answer: Effect.fnUntraced(function*(request) {
    const answer = answerTo(request)
    if (answer instanceof Refusal) return yield* answer
    const recorded = record({
      operation: endpoint.complete.operation,
      request,
      response: toResponse(answer, yield* seconds),
      started: yield* Clock.currentTimeMillis,
      correlationId: yield* CorrelationId
    })
    return yield* request.stream === true ? streamed(answer, settings, recorded) : whole(answer, settings, recorded)
  })
})

const headers = (answer: Answer) => ({ [costHeader]: String(answer.promptTokens + answer.completionTokens) })

const seconds = Effect.map(Clock.currentTimeMillis, (millis) => Math.floor(millis / 1000))

const whole = Effect.fnUntraced(function*(answer: Answer, { pace }: Settings, recorded: Effect.Effect<void>) {
  const created = yield* seconds
  // The choices are written at the same time: the longest one decides.
  yield* waitFor(pace, Math.max(...answer.choices.map((choice) => choice.tokens)))
  yield* recorded
  return HttpServerResponse.jsonUnsafe(toResponse(answer, created), { headers: headers(answer) })
})

const encoder = new TextEncoder()

const streamed = Effect.fnUntraced(function*(answer: Answer, { pace }: Settings, recorded: Effect.Effect<void>) {
  const chunks = toChunks(answer, yield* seconds)
  const events = paced(chunks, pace, ({ after }) => after).pipe(
    Stream.tap((chunk) => chunk === chunks.at(-1) ? recorded : Effect.void),
    Stream.map(({ chunk }) => `data: ${JSON.stringify(chunk)}\n\n`),
    Stream.concat(Stream.make("data: [DONE]\n\n")),
    Stream.map((event) => encoder.encode(event))
  )
  return HttpServerResponse.stream(events, {
    contentType: "text/event-stream; charset=utf-8",
    headers: { ...headers(answer), "cache-control": "no-cache" }
  })
})
