/** The oldest version of Node.js on which the emulator runs. */
export const oldestNode = "22.19"

/** The release of Node.js whose SQLite lacks what the emulator needs, up to its last version. */
const withoutSqlite = 23

/** The versions of Node.js on which the emulator runs, as the package's `engines` say. */
export const engines: string = `^${oldestNode}.0 || >=${withoutSqlite + 1}.0.0`

/**
 * The sentence for a Node.js on which the emulator does not run, or `undefined` for any other.
 *
 * *Gotchas*: this file and the program's first file import nothing: on an old Node.js an import of Effect fails first, with
 * an error that says nothing of versions.
 */
export const tooOldNode = (version: string): string | undefined => {
  const [major = 0, minor = 0] = version.split(".").map(Number)
  const [oldestMajor = 0, oldestMinor = 0] = oldestNode.split(".").map(Number)
  if (major === withoutSqlite) {
    return `The emulator needs Node.js ${oldestNode}, or ${withoutSqlite + 1} or later, and this is ${version}`
  }
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)
    ? undefined
    : `The emulator needs Node.js ${oldestNode} or later, and this is ${version}`
}
