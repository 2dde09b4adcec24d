import type * as Completion from "@effect-mistral/core/Completion"
import type { CompletionEndpoint } from "@effect-mistral/core/Endpoint"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Stream from "effect/Stream"
import type * as Script from "../../Script.ts"
import { CorrelationId } from "../http/correlationId.ts"
import { ErrorResponse } from "../http/errorResponse.ts"
import type { Operation } from "../routing/endpointRoute.ts"
import { costHeader } from "../routing/rateLimiter.ts"
import { scriptedAnswer } from "../script/currentScript.ts"
import type { Settings } from "../settings/settings.ts"
import { monotonicTime } from "../timing/monotonicMillis.ts"
import { paced, waitFor } from "../timing/pace.ts"
import type { Recordable, RecordCompletion } from "./completionRecord.ts"
import { timedTokens, toChunks, toResponse } from "./completionResponse.ts"
import type { GeneratedCompletion } from "./generatedCompletion.ts"
import { paddingOf } from "./padding.ts"
import { wireFormsOf } from "./wireForms.ts"

/**
 * Makes the operation of a completion endpoint, which responds with the whole completion, or with a stream if the
 * request has `stream: true`.
 *
 * *Details*: a completion is recorded before its last chunk is sent. A client that has received all of it finds its
 * event, even if the emulator is killed at once.
 */
export const completionOperation = <Request extends Recordable>(
  settings: Settings,
  record: RecordCompletion,
  endpoint: CompletionEndpoint<Request>,
  generate: (
    request: Request,
    reply: Script.Reply | undefined,
    now: number
  ) => GeneratedCompletion | ErrorResponse
): Operation<Request> => ({
  route: endpoint.complete,
  answers: "completion",
  streamOptions: settings.streamOptions,
  respond: Effect.fnUntraced(function*(request) {
    const completion = generate(request, yield* scriptedAnswer("completion"), yield* Clock.currentTimeMillis)
    if (completion instanceof ErrorResponse) return yield* completion
    const recorded = record({
      operation: endpoint.complete.operation,
      request,
      response: toResponse(completion, yield* seconds, wireFormsOf(completion, settings)),
      started: yield* Clock.currentTimeMillis,
      startedMonotonic: yield* monotonicTime,
      correlationId: yield* CorrelationId
    })
    return yield* request.stream === true
      ? streamed(completion, settings, recorded)
      : whole(completion, settings, recorded)
  })
})

/** The header for which Mistral's SDKs print a warning (`hooks/deprecation_warning` of client-ts and client-python). */
const deprecationHeader = "x-model-deprecation-timestamp"

const headers = (completion: GeneratedCompletion, { models }: Settings) => {
  const deprecation = models.find(completion.model)?.card.deprecation
  return {
    [costHeader]: String(completion.promptTokens + completion.completionTokens),
    ...(deprecation == null ? undefined : { [deprecationHeader]: deprecation })
  }
}

const seconds = Effect.map(Clock.currentTimeMillis, (millis) => Math.floor(millis / 1000))

const whole = Effect.fnUntraced(
  function*(completion: GeneratedCompletion, settings: Settings, recorded: Effect.Effect<void>) {
    const created = yield* seconds
    // The choices are generated in parallel, so the longest one decides.
    yield* waitFor(settings.pace, completion.id, Math.max(...completion.choices.map(timedTokens)))
    yield* recorded
    return HttpServerResponse.jsonUnsafe(toResponse(completion, created, wireFormsOf(completion, settings)), {
      headers: headers(completion, settings)
    })
  }
)

const encoder = new TextEncoder()

/** Whether a chunk has the role and nothing else. The platform does not pad it. */
const opens = ({ choices }: Completion.Chunk): boolean =>
  choices.every(({ delta }) => delta.role === "assistant" && delta.content === "")

const streamed = Effect.fnUntraced(
  function*(completion: GeneratedCompletion, settings: Settings, recorded: Effect.Effect<void>) {
    const { pace, padding, seed } = settings
    const chunks = toChunks(completion, yield* seconds, wireFormsOf(completion, settings))
    const pad = padding ? paddingOf(completion.id, seed) : undefined
    const events = [
      ...chunks.map(({ after, chunk }) => ({
        after,
        data: () => JSON.stringify({ ...chunk, p: opens(chunk) ? undefined : pad?.() })
      })),
      { after: chunks.at(-1)?.after ?? 0, data: () => "[DONE]" }
    ]
    const bytes = paced(events, pace, completion.id, ({ after }) => after).pipe(
      Stream.tap((event) => event === events.at(-2) ? recorded : Effect.void),
      Stream.map(({ data }) => encoder.encode(`data: ${data()}\n\n`))
    )
    return HttpServerResponse.stream(bytes, {
      contentType: "text/event-stream; charset=utf-8",
      headers: { ...headers(completion, settings), "cache-control": "no-cache" }
    })
  }
)
