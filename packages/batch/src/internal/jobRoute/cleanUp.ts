import * as Effect from "effect/Effect"
import type * as BatchJob from "../../BatchJob.ts"
import type * as Ledger from "../../Ledger.ts"
import { filesOf } from "../results/endedJob.ts"
import { separator } from "./createJob.ts"
import type { JobContext } from "./jobContext.ts"

/** Deletes the files of a job whose outcomes are in the ledger. A file that cannot be deleted stays, and is logged. */
export const deleteFiles = (
  { files }: JobContext,
  { fileId }: Ledger.JobStep,
  job: BatchJob.BatchJob | undefined
): Effect.Effect<void> => {
  const ids = new Set([
    ...(fileId ?? "").split(separator),
    ...(job === undefined ? [] : [...job.input_files, ...filesOf(job)])
  ])
  ids.delete("")
  return Effect.forEach(ids, (id) =>
    files.delete(id).pipe(
      Effect.catchIf(({ reason }) => reason._tag === "NotFound", () => Effect.void),
      Effect.catch((error) => Effect.logWarning(`file ${id} was not deleted: ${error.message}`))
    ), { discard: true })
}
