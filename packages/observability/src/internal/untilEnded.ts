import type { MistralError } from "@effect-mistral/core/MistralError"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { hasEnded, type TaskStatus } from "../TaskStatus.ts"

/** Asks until what the answer tells of has ended, or the schedule has; gives the last answer. */
export const untilEnded = <A>(
  ask: Effect.Effect<A, MistralError>,
  status: (answer: A) => TaskStatus,
  schedule: Schedule.Schedule<unknown, A> = everyTwoSeconds
): Effect.Effect<A, MistralError> => Effect.repeat(ask, { schedule, until: (answer) => hasEnded(status(answer)) })

const everyTwoSeconds = Schedule.spaced("2 seconds")
