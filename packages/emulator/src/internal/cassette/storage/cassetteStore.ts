import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type { PlatformError } from "effect/PlatformError"
import * as Semaphore from "effect/Semaphore"
import { randomUUID } from "node:crypto"
import { CassetteError } from "../format/cassetteError.ts"
import type { Cassette, StoredCassette } from "../format/cassetteFormat.ts"
import { readCassette } from "../format/cassetteParser.ts"
import { byName, fileName, stemOf } from "./fileName.ts"
import { keepForOwner, ownerOnly } from "./ownerOnly.ts"

/** Plain sentences for the platform errors that need no further detail. */
const problems: Readonly<Record<string, string>> = {
  NotFound: "it does not exist",
  AlreadyExists: "it is not a directory"
}

const unusable = (file: string) => (error: PlatformError) =>
  new CassetteError({ file, problem: problems[error.reason._tag] ?? error.message })

const namesIn = (directory: string): Effect.Effect<ReadonlyArray<string>, CassetteError, FileSystem.FileSystem> =>
  FileSystem.FileSystem.pipe(
    Effect.flatMap((fs) => fs.readDirectory(directory)),
    // A file whose name begins with a dot is still being written.
    Effect.map((names) => names.filter((name) => name.endsWith(".json") && !name.startsWith(".")).sort(byName)),
    Effect.mapError(unusable(directory))
  )

/** Loads the cassettes of a directory, ordered by file name, and keeps them for their owner. */
export const loadCassettes = Effect.fnUntraced(function*(
  directory: string
): Effect.fn.Return<ReadonlyArray<StoredCassette>, CassetteError, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  const names = yield* namesIn(directory)
  const read = yield* Effect.forEach(names, (name) => readOne(fs, `${directory}/${name}`), { concurrency: 16 })
  return names.flatMap((file, index) => {
    const cassette = read[index]
    return cassette === undefined ? [] : [{ file, cassette }]
  })
})

const readOne = Effect.fnUntraced(function*(
  fs: FileSystem.FileSystem,
  file: string
): Effect.fn.Return<Cassette | undefined, CassetteError> {
  const text = yield* Effect.mapError(fs.readFileString(file), unusable(file))
  yield* keepForOwner(fs, file)
  // An empty file is reserved by a recorder that has not renamed its file into place yet.
  return text === "" ? undefined : yield* Effect.fromResult(readCassette(file, text))
})

/** How earlier recordings in the directory are treated when recording begins. */
export type EarlierRecordings =
  /** The recordings of a request are removed when that request is recorded again. */
  | "replace"
  /** They stay, and new recordings are numbered after them. */
  | "keep"

/** Writes cassettes to a directory. */
export interface CassetteWriter {
  readonly write: (cassette: Cassette) => Effect.Effect<StoredCassette, CassetteError>
}

/** Makes a writer, whose files only their owner can read. Creates the directory if it does not exist. */
export const makeCassetteWriter = Effect.fnUntraced(function*(
  directory: string,
  earlier: EarlierRecordings
): Effect.fn.Return<CassetteWriter, CassetteError, FileSystem.FileSystem> {
  const fs = yield* FileSystem.FileSystem
  const one = yield* Semaphore.make(1)
  yield* Effect.mapError(
    fs.makeDirectory(directory, { recursive: true, mode: ownerOnly.directory }),
    unusable(directory)
  )
  const identity = (name: string) =>
    fs.stat(`${directory}/${name}`).pipe(
      Effect.map(({ ino, mtime }) => `${String(ino)} ${String(mtime)}`),
      Effect.orElseSucceed(() => undefined)
    )
  const replaceable = new Map<string, string>()
  if (earlier === "replace") {
    for (const name of yield* Effect.provideService(namesIn(directory), FileSystem.FileSystem, fs)) {
      const found = yield* identity(name)
      if (found !== undefined) replaceable.set(name, found)
    }
  }
  const begun = new Set<string>()

  /** Removes the earlier recordings of a request, except those that another recorder has replaced meanwhile. */
  const clear = Effect.fnUntraced(function*(stem: string) {
    if (begun.has(stem)) return
    begun.add(stem)
    for (const [name, found] of replaceable) {
      if (!name.startsWith(`${stem}-`)) continue
      replaceable.delete(name)
      if ((yield* identity(name)) === found) yield* Effect.ignore(fs.remove(`${directory}/${name}`))
    }
  })

  /** Reserves the first free number. The exclusive flag makes this safe between recorders, in other processes too. */
  const claim = Effect.fnUntraced(function*(stem: string) {
    for (let number = 1;; number++) {
      const name = fileName(stem, number)
      const taken = yield* fs.writeFileString(`${directory}/${name}`, "", { flag: "wx", mode: ownerOnly.file }).pipe(
        Effect.as(true),
        Effect.catchIf((error) => error.reason._tag === "AlreadyExists", () => Effect.succeed(false))
      )
      if (taken) return name
    }
  })

  return {
    write: Effect.fnUntraced(function*(cassette) {
      const stem = stemOf(cassette.request)
      const draft = `${directory}/.${stem}-${randomUUID()}.tmp`
      return yield* fs.writeFileString(draft, `${JSON.stringify(cassette, undefined, 2)}\n`, { mode: ownerOnly.file })
        .pipe(
          Effect.andThen(one.withPermit(Effect.andThen(clear(stem), claim(stem)))),
          Effect.tap((name) => fs.rename(draft, `${directory}/${name}`)),
          Effect.onError(() => Effect.ignore(fs.remove(draft, { force: true }))),
          Effect.map((file): StoredCassette => ({ file, cassette })),
          Effect.mapError(unusable(directory))
        )
    })
  }
})
