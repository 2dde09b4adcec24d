import * as Effect from "effect/Effect"
import { addFile, type FileWriter } from "../files/fileStore.ts"
import { makeRandom } from "../random/random.ts"
import type { Database } from "../storage/database.ts"

/** The number of lines that are written before other fibers run. */
const slice = 500

/** The files of a job's results, which nobody sees before they are finished. */
export interface ResultFiles {
  readonly output: FileWriter | undefined
  readonly error: FileWriter | undefined
}

/**
 * Writes the files of a job: one with the requests that succeeded and one with those that failed, each only if there are
 * any. If `use` does not succeed, or the fiber is interrupted, the files are removed.
 *
 * *Details*: the API gives results in any order. Here they are shuffled, always in the same way.
 */
export const withResultFiles = <A>(
  database: Database,
  job: { readonly seq: number; readonly id: string },
  options: { readonly seed: number; readonly now: number },
  use: (files: ResultFiles) => A
): Effect.Effect<A> => {
  const open: Array<FileWriter> = []
  const write = Effect.fnUntraced(function*(kind: "output" | "error") {
    const positions = shuffled(positionsOf(database, job.seq, kind === "output"), `${options.seed}:batch:${kind}`)
    if (positions.length === 0) return undefined
    const writer = addFile(database, {
      filename: `${job.id}_${kind}.jsonl`,
      purpose: "batch",
      sample_type: kind === "output" ? "batch_result" : "batch_error",
      source: "mistral"
    }, options.now)
    open.push(writer)
    for (let at = 0; at < positions.length; at += slice) {
      for (const position of positions.slice(at, at + slice)) {
        writer.append(`${lineAt(database, job.seq, position)}\n`)
      }
      yield* Effect.yieldNow
    }
    return writer
  })
  return Effect.gen(function*() {
    const files = { output: yield* write("output"), error: yield* write("error") }
    return yield* Effect.sync(() => use(files))
  }).pipe(
    Effect.onExit((exit) =>
      Effect.sync(() => {
        if (exit._tag === "Failure") { for (const writer of open) writer.discard() }
      })
    )
  )
}

const positionsOf = (database: Database, job: number, succeeded: boolean): Array<number> =>
  database.all(
    "SELECT position FROM batch_results WHERE job = ? AND succeeded = ? ORDER BY position",
    job,
    Number(succeeded)
  ).map(({ position }) => Number(position))

const lineAt = (database: Database, job: number, position: number): string =>
  String(database.get("SELECT line FROM batch_results WHERE job = ? AND position = ?", job, position)?.["line"])

/** Shuffles a list in place, always in the same way for the same seed. */
const shuffled = (list: Array<number>, seed: string): ReadonlyArray<number> => {
  const random = makeRandom(seed)
  for (let last = list.length - 1; last > 0; last--) {
    const other = random.int(0, last)
    const kept = list[last]!
    list[last] = list[other]!
    list[other] = kept
  }
  return list
}
