import type { MistralError } from "@effect-mistral/core/MistralError"
import { Emulator } from "@effect-mistral/emulator"
import { ErrorCode } from "@effect-mistral/observability"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** The path of a database in a folder that is removed with the scope. */
export const databaseFile = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "emulator-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true }))
  ),
  (folder) => join(folder, "events.db")
)

/** Polls in short intervals. */
export const often = { schedule: Schedule.spaced("5 millis") }

/** The error code with which an operation fails. */
export const codeOf = <A, R>(operation: Effect.Effect<A, MistralError, R>) =>
  Effect.map(Effect.flip(operation), ErrorCode.of)

/** Adds events with a question and a reply, in two alternating forms, and gives their ids, oldest first. */
export const addConversations = (count: number) =>
  Effect.flatMap(Emulator.Emulator, ({ addEvents }) =>
    addEvents(Array.from({ length: count }, (_, at) => ({
      correlation_id: `correlation-${at}`,
      metadata: { odd: at % 2 === 1 },
      request_messages: [{ role: "user", content: `Question ${at}` }],
      response_messages: [{ role: "assistant", content: `Reply ${at}` }]
    }))))
