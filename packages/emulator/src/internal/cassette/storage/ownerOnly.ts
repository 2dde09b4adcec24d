import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"

/** The permissions of cassettes and of directories that are made for them: prompts and responses are nobody else's. */
export const ownerOnly = { file: 0o600, directory: 0o700 }

/**
 * Takes the permissions of all but its owner from a cassette, which may be recorded by a program that left it readable.
 *
 * *Details*: a file of another user cannot be changed, and is read as it is. A checkout of version control may have made
 * the file readable again.
 */
export const keepForOwner = (fs: FileSystem.FileSystem, file: string): Effect.Effect<void> =>
  fs.stat(file).pipe(
    Effect.flatMap(({ mode }) => (mode & 0o077) === 0 ? Effect.void : fs.chmod(file, mode & 0o700)),
    Effect.ignore
  )
