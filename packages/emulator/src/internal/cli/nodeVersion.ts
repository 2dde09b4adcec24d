/** The oldest version of Node.js on which the emulator runs. The package's `engines` say the same. */
export const oldestNode = "22.19"

/**
 * The sentence for a Node.js that is too old, or `undefined` if it is not.
 *
 * *Gotchas*: this file and the program's first file import nothing: on an old Node.js an import of Effect fails first, with
 * an error that says nothing of versions.
 */
export const tooOldNode = (version: string): string | undefined => {
  const [major = 0, minor = 0] = version.split(".").map(Number)
  const [oldestMajor = 0, oldestMinor = 0] = oldestNode.split(".").map(Number)
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)
    ? undefined
    : `The emulator needs Node.js ${oldestNode} or later, and this is ${version}`
}
