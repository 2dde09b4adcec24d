import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FileSystem from "effect/FileSystem"
import type { PlatformError } from "effect/PlatformError"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { Cuts, type PlannedFile } from "./cuts.ts"
import { entryEncoder, lineOf } from "./encodeEntry.ts"
import { type FilesOptions, streamOf } from "./entry.ts"
import type { EmptyInput, InvalidInput } from "./inputError.ts"
import { LineBytes } from "./lineBytes.ts"
import { LineChecker } from "./lineChecker.ts"
import { Pieces } from "./pieces.ts"

/** A file on the disk, and what it contains. */
export interface WrittenFile extends PlannedFile {
  readonly path: string
}

/** Checks all requests and writes them to temporary files, which the scope removes. A failure removes them at once. */
export const writeFiles = <Request extends object, E, R>(
  options: FilesOptions<Request, E, R> & { readonly directory?: string | undefined }
): Effect.Effect<
  ReadonlyArray<WrittenFile>,
  InvalidInput | EmptyInput | PlatformError | E,
  R | FileSystem.FileSystem | Scope.Scope
> =>
  Effect.gen(function*() {
    const fileSystem = yield* FileSystem.FileSystem
    const scope = yield* Scope.fork(yield* Effect.scope)
    return yield* Effect.onExit(
      write(options, fileSystem, scope),
      (exit) => Exit.isFailure(exit) ? Scope.close(scope, exit) : Effect.void
    )
  })

const write = Effect.fnUntraced(function*<Request extends object, E, R>(
  options: FilesOptions<Request, E, R> & { readonly directory?: string | undefined },
  fileSystem: FileSystem.FileSystem,
  scope: Scope.Scope
) {
  const directory = yield* Scope.provide(
    fileSystem.makeTempDirectoryScoped({ prefix: "effect-mistral-batch-", directory: options.directory }),
    scope
  )
  const paths: Array<string> = []
  const open = Effect.suspend(() => {
    paths.push(`${directory}/${paths.length + 1}.jsonl`)
    return openFile(fileSystem, scope, paths.at(-1)!)
  })

  const checker = new LineChecker(entryEncoder(options))
  const cuts = new Cuts(options)
  const bytes = new LineBytes()
  const pieces = new Pieces()
  let file = yield* open

  /** Checks requests, and returns what is to be written of them: for each file the next pieces. */
  const check = (entries: ReadonlyArray<unknown>): Array<Array<Uint8Array>> => {
    const parts: Array<Array<Uint8Array>> = []
    for (const entry of entries) {
      const encoded = checker.check(entry)
      if (encoded === undefined) continue
      const text = lineOf(encoded)
      const line = bytes.encode(text)
      const problem = cuts.problemOf(line)
      if (problem !== undefined) checker.refuse(encoded, problem)
      if (!checker.isClean) continue
      if (cuts.add(text, line)) parts.push(pieces.takeAll())
      pieces.add(line)
    }
    parts.push(pieces.take())
    return checker.isClean ? parts : []
  }

  yield* Stream.runForEachArray(
    streamOf(options),
    Effect.fnUntraced(function*(entries) {
      for (const [index, part] of check(entries).entries()) {
        if (index > 0) {
          yield* file.close
          file = yield* open
        }
        for (const piece of part) yield* file.write(piece)
      }
    })
  )
  const planned = yield* checker.result(() => cuts.files)
  for (const piece of pieces.takeAll()) yield* file.write(piece)
  yield* file.close
  return planned.map((file, index) => ({ ...file, path: paths[index]! }))
})

const openFile = Effect.fnUntraced(function*(fileSystem: FileSystem.FileSystem, scope: Scope.Scope, path: string) {
  const own = yield* Scope.fork(scope)
  const file = yield* Scope.provide(fileSystem.open(path, { flag: "wx" }), own)
  return { write: (bytes: Uint8Array) => file.writeAll(bytes), close: Scope.close(own, Exit.void) }
})
