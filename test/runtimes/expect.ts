/** What the checks compare their results with. */
import { Effect } from "effect"

/** What the emulator answers. */
export const hello = "Hello, fog, 霧 and 🌫️."

/** Dies where a result is not the expected one. */
export const expect = (actual: unknown, expected: unknown, what: string): Effect.Effect<void> =>
  JSON.stringify(actual) === JSON.stringify(expected)
    ? Effect.void
    : Effect.die(new Error(`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`))
