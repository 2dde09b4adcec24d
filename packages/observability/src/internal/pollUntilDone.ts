import type { MistralError } from "@effect-mistral/core/MistralError"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { hasEnded, type TaskStatus } from "../TaskStatus.ts"

/** Polls a task until its status is final or the schedule ends, and gives the last response. */
export const pollUntilDone = <A>(
  fetch: Effect.Effect<A, MistralError>,
  statusOf: (response: A) => TaskStatus,
  schedule: Schedule.Schedule<unknown, A> = everyTwoSeconds
): Effect.Effect<A, MistralError> =>
  Effect.repeat(fetch, { schedule, until: (response) => hasEnded(statusOf(response)) })

const everyTwoSeconds = Schedule.spaced("2 seconds")
