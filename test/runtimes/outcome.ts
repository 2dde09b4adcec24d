/** What becomes of a check in a runtime. A program prints each outcome as a line of JSON, which `run.ts` reads. */

/** The outcome of a check: good, an error, or the reason why this runtime cannot do what the check is about. */
export interface Outcome {
  readonly name: string
  readonly error?: string | undefined
  readonly cannot?: string | undefined
}

/** Prints an outcome. */
export const print = (outcome: Outcome): void => console.log(JSON.stringify(outcome))

/** Runs a check and prints what became of it. A check that returns a sentence has found that the runtime cannot do it. */
export const check = async (name: string, run: () => Promise<string | undefined | void>): Promise<void> =>
  print(
    await run().then((cannot) => ({ name, cannot: cannot ?? undefined }), (error: unknown) => ({
      name,
      error: error instanceof Error ? error.stack ?? error.message : String(error)
    }))
  )

/** Throws unless two values have the same JSON. */
export const same = (actual: unknown, expected: unknown, what: string): void => {
  if (JSON.stringify(actual) === JSON.stringify(expected)) return
  throw new Error(`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`)
}
