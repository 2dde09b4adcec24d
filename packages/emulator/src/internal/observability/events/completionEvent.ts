import * as Effect from "effect/Effect"
import type { Completed, Recordable, RecordCompletion } from "../../completion/completionRecord.ts"
import type { JsonObject } from "../../json/jsonObject.ts"
import { monotonicTime } from "../../timing/monotonicMillis.ts"
import type { NewEvent } from "./newEvent.ts"

/** Makes a `RecordCompletion` that stores each completion as an event. */
export const recordCompletion = (add: (events: ReadonlyArray<NewEvent>) => Effect.Effect<unknown>): RecordCompletion =>
  Effect.fnUntraced(function*(completed) {
    const took = (yield* monotonicTime) - completed.startedMonotonic
    yield* add([toEvent(completed, took)])
  })

/** Makes the event of a completion that took some milliseconds. */
const toEvent = ({ correlationId, operation, request, response, started }: Completed, took: number): NewEvent => ({
  correlation_id: correlationId,
  created_at: new Date(started).toISOString(),
  operation,
  response_id: response.id,
  model_name: response.model,
  api_agent_id: request.agent_id ?? null,
  is_stream: request.stream === true,
  finish_reason: response.choices[0]?.finish_reason ?? null,
  total_time_elapsed: Math.round(took) / 1000,
  input_tokens: response.usage?.prompt_tokens ?? 0,
  output_tokens: response.usage?.completion_tokens ?? 0,
  metadata: request.metadata ?? null,
  parameters: parametersOf(request),
  enabled_tools: (request.tools ?? []).map(json),
  request_messages: messagesOf(request).map(json),
  response_messages: response.choices.flatMap(({ message }) => message == null ? [] : [json(message)])
})

/** A prompt counts as one user message. */
const messagesOf = ({ messages, prompt, suffix }: Recordable): ReadonlyArray<object> =>
  messages ?? [{ role: "user", content: prompt ?? "", ...(suffix == null || suffix === "" ? undefined : { suffix }) }]

const parameters = [
  "temperature",
  "top_p",
  "max_tokens",
  "min_tokens",
  "random_seed",
  "stop",
  "n",
  "presence_penalty",
  "frequency_penalty"
]

const parametersOf = (request: Recordable): JsonObject =>
  Object.fromEntries(Object.entries(request).filter(([key, value]) => parameters.includes(key) && value != null))

/** A value that was parsed from JSON, or is written as JSON, is an object with string keys. */
const json = (value: object): JsonObject => value as JsonObject
