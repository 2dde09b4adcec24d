import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import * as Runtime from "effect/Runtime"

/** The exit codes of a program that a signal ends: 128 and the number of the signal, as shells expect. */
const codes = { SIGINT: 130, SIGTERM: 143 } as const

/**
 * Chooses the exit code of the program: by the first signal if a signal has ended it, and 1 if it failed.
 *
 * *Details*: the signals themselves are handled by the runtime, which interrupts the program, so that its database is
 * closed.
 */
export const teardownBySignal = (): Runtime.Teardown => {
  let first: keyof typeof codes | undefined
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => first ??= signal)
  return (exit, onExit) =>
    first !== undefined && Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)
      ? onExit(codes[first])
      : Runtime.defaultTeardown(exit, onExit)
}
