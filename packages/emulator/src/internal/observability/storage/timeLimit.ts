import * as Data from "effect/Data"
import * as Predicate from "effect/Predicate"
import { createContext, Script } from "node:vm"

/** A query was broken off: it took longer than it may. */
export class TooSlow extends Data.TaggedError("TooSlow")<{ readonly millis: number }> {}

/** Where the work is handed over to a script. */
const sandbox: { run: () => unknown } = { run: () => undefined }
const context = createContext(sandbox)
const script = new Script("run()")

/**
 * Does some work, and breaks it off when it takes too long, also in the middle of a regular expression: only scripts can
 * be ended so. It costs about a tenth of a millisecond.
 */
export const withTimeLimit = <A>(millis: number, work: () => A): A => {
  const before = sandbox.run
  let result: { readonly value: A } | undefined
  sandbox.run = () => {
    result = { value: work() }
  }
  try {
    script.runInContext(context, { timeout: millis })
  } catch (error) {
    // The error may be of another realm, so that it is no `Error` here.
    throw Predicate.hasProperty(error, "code") && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT"
      ? new TooSlow({ millis })
      : error
  } finally {
    sandbox.run = before
  }
  if (result === undefined) throw new TooSlow({ millis })
  return result.value
}
