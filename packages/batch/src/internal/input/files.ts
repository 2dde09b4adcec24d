import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import * as Stream from "effect/Stream"
import { Cuts, type PlannedFile } from "./cuts.ts"
import { entryEncoder, lineOf } from "./encodeEntry.ts"
import { type FilesOptions, streamOf } from "./entry.ts"
import { FileReader } from "./fileReader.ts"
import type { ChangedInput, EmptyInput, InvalidInput } from "./inputError.ts"
import { LineBytes } from "./lineBytes.ts"
import { LineChecker } from "./lineChecker.ts"

/** Checks all requests, and plans the files. */
export const planFiles = <Request extends object, E, R>(
  options: FilesOptions<Request, E, R>
): Effect.Effect<ReadonlyArray<PlannedFile>, InvalidInput | EmptyInput | E, R> =>
  Effect.suspend(() => {
    const checker = new LineChecker(entryEncoder(options))
    const cuts = new Cuts(options)
    const bytes = new LineBytes()
    const check = (entry: unknown): void => {
      const encoded = checker.check(entry)
      if (encoded === undefined) return
      const text = lineOf(encoded)
      const line = bytes.encode(text)
      const problem = cuts.problemOf(line)
      if (problem !== undefined) checker.refuse(encoded, problem)
      else if (checker.isClean) cuts.add(text, line)
    }
    const all = Stream.runForEachArray(streamOf(options), (entries) => Effect.sync(() => entries.forEach(check)))
    return Effect.flatMap(all, () => checker.result(() => cuts.files))
  })

/** The content of a planned file. It runs the requests anew. */
export const contentOf = <Request extends object, E, R>(
  options: FilesOptions<Request, E, R>,
  plan: PlannedFile,
  isLast: boolean
): Stream.Stream<Uint8Array, E | ChangedInput, R> =>
  Stream.transformPull(
    streamOf(options),
    (pull) => Effect.sync(() => piecesPull(pull, new FileReader(plan, isLast, entryEncoder(options))))
  )

const piecesPull = <E, R>(
  pull: Pull.Pull<Arr.NonEmptyReadonlyArray<unknown>, E, void, R>,
  reader: FileReader
): Pull.Pull<Arr.NonEmptyReadonlyArray<Uint8Array>, E | ChangedInput, void, R> => {
  const emit = (pieces: Array<Uint8Array>): typeof next =>
    reader.changed !== undefined
      ? Effect.fail(reader.changed)
      : Arr.isArrayNonEmpty(pieces)
      ? Effect.succeed(pieces)
      : next

  const read = Pull.matchEffect(pull, {
    onSuccess: (entries): typeof next => emit(reader.read(entries)),
    onFailure: Effect.failCause,
    onDone: (): typeof next => emit(reader.end())
  })

  const next: Pull.Pull<Arr.NonEmptyReadonlyArray<Uint8Array>, E | ChangedInput, void, R> = Effect.suspend(() =>
    reader.isDone ? Cause.done() : read
  )
  return next
}
