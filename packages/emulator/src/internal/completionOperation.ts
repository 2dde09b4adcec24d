import type { CompletionEndpoint } from "@effect-mistral/core/Endpoint"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Stream from "effect/Stream"
import type * as Script from "../Script.ts"
import type { Answer } from "./answer.ts"
import { timedTokens, toChunks, toResponse } from "./completion.ts"
import { CorrelationId } from "./correlationId.ts"
import type { Operation } from "./endpointRoute.ts"
import type { Recordable, Recorder } from "./observability/recording.ts"
import { paced, waitFor } from "./pacing.ts"
import { costHeader } from "./rateMeter.ts"
import { Refusal } from "./refusal.ts"
import { ScriptedReply } from "./scripts.ts"
import type { Settings } from "./settings.ts"

/**
 * A completion endpoint: its answers are sent whole, or streamed if the request's `stream` says so. An answer is recorded
 * before the last of it is sent: who has all of it finds it among the events, whatever becomes of the emulator.
 */
export const completionOperation = <Request extends Recordable>(
  settings: Settings,
  record: Recorder,
  endpoint: CompletionEndpoint<Request>,
  answerTo: (request: Request, reply: Script.Reply | undefined) => Answer | Refusal
): Operation<Request> => ({
  route: endpoint.complete,
  completes: true,
  answer: Effect.fnUntraced(function*(request) {
    const answer = answerTo(request, yield* ScriptedReply)
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
  yield* waitFor(pace, answer.id, Math.max(...answer.choices.map(timedTokens)))
  yield* recorded
  return HttpServerResponse.jsonUnsafe(toResponse(answer, created), { headers: headers(answer) })
})

const encoder = new TextEncoder()

const streamed = Effect.fnUntraced(function*(answer: Answer, { pace }: Settings, recorded: Effect.Effect<void>) {
  const chunks = toChunks(answer, yield* seconds)
  const events = [
    ...chunks.map(({ after, chunk }) => ({ after, data: () => JSON.stringify(chunk) })),
    { after: chunks.at(-1)?.after ?? 0, data: () => "[DONE]" }
  ]
  const bytes = paced(events, pace, answer.id, ({ after }) => after).pipe(
    Stream.tap((event) => event === events.at(-2) ? recorded : Effect.void),
    Stream.map(({ data }) => encoder.encode(`data: ${data()}\n\n`))
  )
  return HttpServerResponse.stream(bytes, {
    contentType: "text/event-stream; charset=utf-8",
    headers: { ...headers(answer), "cache-control": "no-cache" }
  })
})
