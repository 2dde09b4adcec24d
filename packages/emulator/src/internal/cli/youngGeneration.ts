import { setFlagsFromString } from "node:v8"

/** The factor by which V8's young generation grows at a time, unless set. */
const usual = 2

/**
 * Keeps V8's young generation as small as it is, until the function that is returned runs.
 *
 * *Details*: the code that a start loads leaves garbage behind, for which the young generation grows to 16 MB of 3 spaces
 * each. It does not shrink without work: the emulator would hold 138 MB at rest instead of 118 MB. Under load it grows as
 * usual, because then the factor is the usual one again.
 */
export const holdYoungGeneration = (): () => void => {
  setFlagsFromString("--semi-space-growth-factor=1")
  return () => setFlagsFromString(`--semi-space-growth-factor=${usual}`)
}
