import { chmodSync, closeSync, existsSync, openSync, statSync } from "node:fs"
import { dirname } from "node:path"

/** The permissions of everybody but the owner of a file. */
const others = 0o077

/**
 * Creates a database file that only its owner can read, if it does not exist yet.
 *
 * *Details*: SQLite would create it readable by all, and somebody who opens it then can read it for good. SQLite gives the
 * files beside it, `-wal` and `-shm`, the same permissions. A `file:` URL is left to SQLite, and so is a file in a
 * directory that does not exist: it says why it cannot be opened.
 */
export const createForOwner = (path: string): void => {
  if (path === ":memory:" || path === "" || path.startsWith("file:")) return
  if (!existsSync(dirname(path))) return
  closeSync(openSync(path, "a", 0o600))
}

/**
 * Takes the permissions of all but its owner from a database file and the files beside it, which may be of an emulator that
 * left them readable. Gives whether only the owner can read them now: a file of another user cannot be changed.
 */
export const keepForOwner = (path: string): boolean =>
  [path, `${path}-wal`, `${path}-shm`].filter(existsSync).every((file) => {
    try {
      const { mode } = statSync(file)
      if ((mode & others) !== 0) chmodSync(file, mode & ~others & 0o7777)
      return true
    } catch {
      return false
    }
  })
