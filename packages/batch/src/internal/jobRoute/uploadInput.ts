import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type * as File from "../../File.ts"
import type { JobContext } from "./jobContext.ts"
import type { JobFile } from "./jobInput.ts"
import { fileNameOf } from "./jobName.ts"
import { type Ended, patiently, pauseFor, untilStopped } from "./patience.ts"

/**
 * Uploads the input files of a job, and returns their ids.
 *
 * *Details*: with `find`, and after a failure that may hide an upload, a file of the same name and size is taken in place of
 * another upload.
 */
export const uploadInput = (
  context: JobContext,
  files: ReadonlyArray<JobFile>,
  { find }: { readonly find: boolean }
): Effect.Effect<ReadonlyArray<string>, Ended> => {
  const { step, work } = context
  const doing = "the upload of the requests"
  return Effect.forEach(files, (file, index) => {
    const name = fileNameOf(work.claim, step.attempt, index)
    const upload = context.files.upload({ name, purpose: "batch", content: file.content, size: file.size }, {
      maxBytes: file.size
    })
    return patiently(work, { doing }, (failures) =>
      Effect.andThen(
        work.mayAsk,
        untilStopped(
          work,
          Effect.flatMap(
            find || failures > 0 ? findFile(context, name, file.size) : Effect.succeedNone,
            Option.match({ onNone: () => upload, onSome: Effect.succeed })
          )
        )
      )).pipe(
        Effect.map(({ id }) => id),
        Effect.catchTags({
          NotFound: ({ error }) => pauseFor(work, doing, error),
          // The definition keeps the rule that an item makes the same request each time, or it does not.
          ChangedInput: (error) => pauseFor(work, doing, error)
        })
      )
  })
}

/** Finds a file that an earlier run has uploaded. */
const findFile = ({ files }: JobContext, name: string, size: number) =>
  files.listAll({ search: name, purpose: "batch" }).pipe(
    Stream.filter((file: File.File) => file.filename === name && (file.bytes ?? size) === size),
    Stream.runHead
  )
