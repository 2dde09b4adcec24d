import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"

/** Why a database that was opened cannot be used for now. */
export type Trouble = "locked" | "full" | "read-only" | "unreadable"

const sentences: Readonly<Record<Trouble, string>> = {
  locked: "The emulator's database is locked by another program",
  full: "The emulator's database cannot grow: the disk is full",
  "read-only": "The emulator's database can only be read",
  unreadable: "The emulator's database cannot be read or written"
}

/** The result codes of SQLite (https://www.sqlite.org/rescode.html) that say nothing about the statement itself. */
const codes: ReadonlyMap<number, Trouble> = new Map([
  [5, "locked"],
  [6, "locked"],
  [8, "read-only"],
  [10, "unreadable"],
  [11, "unreadable"],
  [13, "full"],
  [14, "unreadable"],
  [26, "unreadable"]
])

/** A database that was opened cannot be used for now. The same work may succeed later. */
export class DatabaseUnavailable extends Data.TaggedError("DatabaseUnavailable")<{
  readonly trouble: Trouble
  readonly message: string
}> {}

/** The error as `DatabaseUnavailable` if it is one of SQLite that says nothing about the statement itself. */
export const unavailable = (error: unknown): DatabaseUnavailable | undefined => {
  if (!Predicate.hasProperty(error, "errcode") || typeof error.errcode !== "number") return undefined
  // The lowest byte is the primary code.
  const trouble = codes.get(error.errcode & 0xff)
  return trouble === undefined ? undefined : new DatabaseUnavailable({ trouble, message: sentences[trouble] })
}

/** The pause before work in the background is tried again, in milliseconds. */
const pause = 1000

/** Runs work that can be interrupted at any time and resumed. While the database is unavailable, it waits. */
export const whileAvailable = <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.catchDefect(work, (defect) =>
    defect instanceof DatabaseUnavailable
      ? Effect.andThen(Effect.sleep(pause), Effect.suspend(() => whileAvailable(work)))
      : Effect.die(defect))

/** Runs work that may be left undone while the database is unavailable. */
export const ifAvailable = <E, R>(work: Effect.Effect<void, E, R>): Effect.Effect<void, E, R> =>
  Effect.catchDefect(work, (defect) => defect instanceof DatabaseUnavailable ? Effect.void : Effect.die(defect))
