import * as Data from "effect/Data"
import * as Predicate from "effect/Predicate"
import { createContext, Script } from "node:vm"

/** A query exceeded its time limit. */
export class TooSlow extends Data.TaggedError("TooSlow")<{ readonly millis: number }> {}

/**
 * The global object of the script, which calls `run`. One context for the process is enough: `withTimeLimit` is
 * synchronous and restores `run`, and a second copy of the package has a context of its own.
 */
const sandbox: { run: () => unknown } = { run: () => undefined }
const context = createContext(sandbox)
const script = new Script("run()")

/**
 * Runs a synchronous function with a time limit. Only a script of `node:vm` can be stopped inside a regular expression.
 * It costs about a tenth of a millisecond.
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
    // The error may come from another realm, where `instanceof Error` is false.
    throw Predicate.hasProperty(error, "code") && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT"
      ? new TooSlow({ millis })
      : error
  } finally {
    sandbox.run = before
  }
  if (result === undefined) throw new TooSlow({ millis })
  return result.value
}
